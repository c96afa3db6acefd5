import { exitStatus, FailmodeError } from '@failmode/core'
import pc from 'picocolors'
import { printable } from './printable.ts'

/** A mistake of ours, not of the user: EX_SOFTWARE of sysexits. */
const internalError = 70

/**
 * One error on stderr: the code, what was given and expected, what to do. A stack only with --debug. Gives the exit
 * status.
 */
export function printError(error: unknown, { debug }: { readonly debug: boolean }): number {
  if (isCoded(error)) {
    process.stderr.write(`${pc.red('error')} ${pc.dim(error.code)}: ${printable(error.message)}\n`)
    if (error.hint !== undefined) process.stderr.write(`  ${printable(error.hint)}\n`)
  } else {
    const message = error instanceof Error ? error.message : String(error)
    process.stderr.write(
      `${pc.red('error')} ${pc.dim('internal')}: ${printable(message)}\n  This is a mistake in failmode. Run again with --debug and report it.\n`,
    )
  }
  if (debug && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n${causes(error)}`)
  return error instanceof FailmodeError ? error.exitStatus : isCoded(error) ? exitStatus.usage : internalError
}

/** An error that was expected: ours, or one of a package that stands alone and has the same shape. */
function isCoded(error: unknown): error is Error & { readonly code: string; readonly hint?: string } {
  return error instanceof FailmodeError || (error instanceof Error && codedNames.has(error.name))
}

const codedNames: ReadonlySet<string> = new Set([
  'EngineError',
  'ScannerError',
  'SigningError',
  'CatalogueError',
])

function causes(error: Error): string {
  return error.cause instanceof Error ? `caused by: ${error.cause.stack ?? ''}\n${causes(error.cause)}` : ''
}
