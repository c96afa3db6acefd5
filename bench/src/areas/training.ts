// What the engine promises about training: as fast as PyTorch on a CPU, to the same accuracy, with the same gradients, and
// the same weights after being killed. Times are of whole steps on the same data; PyTorch's loops are in
// bench/peers/training/train.py.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import {
  float32,
  fromNumbers,
  type Optimizer,
  openTrainer,
  openTrainPool,
  type Recipe,
  type Tensor,
  type TrainingData,
} from '@failmode/engine'
import { absent, type Bar, type BarOutcome, type BenchContext } from '../bar.ts'
import { measurePaired, pairedRatio } from '../load-filter.ts'
import { openPeer, type Peer } from '../peer.ts'
import { cifar, digits, lookTask, type Split, type Task } from './training/data.ts'
import { mlpNet, resnet20, smallCnn, type TrainingNet, transformer } from './training/nets.ts'
import { withArrays } from './training/npy.ts'
import { welch } from './training/welch.ts'

const momentum = { kind: 'sgd', rate: 0.01, momentum: 0.9 } as const

function samplesOf(net: TrainingNet, { x, y }: Split, count = y.length): TrainingData {
  const size = net.row.reduce((a, b) => a * b, 1)
  const part = x.subarray(0, count * size)
  const dims = [count, ...net.row]
  const inputs: Tensor = net === transformer ? fromNumbers('int64', dims, part) : float32(part, dims)
  return { samples: { x: inputs, labels: fromNumbers('int64', [count], y.subarray(0, count)) } }
}

/** Numbers for timing alone. */
function noise(net: TrainingNet, count: number): Split {
  const size = net.row.reduce((a, b) => a * b, 1)
  let state = 1
  const draw = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  return {
    x: Float32Array.from({ length: count * size }, draw),
    y: Int32Array.from({ length: count }, (_, i) => i % net.classes),
  }
}

/** One PyTorch process for each set of threads wanted, or why there is none. */
async function peers(
  count: number,
  threads: number,
  { signal }: BenchContext,
): Promise<
  { readonly peers: readonly Peer[]; readonly close: () => Promise<void> } | { readonly reason: string }
> {
  const opened: Peer[] = []
  const close = async (): Promise<void> => void (await Promise.all(opened.map((peer) => peer.close())))
  for (let i = 0; i < count; i++) {
    const one = await openPeer('training/train.py', {
      needs: ['torch'],
      environment: { OMP_NUM_THREADS: String(threads) },
      signal,
    })
    if (!one.peer) {
      await close()
      return { reason: one.reason }
    }
    opened.push(one.peer)
  }
  return { peers: opened, close }
}

function stepBar(
  net: TrainingNet,
  bar: string,
  { atMost, stepsOfCall }: { readonly atMost: number; readonly stepsOfCall: number },
): Bar {
  return {
    area: 'training',
    bar,
    target: `<= ${atMost.toFixed(1)} x PyTorch's time, 2 threads each`,
    run: (context) =>
      withArrays(async (write) => {
        const opened = await peers(1, 2, context)
        if ('reason' in opened) return absent(opened.reason, 'x')
        const [peer] = opened.peers as [Peer]
        const recipe: Recipe = { epochs: 1, batch: net.batch, optimizer: momentum }
        const trainer = await openTrainer({ graph: net.graph, recipe, intraOpThreads: 2 })
        try {
          const data = samplesOf(net, noise(net, net.batch * stepsOfCall))
          const one = noise(net, net.batch)
          await peer.call('open', {
            net: net.peer,
            x: await write('x', [net.batch, ...net.row], one.x),
            y: await write('y', [net.batch], Float32Array.from(one.y)),
            threads: 2,
            optimizer: momentum,
          })
          const times = await measurePaired({
            candidates: {
              ours: () => trainer.fit({ data, seed: 1 }),
              torch: () => peer.call('steps', stepsOfCall),
            },
            rounds: 7,
            blockMs: 1000,
            children: [peer.pid],
            capMs: 300_000,
            signal: context.signal,
          })
          if (!times.enough) return absent(times.detail, 'x')
          const value = pairedRatio(times, 'ours', 'torch').median
          const per = (name: 'ours' | 'torch') => (times.median![name] / stepsOfCall).toFixed(1)
          return {
            value,
            met: value <= atMost,
            unit: 'x',
            n: times.rounds.length,
            detail: `${net.name}, batch ${net.batch}, SGD with momentum: ours ${per('ours')} ms, PyTorch ${per('torch')} ms a step; ${times.detail}`,
          }
        } finally {
          await trainer.close()
          await opened.close()
        }
      }),
  }
}

const models = 16

function shadowBar(
  net: TrainingNet,
  bar: string,
  { atMost, samples, batch }: { readonly atMost: number; readonly samples: number; readonly batch: number },
): Bar {
  return {
    area: 'training',
    bar,
    target: `<= ${atMost.toFixed(1)} x PyTorch's time: ${models} models, 2 workers of one thread each`,
    run: (context) =>
      withArrays(async (write) => {
        const opened = await peers(2, 1, context)
        if ('reason' in opened) return absent(opened.reason, 'x')
        const split = noise(net, samples)
        const recipe: Recipe = {
          epochs: 1,
          batch,
          start: 'fresh',
          initialization: 'uniform',
          optimizer: momentum,
        }
        const pool = await openTrainPool({
          graph: net.graph,
          recipe,
          data: samplesOf(net, split),
          workers: 2,
        })
        try {
          const files = {
            x: await write('x', [samples, ...net.row], split.x),
            y: await write('y', [samples], Float32Array.from(split.y)),
            testX: await write(
              'test-x',
              [batch, ...net.row],
              split.x.slice(0, (split.x.length / samples) * batch),
            ),
            testY: await write('test-y', [batch], Float32Array.from(split.y.slice(0, batch))),
          }
          const jobs = Array.from({ length: models }, (_, i) => ({ id: String(i), seed: i }))
          const theirs = async (peer: Peer, first: number): Promise<void> => {
            for (let seed = first; seed < models; seed += 2) {
              await peer.call('fit', {
                net: net.peer,
                ...files,
                threads: 1,
                seed,
                optimizer: momentum,
                epochs: 1,
                batch,
              })
            }
          }
          const times = await measurePaired({
            candidates: {
              ours: async () => {
                const failed = (await pool.run(jobs)).find((outcome) => !outcome.ok)
                if (failed !== undefined && !failed.ok) throw failed.error
              },
              torch: () => Promise.all(opened.peers.map(theirs)),
            },
            rounds: 5,
            children: opened.peers.map(({ pid }) => pid),
            capMs: 900_000,
            signal: context.signal,
          })
          if (!times.enough) return absent(times.detail, 'x')
          const value = pairedRatio(times, 'ours', 'torch').median
          const per = (name: 'ours' | 'torch') => (times.median![name] / 1000).toFixed(2)
          return {
            value,
            met: value <= atMost,
            unit: 'x',
            n: times.rounds.length,
            detail: `${net.name}, ${models} models of ${samples} samples, batch ${batch}: ours ${per('ours')} s, PyTorch ${per('torch')} s; ${times.detail}`,
          }
        } finally {
          await pool.close()
          await opened.close()
        }
      }),
  }
}

const seeds = [1, 2, 3, 4, 5]

interface AccuracyRun {
  readonly net: TrainingNet
  readonly optimizer: Optimizer
  readonly epochs: number
  readonly batch: number
  readonly trained?: number
  task(context: BenchContext): Task | null
}

function accuracyBar(
  bar: string,
  { net, optimizer, epochs, batch, trained, task: taskOf }: AccuracyRun,
): Bar {
  return {
    area: 'training',
    bar,
    target: 'no difference from PyTorch at the 5 % level (Welch), 5 seeds each',
    run: (context) =>
      withArrays(async (write): Promise<BarOutcome> => {
        const task = taskOf(context)
        if (task === null) return absent('the shared data are absent', 'points')
        const opened = await peers(2, 1, context)
        if ('reason' in opened) return absent(opened.reason, 'points')
        const count = trained ?? task.train.y.length
        const size = net.row.reduce((a, b) => a * b, 1)
        const recipe: Recipe = {
          epochs,
          batch,
          optimizer,
          schedule: { kind: 'cosine' },
          start: 'fresh',
          initialization: 'uniform',
        }
        const pool = await openTrainPool({
          graph: net.graph,
          recipe,
          data: samplesOf(net, task.train, count),
          evaluate: samplesOf(net, task.test),
          workers: 2,
        })
        try {
          const files = {
            x: await write('x', [count, ...net.row], task.train.x.subarray(0, count * size)),
            y: await write('y', [count], Float32Array.from(task.train.y.subarray(0, count))),
            testX: await write('test-x', [task.test.y.length, ...net.row], task.test.x),
            testY: await write('test-y', [task.test.y.length], Float32Array.from(task.test.y)),
          }
          const ours = (await pool.run(seeds.map((seed) => ({ id: String(seed), seed })))).map((outcome) => {
            if (!outcome.ok) throw outcome.error
            return outcome.evaluated!.accuracy!
          })
          const theirs: number[] = []
          const half = async (peer: Peer, at: number): Promise<void> => {
            for (let i = at; i < seeds.length; i += 2) {
              const { accuracy } = await peer.call<{ accuracy: number }>('fit', {
                net: net.peer,
                ...files,
                threads: 1,
                seed: seeds[i],
                optimizer,
                epochs,
                batch,
                cosine: true,
              })
              theirs[i] = accuracy
            }
          }
          await Promise.all(opened.peers.map(half))
          const { difference, p } = welch(ours, theirs)
          const list = (values: readonly number[]) =>
            values.map((value) => (100 * value).toFixed(2)).join(' ')
          return {
            value: 100 * difference,
            met: p >= 0.05,
            unit: 'points',
            n: seeds.length,
            detail: `${net.name}, ${count} samples, ${epochs} epochs of ${optimizer.kind}: ours ${list(ours)}, PyTorch ${list(theirs)} %; p = ${p.toFixed(2)}`,
          }
        } finally {
          await pool.close()
          await opened.close()
        }
      }),
  }
}

const kills = 8

const resumeBar: Bar = {
  area: 'training',
  bar: 'killed-and-resumed',
  target: `${kills} of ${kills} the same weights, bit for bit`,
  run: async ({ signal }) => {
    const folder = mkdtempSync(join(tmpdir(), 'failmode-bench-'))
    const script = fileURLToPath(new URL('./training/long-training.ts', import.meta.url))
    const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
    /** Starts or resumes the training and kills it after so long; undefined lets it end. */
    const run = (name: string, killAfterMs?: number): Promise<boolean> =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, ['--import', loader, script, join(folder, name)], {
          signal,
          stdio: 'ignore',
        })
        const timer =
          killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs)
        child.once('error', reject)
        child.once('close', (code) => {
          clearTimeout(timer)
          if (code === 0) resolve(true)
          else if (code === null) resolve(false)
          else reject(new Error(`the training ended with exit code ${code}`))
        })
      })
    try {
      const start = performance.now()
      await run('whole')
      const wholeMs = performance.now() - start
      const weights = (name: string) => readFileSync(join(folder, `${name}.weights`)).toString('base64')
      let same = 0
      let killed = 0
      for (let i = 0; i < kills; i++) {
        let ended = false
        for (let tries = 0; !ended && tries < 20; tries++) {
          ended = await run(`killed-${i}`, wholeMs * (0.35 + 0.6 * Math.random()))
          if (!ended) killed++
        }
        if (weights(`killed-${i}`) === weights('whole')) same++
      }
      return {
        value: same,
        met: same === kills,
        unit: '',
        n: kills,
        detail: `a process training a small CNN with dropout, batch normalisation and augmentation, killed ${killed} times by SIGKILL at random moments`,
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

export const bars: readonly Bar[] = [
  stepBar(smallCnn, 'step-small-cnn', { atMost: 1, stepsOfCall: 20 }),
  stepBar(mlpNet, 'step-mlp', { atMost: 1, stepsOfCall: 100 }),
  stepBar(resnet20, 'step-resnet-20', { atMost: 1.4, stepsOfCall: 10 }),
  shadowBar(smallCnn, 'shadow-models-small-cnn', { atMost: 1, samples: 1280, batch: 128 }),
  shadowBar(resnet20, 'shadow-models-resnet-20', { atMost: 1.1, samples: 384, batch: 64 }),
  accuracyBar('accuracy-small-cnn-digits', {
    net: smallCnn,
    optimizer: { kind: 'sgd', rate: 0.02, momentum: 0.9 },
    epochs: 4,
    batch: 64,
    trained: 4000,
    task: digits,
  }),
  accuracyBar('accuracy-resnet-20-cifar-slice', {
    net: resnet20,
    optimizer: { kind: 'sgd', rate: 0.05, momentum: 0.9, decay: 5e-4 },
    epochs: 12,
    batch: 64,
    task: ({ data }) => (data === null ? null : cifar(data)),
  }),
  accuracyBar('accuracy-transformer-toy', {
    net: transformer,
    optimizer: { kind: 'adam', rate: 0.003 },
    epochs: 12,
    batch: 64,
    task: lookTask,
  }),
  resumeBar,
]
