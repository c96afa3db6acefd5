// A program that runs beside this one and is asked line by line. It gets an environment of its own, leads a process
// group of its own, and is ended with everything it has started, also when this process ends first. Asking is one at
// a time; what it writes to stderr is kept for the day it fails.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'

export interface ProgramOptions {
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
}

export interface Program {
  /**
   * Writes a line and waits for one.
   *
   * @throws ProgramFailure when there is none: the program is ended then and cannot be asked again
   */
  ask(line: string, options: { readonly timeoutMs: number }): Promise<string>
  /** The last lines of stderr, oldest first. */
  lastWords(): readonly string[]
  /** Ends it: politely, by closing its stdin, unless `now`. */
  end(options?: { readonly now?: boolean }): Promise<void>
}

export class ProgramFailure extends Error {
  /** `missing`: it could not be started. */
  readonly kind: 'missing' | 'ended' | 'silent' | 'endless'

  constructor(kind: ProgramFailure['kind'], message: string) {
    super(message)
    this.kind = kind
  }
}

/** A line holds the answers of one call: 64 MiB are some millions of numbers. */
const maxLine = 64 * 2 ** 20
const maxWords = 4096
/** How long a program may take to end by itself once its stdin has ended. */
const graceMs = 1000

/** Leaders of the groups that are alive, ended with this process. */
const alive = new Set<number>()
let watching = false

export function startProgram(command: readonly string[], { folder, environment }: ProgramOptions): Program {
  const [file = '', ...args] = command
  const child = spawn(file, args, {
    cwd: folder,
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  const lines: string[] = []
  let waiting: { resolve(line: string): void; reject(failure: ProgramFailure): void } | undefined
  let failure: ProgramFailure | undefined
  let words = ''

  const fail = (kind: ProgramFailure['kind'], message: string): void => {
    failure ??= new ProgramFailure(kind, message)
    waiting?.reject(failure)
    waiting = undefined
  }
  const gone = new Promise<void>((resolve) => {
    child.once('error', (cause: NodeJS.ErrnoException) => {
      if (child.pid !== undefined) return
      fail('missing', startingWords(cause))
      resolve()
    })
    child.once('exit', (code, signal) => {
      // What it has started goes with it.
      killGroup(child)
      alive.delete(child.pid as number)
      const settle = (): void => {
        clearTimeout(timer)
        fail('ended', signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`)
        resolve()
      }
      // Its last lines may still be on their way, or its pipes be held open by somebody who left the group.
      const timer = setTimeout(settle, 500)
      child.once('close', settle)
    })
  })
  if (child.pid !== undefined) {
    alive.add(child.pid)
    if (!watching) process.on('exit', killAll)
    watching = true
  }
  // A write to a program that is gone; that it is gone is said by its exit.
  child.stdin.on('error', () => {})
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-maxWords)
  })
  readLines(child, {
    onLine(line) {
      if (waiting === undefined) lines.push(line)
      else waiting.resolve(line)
      waiting = undefined
    },
    onTooLong() {
      fail('endless', `wrote a line of more than ${maxLine} bytes`)
      killGroup(child)
    },
  })

  return {
    ask(line, { timeoutMs }) {
      return new Promise<string>((resolve, reject) => {
        if (failure !== undefined) throw failure
        const timer = setTimeout(() => {
          fail('silent', `did not answer within ${timeoutMs / 1000} s`)
          killGroup(child)
        }, timeoutMs)
        waiting = {
          resolve(answer) {
            clearTimeout(timer)
            resolve(answer)
          },
          reject(cause) {
            clearTimeout(timer)
            reject(cause)
          },
        }
        child.stdin.write(`${line}\n`)
        // A line that nobody asked for stands in front of the answer.
        const early = lines.shift()
        if (early === undefined) return
        waiting.resolve(early)
        waiting = undefined
      })
    },
    lastWords: () =>
      words
        .split(/\r?\n/)
        .filter((line) => line.trim() !== '')
        .slice(-5),
    async end({ now = false } = {}) {
      child.stdin.end()
      if (now) killGroup(child)
      const timer = setTimeout(() => killGroup(child), graceMs)
      await gone
      clearTimeout(timer)
    },
  }
}

function readLines(
  child: ChildProcessWithoutNullStreams,
  { onLine, onTooLong }: { onLine(line: string): void; onTooLong(): void },
): void {
  let parts: Buffer[] = []
  let size = 0
  child.stdout.on('data', (chunk: Buffer) => {
    let from = 0
    for (let to = chunk.indexOf(10); to !== -1; to = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, to))
      const line = Buffer.concat(parts).toString('utf8').trim()
      parts = []
      size = 0
      from = to + 1
      if (line !== '') onLine(line)
    }
    const rest = chunk.subarray(from)
    size += rest.length
    if (size <= maxLine) parts.push(rest)
    else {
      parts = []
      onTooLong()
    }
  })
}

function startingWords({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'there is no such program'
  if (code === 'EACCES') return 'it is not executable'
  return message
}

function killGroup({ pid }: ChildProcessWithoutNullStreams): void {
  // The number of a program that is gone may be another's by now.
  if (pid !== undefined && alive.has(pid)) kill(pid)
}

function killAll(): void {
  for (const pid of alive) kill(pid)
}

function kill(pid: number): void {
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true }).on(
      'error',
      () => {},
    )
    return
  }
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Nobody of the group is left.
  }
}
