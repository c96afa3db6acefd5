import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TrainerTarget, type TrainingSet, tensor } from '@failmode/core'
import { cnn, writeModel } from '@failmode/engine'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SystemConfig } from '../config/config-schema.ts'
import { describeOnnx } from '../targets/describe-onnx.ts'
import type { OnnxDescriptor } from '../targets/model-descriptor.ts'
import { openTrainerTarget } from './open-trainer.ts'
import { describeTrainer } from './trainer-descriptor.ts'

const folder = mkdtempSync(join(tmpdir(), 'failmode-trainers-'))
let model: OnnxDescriptor

/** Bright above or bright below: 200 pictures of 8 x 8 in unit space. */
const halves = (count = 200): TrainingSet => {
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2)
  const data = Float32Array.from({ length: count * 64 }, (_, at) => {
    const [i, row] = [Math.floor(at / 64), Math.floor((at % 64) / 8)]
    const noise = (((at * 2654435761) >>> 8) % 1000) / 2500
    return Math.min(1, noise + (row < 4 === (labels[i] === 0) ? 0.5 : 0))
  })
  return { x: tensor(data, [count, 1, 8, 8]), labels }
}

async function trainerOf(training: SystemConfig['training']): Promise<TrainerTarget> {
  const descriptor = await describeTrainer({ training }, { model, folder })
  return openTrainerTarget(descriptor!, { threads: 1 })
}

async function accuracy(
  trained: Awaited<ReturnType<TrainerTarget['train']>>,
  { x, labels }: TrainingSet,
): Promise<number> {
  const { data, width } = await trained.scores(x)
  const right = labels!.reduce((sum, label, i) => {
    const row = [...data.subarray(i * width, (i + 1) * width)]
    return sum + (row.indexOf(Math.max(...row)) === label ? 1 : 0)
  }, 0)
  return right / labels!.length
}

const bits = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

beforeAll(async () => {
  const path = join(folder, 'net.onnx')
  writeFileSync(path, writeModel(cnn({ shape: [1, 8, 8], classes: 2, filters: [4], hidden: 8, seed: 5 })))
  model = await describeOnnx({
    path,
    name: 'net.onnx',
    task: 'image-classification',
    input: { layout: 'NCHW', shape: [1, 8, 8], range: [0, 1], mean: [0.5], std: [0.25] },
    output: 'logits',
  })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the engine as a trainer', () => {
  it('trains the graph of the model on samples in unit space, the same for the same seed', async () => {
    const trainer = await trainerOf({ builtin: { epochs: 4, batch: 20, rate: 0.01 } })
    const data = halves()
    const seen: number[] = []
    const first = await trainer.train({ data, seed: 1, onProgress: (share) => seen.push(share) })
    const again = await trainer.train({ data, seed: 1 })
    const other = await trainer.train({ data, seed: 2 })
    expect(await accuracy(first, data)).toBeGreaterThan(0.97)
    expect(first.losses).toHaveLength(4)
    expect(seen.at(-1)).toBe(1)
    expect(bits(again.onnx)).toBe(bits(first.onnx))
    expect(bits(other.onnx)).not.toBe(bits(first.onnx))
    for (const trained of [first, again, other]) await trained.close()
    await trainer.close()
  })

  it('is described by its recipe, and by another digest for another recipe', async () => {
    const one = await describeTrainer({ training: { builtin: { epochs: 3 } } }, { model, folder })
    const two = await describeTrainer({ training: { builtin: { epochs: 4 } } }, { model, folder })
    expect(one?.facts).toMatchObject({ kind: 'engine', repeatable: true })
    expect(one?.facts.recipe).toContain('3 epochs of adam')
    expect(one?.facts.digest).not.toBe(two?.facts.digest)
    expect(await describeTrainer({}, { model, folder })).toBeNull()
  })

  it('says what is wrong: no model, samples without a class, a rate that diverges', async () => {
    const training = { builtin: { epochs: 3, rate: 1e9, optimizer: 'sgd' as const } }
    await expect(describeTrainer({ training }, { model: null, folder })).rejects.toMatchObject({
      code: 'config-invalid',
    })
    const trainer = await trainerOf(training)
    const data = halves(64)
    await expect(trainer.train({ data: { ...data, labels: null }, seed: 1 })).rejects.toMatchObject({
      code: 'data-mismatch',
    })
    await expect(trainer.train({ data, seed: 1 })).rejects.toMatchObject({ code: 'training-failed' })
    await trainer.close()
  })

  it('stops when the run does', async () => {
    const trainer = await trainerOf({ builtin: { epochs: 1000, batch: 20 } })
    const stop = new AbortController()
    const training = trainer.train({
      data: halves(),
      seed: 1,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    })
    await expect(training).rejects.toMatchObject({ code: 'interrupted' })
    await trainer.close()
  })
})

describe('regressors as trainers', () => {
  it('learn a line from values, and classes from labels', async () => {
    const x = tensor(
      Float32Array.from({ length: 120 }, (_, i) => ((i * 37) % 101) / 101),
      [40, 3],
    )
    const values = Float32Array.from({ length: 40 }, (_, i) => 1 + 2 * x.data[i * 3]! - x.data[i * 3 + 1]!)
    const line = await trainerOf({ regressor: { kind: 'ols' } })
    const fitted = await line.train({ data: { x, labels: null, values }, seed: 1 })
    const { data, width } = await fitted.scores(x)
    expect(width).toBe(1)
    for (const [i, value] of values.entries()) expect(data[i]).toBeCloseTo(value, 4)
    await fitted.close()
    const labels = Int32Array.from(values, (value) => (value > 1.3 ? 1 : 0))
    const classes = await trainerOf({ regressor: { kind: 'logistic', c: 1000 } })
    const set = { x, labels }
    const sorted = await classes.train({ data: set, seed: 1 })
    expect(await accuracy(sorted, set)).toBeGreaterThan(0.95)
    await sorted.close()
    await expect(line.train({ data: set, seed: 1 })).rejects.toMatchObject({ code: 'data-mismatch' })
  })
})

describe('a command as a trainer', () => {
  const script = (name: string, code: string): string => {
    writeFileSync(join(folder, name), code)
    return name
  }
  const command = (file: string, ...more: readonly string[]) => ({
    command: [process.execPath, file, '{train}', '{out}', '{seed}', ...more],
  })
  const leftovers = (): readonly string[] =>
    readdirSync(tmpdir()).filter((name) => name.startsWith('failmode-train-'))

  it('is given the data and a place to write to, in a folder of its own that is gone afterwards', async () => {
    const file = script(
      'train.mjs',
      `import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
const [train, out, seed, model] = process.argv.slice(2)
const bytes = readFileSync(train)
if (bytes.length < 1000 || !bytes.includes('x.npy') || !bytes.includes('y.npy') || seed !== '7') process.exit(3)
writeFileSync('scratch', 'in my own folder')
copyFileSync(model, out)`,
    )
    const before = leftovers()
    const trainer = await trainerOf(command(file, 'net.onnx'))
    const trained = await trainer.train({ data: halves(), seed: 7 })
    const { width } = await trained.scores(halves(10).x)
    expect(width).toBe(2)
    await trained.close()
    expect(existsSync(join(folder, 'scratch'))).toBe(false)
    expect(leftovers()).toEqual(before)
  })

  it.each([
    [
      'ends with an error, in its own words',
      `console.error('no such column: age'); process.exit(4)`,
      /exit code 4.*no such column: age/,
    ],
    ['writes nothing', '', /without writing/],
    [
      'writes what is no model',
      `import { writeFileSync } from 'node:fs'; writeFileSync(process.argv[3], 'hello')`,
      /training failed/,
    ],
  ])('that %s is an error', async (what, code, words) => {
    const trainer = await trainerOf(command(script(`${what.slice(0, 8).replaceAll(' ', '-')}.mjs`, code)))
    const training = trainer.train({ data: halves(10), seed: 1 })
    await expect(training).rejects.toMatchObject({
      code: 'training-failed',
      message: expect.stringMatching(words),
    })
  })

  it('that does not end in time is ended, with what it has started', async () => {
    const file = script(
      'slow.mjs',
      `import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
writeFileSync(${JSON.stringify(join(folder, 'pid'))}, String(child.pid))
setInterval(() => {}, 1000)`,
    )
    const trainer = await trainerOf({ ...command(file), timeLimit: 1.5, network: true })
    await expect(trainer.train({ data: halves(10), seed: 1 })).rejects.toMatchObject({
      message: expect.stringContaining('within 1.5 s'),
    })
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
    await expect.poll(() => isAlive(pid)).toBe(false)
  })

  it('has no network where the system can take it away, unless the configuration gives it', async () => {
    const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const file = script(
      'net.mjs',
      `import { connect } from 'node:net'
import { copyFileSync } from 'node:fs'
const socket = connect(${port}, '127.0.0.1')
socket.on('error', (error) => { console.error(error.code); process.exit(5) })
socket.on('data', () => { copyFileSync(process.argv[5], process.argv[3]); process.exit(0) })`,
    )
    try {
      const open = await trainerOf({ ...command(file, 'net.onnx'), network: true })
      await (await open.train({ data: halves(10), seed: 1 })).close()
      const closed = await trainerOf(command(file, 'net.onnx'))
      const training = closed.train({ data: halves(10), seed: 1 })
      if (closed.facts.notes.some((note) => note.includes('could not be taken')))
        await (await training).close()
      else await expect(training).rejects.toMatchObject({ message: expect.stringContaining('exit code 5') })
    } finally {
      server.close()
    }
  })

  it('has to say where data come from and the model goes to', async () => {
    const training = { command: ['python', 'train.py', '{train}'] }
    await expect(describeTrainer({ training }, { model, folder })).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining('{out}'),
    })
  })
})

/** One that is dead but not yet collected by its parent does not count. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const stat = `/proc/${pid}/stat`
  return !(existsSync(stat) && readFileSync(stat, 'utf8').includes(') Z'))
}
