// A program of the user as a raw model, over JSON lines: one request a line on its stdin, one answer a line on its stdout
// (docs/targets.md describes them). A program that ends or hangs is started again and asked once more, at most
// `restarts` times; one that answers wrongly is not asked the same again, since it would answer the same.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { FailmodeError, type Tensor } from '@failmode/core'
import type { OutputKind } from '../../config/config-schema.ts'
import type { ModelInput } from '../model-descriptor.ts'
import { turns } from './function-model.ts'
import { type Program, ProgramFailure, startProgram } from './program.ts'
import { flatRows, type RawModel } from './raw-model.ts'

/** Version of the lines, said by both sides in their first. */
export const linesVersion = 1

export interface CommandSpec {
  readonly command: readonly string[]
  /** Of the configuration; the program runs there. */
  readonly folder: string
  /** Names of variables that it may see besides PATH, HOME and LANG. */
  readonly env: readonly string[]
  readonly timeoutSeconds: number
  readonly restarts: number
  /** What its greeting tells it. */
  readonly input: Pick<ModelInput, 'dims' | 'layout'>
  readonly output: OutputKind
  readonly labels: readonly string[] | null
}

/** What a program says of itself. */
interface Greeting {
  readonly base64: boolean
  readonly maxBatch: number
}

/**
 * Starts the program and greets it. `signal` ends it.
 * @throws FailmodeError target-unreachable, config-invalid, interrupted
 */
export async function openCommand(
  spec: CommandSpec,
  { signal }: { readonly signal: AbortSignal },
): Promise<RawModel> {
  const { command, timeoutSeconds } = spec
  const name = `the program ${JSON.stringify(command[0])}`
  const environment = environmentOf(spec.env)
  const timeoutMs = timeoutSeconds * 1000
  const inTurn = turns()
  const field = spec.output === 'labels' ? 'labels' : 'scores'
  let program: Program | undefined
  let greeting: Greeting = { base64: false, maxBatch: 1 }
  let restarts = 0
  /** Set when it is not to be started again. */
  let over: FailmodeError | undefined
  let ids = 0

  const interrupted = (): FailmodeError =>
    new FailmodeError('interrupted', { message: 'the run was stopped.' })
  const onAbort = (): void => {
    over = interrupted()
    void program?.end({ now: true })
  }

  const start = async (): Promise<Program> => {
    const [file = '', ...args] = command
    const path = /[\\/]/.test(file) ? resolve(spec.folder, file) : file
    const started = startProgram([path, ...args], { folder: spec.folder, environment })
    program = started
    const { dims, layout } = spec.input
    const hello = { failmode: linesVersion, shape: dims, layout, answer: field, classes: spec.labels }
    try {
      greeting = readGreeting(await started.ask(JSON.stringify(hello), { timeoutMs }))
      return started
    } catch (cause) {
      const missing = cause instanceof ProgramFailure && cause.kind === 'missing'
      const problem = cause instanceof Error ? cause.message : String(cause)
      throw new FailmodeError('target-unreachable', {
        message: missing
          ? `${name} of "model.command" cannot be started: ${problem}.`
          : `${name} of "model.command" ${problem} instead of greeting.${spoken(started)}`,
        hint: missing
          ? 'Programs are looked for in PATH; a path starts at the folder of the configuration.'
          : `Its first line has to be {"failmode": ${linesVersion}}; see docs/targets.md.`,
        cause,
      })
    }
  }
  const stop = async (): Promise<void> => {
    const old = program
    program = undefined
    await old?.end({ now: true })
  }

  const exchange = async (running: Program, batch: Tensor): Promise<Float32Array> => {
    const id = ids++
    const count = batch.dims[0] as number
    const inputs = greeting.base64 ? base64(batch.data) : lists(batch, count)
    const request = JSON.stringify({ id, shape: batch.dims, inputs })
    const line = await running.ask(request, { timeoutMs })
    const answer = parseObject(line)
    if (answer === null) {
      throw new OutOfStep(
        `${name} ${junk(line).replace(/,$/, '')}.`,
        /\b(NaN|Infinity)\b/.test(line)
          ? 'JSON has neither NaN nor Infinity; scores have to be finite.'
          : 'Its stdout is for answers alone: write everything else to stderr.',
      )
    }
    if (answer.id !== id) {
      throw new OutOfStep(
        `${name} gave an answer with the id ${JSON.stringify(answer.id) ?? 'undefined'} when ${id} was asked.`,
        'Answer each line with one line that has its "id", in order.',
      )
    }
    if (answer.error !== undefined) {
      throw failed(`${name} could not answer: ${String(answer.error).slice(0, 500)}`)
    }
    if (answer[field] === undefined) {
      throw failed(`${name} answered without "${field}", which "model.output": "${spec.output}" asks for.`)
    }
    return flatRows(answer[field], count, field)
  }

  const died = (cause: ProgramFailure): FailmodeError => {
    const again = restarts === 0 ? '' : `, also after it was started again (${restarts} times)`
    return new FailmodeError('model-failed', {
      message: `${name} ${cause.message} when it was asked${again}.${program === undefined ? '' : spoken(program)}`,
      hint:
        cause.kind === 'silent'
          ? 'Raise "model.timeout", or have it flush its stdout after each line.'
          : 'Run it by hand and give it the lines of docs/targets.md.',
      cause,
    })
  }
  const predict = async (batch: Tensor): Promise<Float32Array> => {
    for (;;) {
      if (over !== undefined) throw over
      try {
        return await exchange(program ?? (await start()), batch)
      } catch (cause) {
        if (over !== undefined) throw over
        const ended = cause instanceof ProgramFailure
        const lost = cause instanceof OutOfStep || (cause as FailmodeError).code === 'target-unreachable'
        if (!ended && !lost) throw cause
        const error = ended ? died(cause) : (cause as FailmodeError)
        await stop()
        if (restarts >= spec.restarts) over = error
        restarts++
        if (lost) throw error
      }
    }
  }

  signal.throwIfAborted()
  signal.addEventListener('abort', onAbort)
  const close = async (): Promise<void> => {
    signal.removeEventListener('abort', onAbort)
    over ??= interrupted()
    const old = program
    program = undefined
    await old?.end()
  }
  try {
    await start()
  } catch (error) {
    await stop()
    await close()
    throw signal.aborted ? interrupted() : error
  }
  return { maxBatch: greeting.maxBatch, predict: (batch) => inTurn(() => predict(batch)), close }
}

/** An answer after which it is not known which line belongs to what. */
class OutOfStep extends FailmodeError {
  constructor(message: string, hint: string) {
    super('model-failed', { message, hint })
  }
}

function parseObject(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, unknown> | null)
      : null
  } catch {
    return null
  }
}

function junk(line: string): string {
  return `wrote ${JSON.stringify(line.slice(0, 80))}, which is no JSON object,`
}

/** @throws Error in words that follow the program's name */
function readGreeting(line: string): Greeting {
  const greeting = parseObject(line)
  if (greeting === null) throw new Error(junk(line))
  const { failmode, encoding = 'json', maxBatch = Number.POSITIVE_INFINITY } = greeting
  if (failmode !== linesVersion) {
    throw new Error(
      `spoke version ${JSON.stringify(failmode) ?? 'nothing'} of the lines, not ${linesVersion},`,
    )
  }
  if (encoding !== 'json' && encoding !== 'base64') {
    throw new Error(`asked for the encoding ${JSON.stringify(encoding)}, not "json" or "base64",`)
  }
  if (
    maxBatch !== Number.POSITIVE_INFINITY &&
    !(Number.isSafeInteger(maxBatch) && (maxBatch as number) > 0)
  ) {
    throw new Error(`gave ${JSON.stringify(maxBatch)} as "maxBatch", not a whole number of 1 or more,`)
  }
  return { base64: encoding === 'base64', maxBatch: maxBatch as number }
}

/** Little-endian float32, row-major. */
function base64(data: Float32Array): string {
  const bytes = new DataView(new ArrayBuffer(data.length * 4))
  for (let i = 0; i < data.length; i++) bytes.setFloat32(i * 4, data[i] as number, true)
  return Buffer.from(bytes.buffer).toString('base64')
}

/** One flat list of numbers a sample. */
function lists({ data }: Tensor, count: number): number[][] {
  const size = data.length / count
  return Array.from({ length: count }, (_, row) => Array.from(data.subarray(row * size, (row + 1) * size)))
}

/** Of this process's environment what a program needs to start, and what the configuration lists. */
function environmentOf(names: readonly string[]): Readonly<Record<string, string>> {
  const missing = names.find((name) => process.env[name] === undefined)
  if (missing !== undefined) {
    throw new FailmodeError('config-invalid', {
      message: `"model.env" lists ${missing}, which is not set.`,
      hint: 'Set it, or take it out of the list.',
    })
  }
  const needed = ['PATH', 'HOME', 'LANG']
  if (process.platform === 'win32') needed.push('SystemRoot', 'PATHEXT', 'TEMP', 'USERPROFILE')
  const seen = [...needed, ...names].flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(seen)
}

/**
 * Over the words of the command and the files among them. What the program reads besides does not show in it, which is
 * what `version` is for.
 */
export async function commandDigest({
  command,
  folder,
  version,
}: Pick<CommandSpec, 'command' | 'folder'> & { readonly version: string | undefined }): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([command, version ?? null]))
  for (const word of command) {
    const path = resolve(folder, word)
    const isFile = await stat(path).then(
      (found) => found.isFile(),
      () => false,
    )
    if (isFile) for await (const part of createReadStream(path)) hash.update(part as Uint8Array)
  }
  return hash.digest('hex')
}

function spoken(program: Program): string {
  const words = program.lastWords()
  return words.length === 0 ? '' : ` Its last words on stderr: ${words.join(' / ')}`
}

function failed(message: string): FailmodeError {
  return new FailmodeError('model-failed', { message })
}
