// Training by the user's own command, for what the engine cannot know: another framework, a secret recipe, a decision tree.
// It runs in a folder of its own that is gone afterwards, with a limit on time, with what it has started ended with it, and
// on Linux without a network where the system lets an ordinary user take it away. What it leaves is read as a hostile
// file: opened and tried in a limited child process first.
import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { FailmodeError, type TrainerTarget, type TrainRequest } from '@failmode/core'
import { loadModel, verifyModel } from '@failmode/engine'
import { writeNpz } from '../data/npz.ts'
import { unitInput, withUnitInput } from '../targets/unit-input.ts'
import { trainedModel, trainingFailure } from './trained-model.ts'
import type { TrainerDescriptor } from './trainer-descriptor.ts'

type CommandDescriptor = Extract<TrainerDescriptor, { readonly kind: 'command' }>

const wordsKept = 4000

export async function openCommandTrainer(
  descriptor: CommandDescriptor,
  { threads }: { readonly threads: number },
): Promise<TrainerTarget> {
  const { model, facts } = descriptor
  const cut = !descriptor.network && (await canCutNetwork())
  const notes = descriptor.network
    ? [...facts.notes, 'The command may use the network: the configuration says so.']
    : cut
      ? facts.notes
      : [...facts.notes, 'The network could not be taken from the command on this system.']
  return {
    facts: { ...facts, notes },
    async train(request) {
      const folder = await mkdtemp(join(tmpdir(), 'failmode-train-'))
      try {
        const [train, out] = [join(folder, 'train.npz'), join(folder, 'model.onnx')]
        await writeFile(train, trainingFile(request))
        const command = filled(descriptor, { train, out, seed: request.seed })
        await runCommand(cut ? ['unshare', '--net', '--map-root-user', ...command] : command, {
          folder,
          timeLimitSeconds: descriptor.timeLimitSeconds,
          ...(request.signal === undefined ? {} : { signal: request.signal }),
        })
        if (!existsSync(out))
          throw failed('ended without writing {out}', 'It has to write an ONNX file there.')
        try {
          await verifyModel(out, request.signal === undefined ? {} : { signal: request.signal })
          const made = await loadModel(out)
          return await trainedModel(withUnitInput(made, onOutput(made, model)), {
            input: unitInput,
            output: outputOf(made, model),
            losses: [],
            threads,
          })
        } catch (cause) {
          throw trainingFailure(cause)
        }
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
    close: async () => {},
  }
}

type Loaded = Awaited<ReturnType<typeof loadModel>>

/** The descriptor with the input's name as this file has it: a command may name it otherwise. */
function onOutput({ graph }: Loaded, model: CommandDescriptor['model']): CommandDescriptor['model'] {
  if (graph.inputs.some(({ name }) => name === model.input.name)) return model
  if (graph.inputs.length === 1) return { ...model, input: { ...model.input, name: graph.inputs[0]!.name } }
  throw failed(
    `wrote a model without an input "${model.input.name}"`,
    'It has to take the same input as the model of the configuration.',
  )
}

function outputOf({ graph }: Loaded, model: CommandDescriptor['model']): string {
  const names = graph.outputs.map(({ name }) => name)
  if (names.includes(model.output.name)) return model.output.name
  if (names.length === 1) return names[0]!
  throw failed(
    `wrote a model without an output "${model.output.name}"`,
    'It has to give the same output as the model of the configuration.',
  )
}

/** x float32 in unit space; y int64 classes or float32 values; weights float32 where samples have any. */
function trainingFile({ data }: TrainRequest): Uint8Array {
  const { x, labels, values, weights } = data
  const count = x.dims[0] as number
  return writeNpz({
    x: { dtype: 'float32', shape: x.dims, data: x.data },
    ...(labels === null ? {} : { y: { dtype: 'int64', shape: [count], data: Float64Array.from(labels) } }),
    ...(labels !== null || values === undefined
      ? {}
      : { y: { dtype: 'float32', shape: [count], data: values } }),
    ...(weights === undefined ? {} : { weights: { dtype: 'float32', shape: [count], data: weights } }),
  })
}

/** The command with its places filled in, and files of the configuration's folder by their full paths. */
function filled(
  { command, folder }: CommandDescriptor,
  places: { readonly train: string; readonly out: string; readonly seed: number },
): readonly string[] {
  return command.map((word, i) => {
    const text = word
      .replaceAll('{train}', places.train)
      .replaceAll('{out}', places.out)
      .replaceAll('{seed}', String(places.seed))
    // A bare program name is looked for in PATH.
    if (i === 0 && !/[\\/]/.test(text)) return text
    const path = resolve(folder, text)
    return text !== '' && existsSync(path) ? path : text
  })
}

async function runCommand(
  [file = '', ...args]: readonly string[],
  {
    folder,
    timeLimitSeconds,
    signal,
  }: { readonly folder: string; readonly timeLimitSeconds: number; readonly signal?: AbortSignal },
): Promise<void> {
  signal?.throwIfAborted()
  const child = spawn(file, args, {
    cwd: folder,
    env: environment(folder),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  let words = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-wordsKept)
    })
  }
  let late = false
  const end = (): void => killGroup(child.pid)
  const timer = setTimeout(() => {
    late = true
    end()
  }, timeLimitSeconds * 1000)
  signal?.addEventListener('abort', end)
  process.on('exit', end)
  try {
    const { code, by } = await new Promise<{ readonly code: number | null; readonly by: string | null }>(
      (settle, reject) => {
        child.once('error', (cause: NodeJS.ErrnoException) =>
          reject(
            failed(
              cause.code === 'ENOENT'
                ? `cannot be started: there is no program ${JSON.stringify(file)}`
                : `cannot be started: ${cause.message}`,
            ),
          ),
        )
        child.once('close', (code, by) => settle({ code, by }))
      },
    )
    if (signal?.aborted === true) throw new FailmodeError('interrupted', { message: 'the run was stopped.' })
    if (late) {
      throw failed(
        `did not end within ${timeLimitSeconds} s`,
        'Raise "training.timeLimit", or train for a shorter time.',
      )
    }
    if (code !== 0) {
      const last = words
        .split(/\r?\n/)
        .filter((line) => line.trim() !== '')
        .slice(-5)
        .join(' | ')
      throw failed(
        `${by === null ? `ended with exit code ${code}` : `was ended by ${by}`}${last === '' ? '' : `; it said last: ${last}`}`,
      )
    }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', end)
    process.off('exit', end)
    // What it has started goes with it.
    end()
  }
}

/** What a program needs to start; its temporary files belong into its folder. */
function environment(folder: string): Record<string, string> {
  const needed = ['PATH', 'HOME', 'LANG', 'SystemRoot', 'PATHEXT', 'USERPROFILE']
  const seen = needed.flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]!] as const],
  )
  return { ...Object.fromEntries(seen), TMPDIR: folder, TEMP: folder, TMP: folder }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    if (process.platform === 'win32') process.kill(pid, 'SIGKILL')
    else process.kill(-pid, 'SIGKILL')
  } catch {
    // Nobody of the group is left.
  }
}

let cuttable: Promise<boolean> | undefined

/** Whether an ordinary user may start a program without a network here: Linux with user namespaces. */
function canCutNetwork(): Promise<boolean> {
  cuttable ??= new Promise((resolveWith) => {
    if (process.platform !== 'linux') return resolveWith(false)
    execFile('unshare', ['--net', '--map-root-user', 'true'], { timeout: 5000 }, (error) =>
      resolveWith(error === null),
    )
  })
  return cuttable
}

function failed(what: string, hint?: string): FailmodeError {
  return new FailmodeError('training-failed', {
    message: `the command of "training.command" ${what}.`,
    ...(hint === undefined ? {} : { hint }),
  })
}
