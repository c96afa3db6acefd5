// Runs the program as users get it: the built command line in a process of its own, without colours, so that what
// a test sees on stdout and stderr is what a pipe would see.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

export interface Ended {
  /** Null when a signal ended it. */
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly milliseconds: number
}

export interface Started {
  readonly child: ChildProcess
  /** Settles when the first words come on stderr: a run says its plan there. Gives the milliseconds until then. */
  readonly spoke: Promise<number>
  readonly ended: Promise<Ended>
}

export function startFailmode(args: readonly string[], { cwd }: { readonly cwd: string }): Started {
  if (!existsSync(program)) {
    throw new Error(`${program} is missing: build it with "npm run build" ("npm test" does so first)`)
  }
  const { CI: _, FORCE_COLOR: __, ...env } = process.env
  const began = performance.now()
  const child = spawn(process.execPath, [program, ...args], { cwd, env: { ...env, NO_COLOR: '1' } })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const spoke = new Promise<number>((resolve) => {
    child.stderr.once('data', () => resolve(performance.now() - began))
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status, signal) =>
      resolve({ status, signal, stdout, stderr, milliseconds: performance.now() - began }),
    )
  })
  return { child, spoke, ended }
}

export function failmode(args: readonly string[], options: { readonly cwd: string }): Promise<Ended> {
  return startFailmode(args, options).ended
}

/** Lines of stderr that say what went wrong: `error <code>: ...`. */
export function errorLines({ stderr }: Ended): readonly string[] {
  return stderr.split('\n').filter((line) => /^error\b/.test(line))
}
