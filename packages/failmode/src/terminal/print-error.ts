import { FailmodeError } from '@failmode/core'
import pc from 'picocolors'

/** One error on stderr: the code, what was given and expected, what to do. A stack only with --debug. */
export function printError(error: unknown, { debug }: { readonly debug: boolean }): void {
  if (error instanceof FailmodeError) {
    process.stderr.write(`${pc.red('error')} ${pc.dim(error.code)}: ${printable(error.message)}\n`)
    if (error.hint !== undefined) process.stderr.write(`  ${printable(error.hint)}\n`)
  } else {
    const message = error instanceof Error ? error.message : String(error)
    process.stderr.write(
      `${pc.red('error')} ${pc.dim('internal')}: ${printable(message)}\n  This is a mistake in failmode. Run again with --debug and report it.\n`,
    )
  }
  if (debug && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n${causes(error)}`)
}

function causes(error: Error): string {
  return error.cause instanceof Error ? `caused by: ${error.cause.stack ?? ''}\n${causes(error.cause)}` : ''
}

/** Text from files and models may hold control characters that move the cursor or repaint the terminal. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
}
