// onnxruntime is native code, and a model is a program that it runs: a damaged or hostile one can crash it, hang
// it, or eat all memory. So the first time a model is opened, that happens in a child process with a limit on time
// and memory, and the caller gets a plain answer or a typed error. On Linux the limit on memory is also set in the
// child itself (`ulimit`), because a single allocation can be faster than any watching from outside.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { EngineError, type EngineErrorCode } from '../errors.ts'
import type { BindOptions } from '../shapes/bind-inputs.ts'
import type { StaticType } from '../shapes/probe-shapes.ts'
import { childEntry } from './child-entry.ts'
import type { ProbeReply, ProbeRequest } from './probe-child.ts'

export interface VerifiedModel {
  /** False when the model opened but its input sizes are not known; `reason` says which. */
  readonly ran: boolean
  readonly reason: string
  readonly inputs: Readonly<Record<string, StaticType>>
  /** Types at batch 1. */
  readonly outputs: Readonly<Record<string, StaticType>>
  readonly openMs: number
  readonly runMs: number
  /** Whether two samples can go through in one run. */
  readonly batches: boolean
}

export interface VerifyOptions extends Omit<BindOptions, 'batch'> {
  /** Default one minute. */
  readonly timeoutMs?: number
  /** Resident memory of the child, Node included (about 100 MB); default 4096. */
  readonly memoryMb?: number
  readonly signal?: AbortSignal
}

/**
 * Address space that Node reserves without using it (measured: about 1.2 GB, rounded up). The `ulimit` must leave
 * room for it, so it only backs up the exact limit, which is kept by watching.
 */
const reservedMb = 2048
const watchEveryMs = 40

/**
 * Opens a model in a child process and runs it once on zeros.
 * @throws EngineError model-timeout, model-out-of-memory, model-crashed, aborted; and what reading, opening and
 *   running can throw (model-empty, model-not-onnx, model-truncated, model-invalid, external-data-outside,
 *   opset-unsupported, session-failed, ...).
 */
export function verifyModel(path: string, options: VerifyOptions = {}): Promise<VerifiedModel> {
  const { timeoutMs = 60_000, memoryMb = 4096, signal, dims, symbols } = options
  const request: ProbeRequest = { path, bind: { ...(dims ? { dims } : {}), ...(symbols ? { symbols } : {}) } }
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(aborted(signal))
      return
    }
    const child = startChild(memoryMb)
    let settled = false
    let errors = ''
    const finish = (settle: () => void): void => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      clearInterval(watch)
      signal?.removeEventListener('abort', onAbort)
      child.kill('SIGKILL')
      settle()
    }
    const fail = (code: EngineErrorCode, message: string, hint?: string): void =>
      finish(() => reject(new EngineError(code, message, hint ? { hint } : {})))
    const onAbort = (): void => finish(() => reject(aborted(signal!)))
    const timer = setTimeout(
      () =>
        fail(
          'model-timeout',
          `the model was not opened and run once within ${timeoutMs} ms`,
          'If it is only slow, raise the limit; a damaged model can also hang.',
        ),
      timeoutMs,
    )
    const watch = setInterval(() => {
      residentMb(child.pid, (used) => {
        if (used > memoryMb) outOfMemory(used)
      })
    }, watchEveryMs)
    const outOfMemory = (used?: number): void =>
      fail(
        'model-out-of-memory',
        `opening the model took more than ${memoryMb} MB of memory${used ? ` (${Math.round(used)} MB)` : ''}`,
        'If it is only large, raise the limit; a damaged model can also ask for far too much.',
      )
    signal?.addEventListener('abort', onAbort)

    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      errors = (errors + chunk).slice(-4000)
    })
    child.on('message', (reply: ProbeReply) => {
      if (reply.ok) finish(() => resolve(reply.value))
      else if (/bad_alloc|failed to allocate memory|out of memory|allocation failed/i.test(reply.message))
        outOfMemory()
      else fail(reply.code as EngineErrorCode, reply.message, reply.hint)
    })
    child.on('error', (cause) =>
      finish(() =>
        reject(new EngineError('model-crashed', 'the child process could not be started', { cause })),
      ),
    )
    // After `exit` a message may still be on its way; `close` comes when all has been read.
    child.on('close', (code, killedBy) => {
      if (/bad_alloc|heap out of memory|allocation failed/i.test(errors)) outOfMemory()
      else {
        const how = killedBy ? `was ended by ${killedBy}` : `ended with code ${code}`
        const said = errors
          .split('\n')
          .find((line) => /error|exception|abort|fault/i.test(line) && line.length < 400)
        fail(
          'model-crashed',
          `opening the model crashed: the process ${how}${said ? `, saying "${said.trim()}"` : ''}`,
        )
      }
    })
    child.send(request)
  })
}

function startChild(memoryMb: number): ChildProcess {
  const limited = process.platform === 'linux' && existsSync('/bin/sh')
  const args = [
    `--max-old-space-size=${memoryMb}`,
    // Otherwise each WebAssembly memory, and Node has some of its own, reserves 10 GB of address space.
    ...(limited ? ['--disable-wasm-trap-handler'] : []),
    ...childEntry('probe-child', import.meta.url),
  ]
  const stdio = ['ignore', 'ignore', 'pipe', 'ipc'] as const
  if (!limited) return spawn(process.execPath, args, { stdio: [...stdio], windowsHide: true })
  const script = `ulimit -c 0 2>/dev/null; ulimit -v ${(memoryMb + reservedMb) * 1024} 2>/dev/null; exec "$@"`
  return spawn('/bin/sh', ['-c', script, 'sh', process.execPath, ...args], { stdio: [...stdio] })
}

/** Tells the resident memory of a process in MB, where the system can say it. */
function residentMb(pid: number | undefined, tell: (mb: number) => void): void {
  if (pid === undefined) return
  if (process.platform === 'linux') {
    try {
      const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
      if (match) tell(Number(match[1]) / 1024)
    } catch {
      // It has just ended; `close` will say how.
    }
  } else if (process.platform !== 'win32') {
    execFile('ps', ['-o', 'rss=', '-p', String(pid)], (error, stdout) => {
      if (!error) tell(Number(stdout) / 1024)
    })
  }
}

function aborted(signal: AbortSignal): EngineError {
  return new EngineError('aborted', 'opening the model was cancelled', { cause: signal.reason })
}
