// What is promised of attacks on privacy and on the model itself: as few questions as published, the scores of the authors' own
// code, the time of PyTorch, and overfitted models told from others every time.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom } from '@failmode/core'
import { fitLogistic, mlp, writeModel } from '@failmode/engine'
import { openSystem, runSystem, type SystemConfig } from '@failmode/system'
import golden from '../../../packages/probes/src/04-membership-inference/attacks/golden/reference-scores.json' with {
  type: 'json',
}
import { liraOffline, liraOnline } from '../../../packages/probes/src/04-membership-inference/attacks/lira.ts'
import { rmiaOffline } from '../../../packages/probes/src/04-membership-inference/attacks/rmia.ts'
import { membershipSignals } from '../../../packages/probes/src/04-membership-inference/attacks/signals.ts'
import membershipInference from '../../../packages/probes/src/04-membership-inference/index.ts'
import { insideOf } from '../../../packages/probes/src/04-membership-inference/shadow-step.ts'
import { solveEquations } from '../../../packages/probes/src/05-model-stealing/attacks/equation-solving.ts'
import { randomRow, wholeSpace } from '../../../packages/probes/src/05-model-stealing/attacks/region.ts'
import {
  completeInputs,
  partialInputs,
} from '../../../packages/probes/src/05-model-stealing/attacks/tree-path-finding.ts'
import {
  growTree,
  leavesOf,
  reach,
  scoreService,
} from '../../../packages/probes/src/05-model-stealing/testing/decision-tree.ts'
import { writeNpz } from '../../../packages/system/src/data/npz.ts'
import { absent, type Bar, type BenchContext } from '../bar.ts'
import { measurePaired, pairedRatio } from '../load-filter.ts'
import { openPeer, type Peer } from '../peer.ts'
import { germanCredit } from './privacy/german-credit.ts'
import { digits } from './training/data.ts'
import { smallCnn } from './training/nets.ts'
import { withArrays } from './training/npy.ts'

const area = 'privacy'

function treeBar(
  bar: string,
  { take, most, how }: { readonly take: typeof completeInputs; readonly most: number; readonly how: string },
): Bar {
  return {
    area,
    bar,
    target: `100 % agreement, at most ${most} queries (${how}), tree of 26 leaves on German Credit`,
    async run({ data }) {
      const table = germanCredit(data)
      if (table === null)
        return absent('german-credit.arff is not in the data folder (FAILMODE_DATA)', 'queries')
      const { features, rows, labels } = table
      const tree = growTree(features, { rows, labels, classes: 2 }, { leaves: 26, depth: 11 })
      const leaves = leavesOf(tree)
      const shares = (row: Float64Array): string => {
        const { counts } = reach(tree, row)
        const n = counts.reduce((a, b) => a + b, 0)
        return counts.map((c) => c / n).join()
      }
      const distinct = new Set(
        leaves.map(({ counts }) => counts.map((c) => c / counts.reduce((a, b) => a + b, 0)).join()),
      ).size
      const random = createRandom('uniform rows')
      const asked = [
        ...rows,
        ...Array.from({ length: 10_000 }, () => randomRow(features, wholeSpace(features), random)),
      ]
      const queries: number[] = []
      let wrong = 0
      for (let seed = 0; seed < 10; seed++) {
        const copy = await take(features, scoreService(tree), { seed })
        queries.push(copy.queries)
        wrong += asked.filter((row) => copy.predict(row) !== shares(row)).length
      }
      const worst = Math.max(...queries)
      return {
        value: worst,
        met: wrong === 0 && worst <= most && leaves.length === 26,
        unit: 'queries',
        n: queries.length,
        detail: `${leaves.length} leaves, ${distinct} distinct confidences; queries over 10 seeds ${Math.min(...queries)} to ${worst}; ${wrong} disagreements on 10 x (1,000 rows of the table and 10,000 uniform ones)`,
      }
    },
  }
}

function equationBar(bar: string, classes: 2 | 3): Bar {
  return {
    area,
    bar,
    target:
      classes === 2 ? '100 % agreement at d + 1 queries' : '100 % agreement at k(d + 1) queries or fewer',
    async run({ data }) {
      const table = germanCredit(data)
      if (table === null) return absent('german-credit.arff is not in the data folder (FAILMODE_DATA)', '%')
      const { oneHot, columns, labels, third } = table
      const y = classes === 2 ? labels : third
      const n = y.length
      const fit = fitLogistic(
        { x: Float32Array.from(oneHot), rows: n, columns, labels: Int32Array.from(y), classes },
        {},
      )
      // For two classes there is one row of weights, and the score of class 0 is 0.
      const given = fit.intercepts.length
      const scores = (row: ArrayLike<number>): number[] => {
        const own = Array.from(fit.intercepts, (value, k) => {
          let sum = value
          for (let c = 0; c < columns; c++) sum += fit.coefficients[k * columns + c]! * row[c]!
          return sum
        })
        return given === 1 ? [0, ...own] : own
      }
      const answer = (row: ArrayLike<number>): number[] => {
        const own = scores(row)
        const top = Math.max(...own)
        const all = own.map((value) => Math.exp(value - top))
        const sum = all.reduce((a, b) => a + b, 0)
        return all.map((value) => Math.fround(value / sum))
      }
      const top = (values: ArrayLike<number>): number =>
        Array.from(values).indexOf(Math.max(...Array.from(values)))
      const random = createRandom('uniform rows')
      const asked = [
        ...Array.from({ length: n }, (_, r) => oneHot.subarray(r * columns, (r + 1) * columns)),
        ...Array.from({ length: 10_000 }, () =>
          Float64Array.from({ length: columns }, () => random.uniform()),
        ),
      ]
      let same = 0
      let queries = 0
      for (let seed = 0; seed < 10; seed++) {
        const copy = await solveEquations(async (rows) => rows.map(answer), {
          features: columns,
          classes,
          seed,
        })
        queries = Math.max(queries, copy.queries)
        same += asked.filter((row) => top(copy.predict(row)) === top(scores(row))).length
      }
      const value = (100 * same) / (10 * asked.length)
      return {
        value,
        met: value === 100 && queries <= (classes === 2 ? columns + 1 : classes * (columns + 1)),
        unit: '%',
        n: 10 * asked.length,
        detail: `German Credit, ${columns} columns, ${classes} classes; ${queries} queries; answers are float32; 10 seeds, agreement of classes on the table and on 10,000 uniform rows`,
      }
    },
  }
}

const referenceScores: Bar = {
  area,
  bar: 'lira-rmia-reference',
  target: '<= 1e-4 from the scores of the authors’ code on the same logits',
  async run() {
    const scores = (data: readonly number[]) => ({
      kind: 'logits' as const,
      data: Float32Array.from(data),
      classes: golden.classes,
    })
    const repeated = golden.labels.flatMap((label) => Array.from({ length: golden.queries }, () => label))
    const signals = golden.logits.map((row) => membershipSignals(scores(row), repeated))
    const inside = golden.inside.map((row) => Uint8Array.from(row))
    const shadows = {
      statistics: signals.slice(0, -1).map(({ scaledLogit }) => scaledLogit),
      inside,
      records: golden.labels.length,
      queries: golden.queries,
    }
    let worst = 0
    let n = 0
    const compare = (found: Float64Array, theirs: readonly number[]): void => {
      for (const [r, value] of theirs.entries()) worst = Math.max(worst, Math.abs(found[r]! - value))
      n += theirs.length
    }
    for (const [name, theirs] of Object.entries(golden.lira)) {
      const [kind, variance] = name.split(' ') as ['online' | 'offline', 'fixed' | 'per-record']
      const attack = kind === 'online' ? liraOnline : liraOffline
      compare(attack(signals.at(-1)!.scaledLogit, shadows, { variance, as: 'released-code' }), theirs)
    }
    const own = signals.map(({ loss }) =>
      loss.filter((_, i) => i % golden.queries === 0).map((value) => Math.exp(-value)),
    )
    const population = golden.populationLogits.map((row) =>
      membershipSignals(scores(row), golden.populationLabels).loss.map((value) => Math.exp(-value)),
    )
    for (const [a, theirs] of Object.entries(golden.rmia)) {
      const found = rmiaOffline(
        {
          target: own.at(-1)!,
          references: own.slice(0, -1),
          inside,
          populationTarget: population.at(-1)!,
          populationReferences: population.slice(0, -1),
        },
        { a: Number(a), as: 'released-code' },
      )
      compare(found, theirs)
    }
    return {
      value: worst,
      met: worst <= 1e-4,
      unit: '',
      n,
      detail:
        'LiRA online and offline, own and fixed variance (tensorflow/privacy), RMIA at three a (ml_privacy_meter), stored by bench/peers/privacy/reference_scores.py',
    }
  },
}

async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'failmode-privacy-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function npz(x: Float32Array, y: Int32Array, shape: readonly number[]): Uint8Array {
  return writeNpz({
    x: { dtype: 'float32', shape: [y.length, ...shape], data: x },
    y: { dtype: 'int64', shape: [y.length], data: Float64Array.from(y) },
  })
}

/** Runs the named checks of the mode on a system whose files are in the folder. */
async function audit(
  config: SystemConfig,
  {
    folder,
    out,
    only,
    options,
    seed,
    signal,
  }: {
    readonly folder: string
    readonly out: string
    readonly only: string
    readonly options: object
    readonly seed: number
    readonly signal: AbortSignal
  },
) {
  const system = await openSystem(
    {
      config,
      options: { 'membership-inference': membershipInference.options.parse(options) },
      folder,
      configName: null,
    },
    { signal },
  )
  return runSystem(
    system,
    {
      probes: [membershipInference],
      only,
      budget: 'standard',
      maxQueries: null,
      seed,
      workers: 2,
      bugBar: 'sdl-aiml-2019',
      origin: null,
      reproduce: (id) => id,
    },
    { folder: join(folder, out), resume: false, signal },
  )
}

const shadows = 16
const lira = { epochs: 3, batch: 128, optimizer: 'sgd', rate: 0.01, momentum: 0.9 } as const

const liraTime: Bar = {
  area,
  bar: 'lira-offline-time',
  target: `<= 1.1 x the time of the same attack in PyTorch: ${shadows} shadows, small CNN, 5,000 digits, two processes`,
  run: (context) =>
    withFolder((folder) =>
      withArrays(async (write) => {
        const peers: Peer[] = []
        for (let i = 0; i < 2; i++) {
          const one = await openPeer('privacy/lira.py', {
            needs: ['torch'],
            environment: { OMP_NUM_THREADS: '1' },
            signal: context.signal,
          })
          if (!one.peer) {
            await Promise.all(peers.map((peer) => peer.close()))
            return absent(one.reason, 'x')
          }
          peers.push(one.peer)
        }
        try {
          const { train } = digits()
          const size = 784
          // Ours takes them before the mean is taken off.
          const unit = train.x.map((value) => value * 0.3081 + 0.1307)
          const part = (from: number, to: number) =>
            npz(unit.slice(from * size, to * size), train.y.slice(from, to), [1, 28, 28])
          // 5,000 to train on, and 500 strangers set aside, which the peer does not need.
          await writeFile(join(folder, 'train.npz'), part(0, 2500))
          await writeFile(join(folder, 'test.npz'), part(2500, 5500))
          await writeFile(join(folder, 'model.onnx'), writeModel(smallCnn.graph))
          const config: SystemConfig = {
            name: 'lira',
            task: 'image-classification',
            labels: Array.from({ length: 10 }, (_, k) => String(k)),
            model: {
              onnx: 'model.onnx',
              input: { layout: 'NCHW', shape: [1, 28, 28], range: [0, 1], mean: [0.1307], std: [0.3081] },
              output: 'logits',
            },
            data: {
              train: { npz: { file: 'train.npz', inputs: 'x', labels: 'y' } },
              test: { npz: { file: 'test.npz', inputs: 'x', labels: 'y' } },
            },
            training: { builtin: lira },
          }
          const count = 5000
          const keep = new Float32Array(shadows * count)
          for (let s = 0; s < shadows; s++) {
            const rows = Array.from({ length: count }, (_, i) => i)
            keep.set(insideOf({ seed: 1, split: 'members', shadow: s, of: shadows }, rows), s * count)
          }
          const files = {
            x: await write('x', [count, 1, 28, 28], train.x.slice(0, count * size)),
            y: await write('y', [count], Float32Array.from(train.y.subarray(0, count))),
            keep: await write('keep', [shadows, count], keep),
          }
          const numbers = [0, 1].map((i) => Array.from({ length: shadows / 2 }, (_, k) => 2 * k + i))
          const parts = [0, 1].map((i) => join(folder, `part-${i}.npy`))
          let run = 0
          const times = await measurePaired({
            candidates: {
              ours: async () => {
                const document = await audit(config, {
                  folder,
                  out: `run-${run++}`,
                  only: 'membership-inference/shadows',
                  options: { shadows, records: 2500, population: 500 },
                  seed: 1,
                  signal: context.signal,
                })
                const check = document.modes
                  .flatMap(({ checks }) => checks)
                  .find(({ id }) => id === 'membership-inference/shadows')
                if (check?.measurements.length === 0 || check === undefined)
                  throw new Error(check?.reason ?? 'no check')
              },
              torch: async () => {
                const common = { ...files, net: smallCnn.peer, threads: 1 }
                await Promise.all(
                  peers.map((peer, i) =>
                    peer.call('shadows', {
                      ...common,
                      numbers: numbers[i],
                      out: parts[i],
                      epochs: lira.epochs,
                      batch: lira.batch,
                      optimizer: { kind: 'sgd', rate: lira.rate, momentum: lira.momentum },
                    }),
                  ),
                )
                await peers[0]!.call('scores', { ...common, parts, numbers })
              },
            },
            rounds: 3,
            children: peers.map(({ pid }) => pid),
            capMs: 1_500_000,
            signal: context.signal,
          })
          if (!times.enough) return absent(times.detail, 'x')
          const value = pairedRatio(times, 'ours', 'torch').median
          const per = (name: 'ours' | 'torch') => (times.median![name] / 1000).toFixed(1)
          return {
            value,
            met: value <= 1.1,
            unit: 'x',
            n: times.rounds.length,
            detail: `${shadows} models of 2,500 of 5,000 digits, ${lira.epochs} epochs; ours is the whole check with LiRA online and offline, RMIA, the shadow classifier, controls and journal: ${per('ours')} s; PyTorch with LiRA offline alone: ${per('torch')} s; ${times.detail}`,
          }
        } finally {
          await Promise.all(peers.map((peer) => peer.close()))
        }
      }),
    ),
}

const seeds = 20

/** Trained by heart, or briefly and with weights held small. */
const recipes = {
  overfit: { epochs: 30, batch: 64, optimizer: 'adam', rate: 0.002 },
  regularised: { epochs: 2, batch: 64, optimizer: 'adamw', rate: 0.001, decay: 10 },
} as const

const planted: Bar = {
  area,
  bar: 'planted-overfit-model',
  target: `overfitted model found, regularised twin not, in ${seeds} of ${seeds} seeds`,
  run: (context: BenchContext) =>
    withFolder(async (folder) => {
      const { train, test } = digits()
      const size = 784
      const unit = (x: Float32Array) => x.map((value) => value * 0.3081 + 0.1307)
      const [members, others] = [unit(train.x), unit(test.x)]
      const pooled = new Float32Array(members.length + others.length)
      pooled.set(members)
      pooled.set(others, members.length)
      const y = Int32Array.from([...train.y, ...test.y])
      const counts = { overfit: [0, 0, 0], regularised: [0, 0, 0] }
      for (let seed = 0; seed < seeds; seed++) {
        const order = createRandom('planted').split(seed).permutation(y.length)
        const pick = (from: number, to: number): Uint8Array => {
          const rows = order.subarray(from, to)
          const x = new Float32Array(rows.length * size)
          for (const [i, row] of rows.entries())
            x.set(pooled.subarray(row * size, (row + 1) * size), i * size)
          return npz(
            x,
            Int32Array.from(rows, (row) => y[row]!),
            [784],
          )
        }
        await writeFile(join(folder, 'train.npz'), pick(0, 4000))
        await writeFile(join(folder, 'test.npz'), pick(4000, 8500))
        for (const kind of ['overfit', 'regularised'] as const) {
          const config: SystemConfig = {
            name: kind,
            task: 'tabular-classification',
            labels: Array.from({ length: 10 }, (_, k) => String(k)),
            model: { onnx: 'model.onnx', input: { layout: 'flat', shape: [784] }, output: 'logits' },
            data: {
              train: { npz: { file: 'train.npz', inputs: 'x', labels: 'y' } },
              test: { npz: { file: 'test.npz', inputs: 'x', labels: 'y' } },
            },
            training: { builtin: recipes[kind] },
          }
          const graph = mlp({ features: 784, hidden: [64], classes: 10 })
          await writeFile(join(folder, 'model.onnx'), writeModel(graph))
          await trainTarget(config, { folder, seed, signal: context.signal })
          const document = await audit(config, {
            folder,
            out: `${kind}-${seed}`,
            only: 'membership-inference/scores,membership-inference/shadows',
            options: { shadows: 8, records: 3500, population: 500 },
            seed,
            signal: context.signal,
          })
          const found = document.modes.find(({ slug }) => slug === 'membership-inference')!.checks
          const outcomes = found
            .filter(({ measurements }) => measurements.length > 0)
            .map(({ outcome }) => outcome)
          const at = outcomes.includes('finding') ? 0 : outcomes.every((one) => one === 'no-finding') ? 2 : 1
          counts[kind][at]!++
          await rm(join(folder, `${kind}-${seed}`), { recursive: true, force: true })
        }
        context.log(`planted: ${seed + 1} of ${seeds} seeds`)
      }
      const right = counts.overfit[0]! + seeds - counts.regularised[0]!
      return {
        value: right,
        met: right === 2 * seeds,
        unit: `of ${2 * seeds}`,
        n: 2 * seeds,
        detail: `MLP of 64 hidden units on 4,000 digits. Overfitted (30 epochs): finding, unsettled, nothing found ${counts.overfit.join(', ')}. Regularised (2 epochs, decay 10): ${counts.regularised.join(', ')}. Checks by scores and by 8 shadow models, 3,500 members and as many strangers`,
      }
    }),
}

/** Trains the model under test with the recipe of the configuration, and writes it where the configuration has it. */
async function trainTarget(
  config: SystemConfig,
  { folder, seed, signal }: { readonly folder: string; readonly seed: number; readonly signal: AbortSignal },
): Promise<void> {
  const { openTrainerTarget } = await import('../../../packages/system/src/trainers/open-trainer.ts')
  const { toSampleSet } = await import('../../../packages/system/src/data/stored-samples.ts')
  const system = await openSystem({ config, options: {}, folder, configName: null }, { signal })
  const { training, data } = system.descriptor
  if (training === null) throw new Error('no training')
  const trainer = await openTrainerTarget(training, { threads: 2 })
  try {
    const set = toSampleSet(data.train!)
    const made = await trainer.train({
      data: { x: set.read(Array.from({ length: set.count }, (_, i) => i)), labels: set.labels },
      seed,
      signal,
    })
    await writeFile(join(folder, 'model.onnx'), made.onnx)
    await made.close()
  } finally {
    await trainer.close()
  }
}

export const bars: readonly Bar[] = [
  treeBar('tree-partial-inputs', { take: partialInputs, most: 1150, how: 'rows with fields left out' }),
  treeBar('tree-complete-inputs', { take: completeInputs, most: 1722, how: 'complete rows' }),
  equationBar('logistic-equations', 2),
  equationBar('softmax-equations', 3),
  referenceScores,
  liraTime,
  planted,
]
