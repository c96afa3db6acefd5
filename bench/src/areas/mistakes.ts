// What sorting mistakes promises: on real digits with a twentieth of the labels changed and one group of sevens altered so
// that the net fails on them, wrong labels and the hard group are told apart. Nothing but the samples, the labels and the
// net goes in: no other model, and no metadata that would name the group.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { createRandom, type SampleOutcomes, type Tensor } from '@failmode/core'
import { openSystem } from '@failmode/system'
import naturalAdversarialExamples from '../../../packages/probes/src/15-natural-adversarial-examples/index.ts'
import { noArtifacts, runInMemory } from '../../../packages/probes/src/testing/memory-system.ts'
import { writeNpz } from '../../../packages/system/src/data/npz.ts'
import { toSampleSet } from '../../../packages/system/src/data/stored-samples.ts'
import { openModel } from '../../../packages/system/src/targets/open-model.ts'
import { absent, type Bar, type BenchContext } from '../bar.ts'

const files = {
  images: 'images/mnist-t10k-images-idx3-ubyte.gz',
  labels: 'images/mnist-t10k-labels-idx1-ubyte.gz',
  model: 'models/mnist_cntk_cnn.onnx',
} as const
const side = 28
const size = side * side
const count = 4000
const wrongLabels = count / 20
const hardRows = 80
const hardClass = 7

interface Planted {
  /** [count, 1, 28, 28] in unit space. */
  readonly x: Float32Array
  readonly y: Uint8Array
  readonly wrong: ReadonlySet<number>
  readonly hard: ReadonlySet<number>
}

/** How the hard group is altered; its labels stay right. */
const alterations: Readonly<Record<string, (picture: Float32Array) => Float32Array>> = {
  inverted: (picture) => picture.map((value) => 1 - value),
  'turned by 90 degrees': (picture) =>
    picture.map((_, i) => picture[(i % side) * side + side - 1 - Math.floor(i / side)]!),
}

function plant(
  pixels: Uint8Array,
  labels: Uint8Array,
  alter: (picture: Float32Array) => Float32Array,
): Planted {
  const random = createRandom('planted-label-errors')
  const x = Float32Array.from(pixels.subarray(0, count * size), (value) => value / 255)
  // A copy; a slice of a Buffer would share its bytes.
  const y = Uint8Array.from(labels.subarray(0, count))
  const sevens = Array.from(y.keys()).filter((row) => y[row] === hardClass)
  const hard = new Set(random.split('hard').shuffle(sevens).slice(0, hardRows))
  for (const row of hard) x.set(alter(x.slice(row * size, (row + 1) * size)), row * size)
  const others = Array.from(y.keys()).filter((row) => !hard.has(row))
  const wrong = new Set(random.split('wrong').shuffle(others).slice(0, wrongLabels))
  for (const row of wrong) y[row] = (y[row]! + 1 + random.split(row).int(9)) % 10
  return { x, y, wrong, hard }
}

interface Told {
  /** Of as many rows as were planted, those with the least trusted labels: the share that was planted. */
  readonly precision: number
  readonly slicePrecision: number
  readonly sliceRecall: number
  /** Rows of the hard group whose label is called wrong. */
  readonly hardCalledWrong: number
  /** Share of the hard group that the net has wrong. */
  readonly hardFailed: number
  /** Planted wrong labels that are suspected. */
  readonly suspected: number
  /** What each check concluded. */
  readonly reasons: readonly string[]
}

/** Runs the probe's own checks on the planted set. */
async function tell(planted: Planted, model: string, context: BenchContext): Promise<Told> {
  const folder = await mkdtemp(join(tmpdir(), 'failmode-mistakes-'))
  try {
    const pool = {
      x: { dtype: 'float32' as const, shape: [count, 1, side, side], data: planted.x },
      y: { dtype: 'uint8' as const, shape: [count], data: planted.y },
    }
    await writeFile(join(folder, 'pool.npz'), writeNpz(pool))
    const config = {
      name: 'digits',
      task: 'image-classification' as const,
      labels: Array.from({ length: 10 }, (_, k) => String(k)),
      model: {
        onnx: model,
        input: { layout: 'NCHW' as const, shape: [1, side, side], range: [0, 255] as [number, number] },
        output: 'logits' as const,
      },
      data: { pool: { npz: { file: 'pool.npz', inputs: 'x', labels: 'y' } } },
    }
    const { facts, descriptor } = await openSystem({ config, options: {}, folder, configName: null }, context)
    const target = await openModel(descriptor.model!, { threads: 2 })
    // Steps run side by side here, and a session answers one of them at a time.
    const scores = inTurn((x: Tensor) => target.access('score').scores(x))
    const embeddings = inTurn((x: Tensor) => target.access('weights').embeddings(x))
    try {
      const run = await runInMemory(
        naturalAdversarialExamples,
        {
          facts,
          models: { score: { scores }, weights: { embeddings } },
          data: { pool: toSampleSet(descriptor.data.pool!) },
          artifacts: noArtifacts,
        },
        { budget: 'standard', signal: context.signal },
      )
      const checks = run.modes.flatMap((mode) => mode.checks)
      const outcomes = (name: string): SampleOutcomes => {
        const { samples } = checks
          .flatMap(({ measurements }) => measurements)
          .find((one) => one.name === name && one.samples !== undefined)!
        return JSON.parse(new TextDecoder().decode(run.blobs.get(samples!.blob.path)))
      }
      const mistakes = outcomes('suspected-label-errors')
      const trust = mistakes.columns['label-trust']!
      const order = [...mistakes.indices.keys()].sort((a, b) => trust[a]! - trust[b]! || a - b)
      const share = (rows: readonly number[], of: ReadonlySet<number>) =>
        rows.filter((row) => of.has(row)).length / rows.length
      const least = order.slice(0, wrongLabels).map((at) => mistakes.indices[at]!)
      const called = mistakes.indices.filter((_, at) => mistakes.columns['label-trusted']![at] === 0)
      const slices = outcomes('worst-slice-error')
      const worst = slices.indices.filter((_, at) => slices.columns['outside-worst-slice']![at] === 0)
      const isWorst = new Set(worst)
      return {
        precision: share(least, planted.wrong),
        slicePrecision: share(worst, planted.hard),
        sliceRecall: share([...planted.hard], isWorst),
        hardFailed: share(
          [...planted.hard],
          new Set(mistakes.indices.filter((_, at) => mistakes.columns.correct![at] === 0)),
        ),
        hardCalledWrong: called.filter((row) => planted.hard.has(row)).length,
        suspected: share([...planted.wrong], new Set(called)),
        reasons: checks.map(({ outcome, reason }) => `${outcome}: ${reason}`),
      }
    } finally {
      await target.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The same function, of which the next call begins when the one before has ended. */
function inTurn<In, Out>(call: (input: In) => Promise<Out>): (input: In) => Promise<Out> {
  let last: Promise<unknown> = Promise.resolve()
  return (input) => {
    const next = last.then(() => call(input))
    last = next.catch(() => {})
    return next
  }
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`

const mistakesBar: Bar = {
  area: 'corruption',
  bar: 'planted-label-errors',
  target:
    'with 5 % of labels changed and a hard group planted: precision of the least trusted labels >= 0.9, group found with precision and recall >= 0.8, none of it called wrong labels',
  run: async (context) => {
    const paths = Object.values(files).map((file) => context.data?.file(file) ?? null)
    const missing = Object.values(files).filter((_, i) => paths[i] === null)
    if (missing.length > 0) return absent(`the shared data have no ${missing.join(', ')}`, 'precision')
    const [images, labels, model] = paths as [string, string, string]
    const pixels = gunzipSync(await readFile(images)).subarray(16)
    const classes = gunzipSync(await readFile(labels)).subarray(8)
    const told: { readonly how: string; readonly found: Told }[] = []
    for (const [how, alter] of Object.entries(alterations)) {
      context.log(`mistakes: sevens ${how}`)
      const found = await tell(plant(pixels, classes, alter), model, context)
      for (const reason of found.reasons) context.log(`mistakes: ${reason}`)
      told.push({ how, found })
    }
    const met = told.every(
      ({ found }) =>
        found.precision >= 0.9 &&
        found.slicePrecision >= 0.8 &&
        found.sliceRecall >= 0.8 &&
        found.hardCalledWrong === 0,
    )
    return {
      value: Math.min(...told.map(({ found }) => found.precision)),
      met,
      unit: 'precision',
      n: count,
      detail: told
        .map(
          ({ how, found }) =>
            `${hardRows} sevens ${how}, of which the net has ${percent(found.hardFailed)} wrong: precision of the ${wrongLabels} least trusted labels ${percent(found.precision)}, ${percent(found.suspected)} of the changed ones suspected; group found with precision ${percent(found.slicePrecision)} and recall ${percent(found.sliceRecall)}; ${found.hardCalledWrong} of it called wrong labels`,
        )
        .join('; '),
    }
  },
}

export const bars: readonly Bar[] = [mistakesBar]
