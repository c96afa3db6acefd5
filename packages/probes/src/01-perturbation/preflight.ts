// Looks at the model before any attack, since an attack on a model that is set up wrongly measures the set-up: does it
// answer the same question the same way, alone and in a batch; is the input block of the configuration right; are its
// scores what they are said to be; do its gradients describe it. What is found here is asked for once a run and goes
// into every check of this probe.
import {
  type Cost,
  type GradientModel,
  gatherRows,
  type ModelFacts,
  mcnemar,
  median,
  type SanityEntry,
  type ScoreModel,
  type StepContext,
  type StepHandler,
  sizeOf,
  type Tensor,
} from '@failmode/core'
import { margins, predictions } from '../attacks/margin.ts'
import { trueProbabilities } from '../probabilities.ts'

export interface PreflightInput {
  readonly split: string
  readonly indices: readonly number[]
  /** Whether other readings of the input block are tried, which costs the most. */
  readonly readings: boolean
}

export interface Preflight {
  /** Samples looked at. */
  readonly n: number
  /** Share of samples whose class changes when they are asked about again. */
  readonly flips: number
  /** Largest difference of the scores between passes, where there are scores, as a share of their length. */
  readonly spread: number | null
  /** Share of samples whose class is another one when they are asked about alone. */
  readonly batchFlips: number
  /** Share of samples with a number outside of [0,1]. */
  readonly outOfBox: number
  /** Scores that are said to be logits are all in [0,1] and sum to 1. */
  readonly probabilitiesAsLogits: boolean | null
  /** Share of samples whose answer has probability 1 to the last bit of a float32. */
  readonly saturated: number | null
  /** Median over samples of how far the slope that a gradient promises is from the slope that is measured. */
  readonly slopeError: number | null
  /** Share right under the input block as it is, and under the best other reading of it, with the test's p-value. */
  readonly reading: {
    readonly own: number
    readonly best: number
    readonly name: string
    readonly p: number
  } | null
}

const passes = 3
const alone = 8
const slopes = 16
export const mostPreflightSamples = 48

/** What a look at `count` samples costs at most. */
export function preflightPrice(count: number, model: ModelFacts, readings: boolean): Cost {
  const slope = model.access.includes('gradient') ? Math.min(count, slopes) : 0
  return {
    queries:
      passes * count + alone + (readings ? otherReadings(model.sampleShape).length * count : 0) + 2 * slope,
    gradients: slope,
  }
}

export const preflightStep: StepHandler<PreflightInput, Preflight> = {
  name: 'perturbation/preflight',
  version: 1,
  async run({ split, indices, readings }, context) {
    const samples = await context.samples(split)
    const x = samples.read(indices)
    const own = Int32Array.from(indices, (index) => samples.labels?.[index] ?? -1)
    const { access, output } = context.modelFacts
    const score = access.includes('score') ? await context.model('score') : null
    const ask = await asker(context, score)
    const first = await ask(x)
    let flips = 0
    let spread = score === null ? null : 0
    const changed = new Set<number>()
    for (let pass = 1; pass < passes; pass++) {
      const again = await ask(x)
      for (const [i, k] of again.classes.entries()) if (k !== first.classes[i]) changed.add(i)
      if (first.scores !== null && again.scores !== null) {
        spread = Math.max(spread ?? 0, furthest(first.scores, again.scores, indices.length))
      }
    }
    flips = changed.size / indices.length
    let different = 0
    const single = Math.min(alone, indices.length)
    for (let i = 0; i < single; i++) {
      const answer = await ask(gatherRows(x, [i]))
      if (answer.classes[0] !== first.classes[i]) different++
    }
    return {
      n: indices.length,
      flips,
      spread,
      batchFlips: single === 0 ? 0 : different / single,
      outOfBox: shareOutOfBox(x),
      probabilitiesAsLogits:
        first.scores === null || output !== 'logits' ? null : areProbabilities(first.scores, indices.length),
      saturated:
        first.kind === null || first.scores === null
          ? null
          : saturatedShare(
              { kind: first.kind, data: first.scores, classes: first.scores.length / indices.length },
              first.classes,
            ),
      slopeError: access.includes('gradient')
        ? await slopeError(await context.model('gradient'), x, own, Math.min(slopes, indices.length))
        : null,
      reading: readings
        ? await bestReading(x, own, first.classes, async (y) => (await ask(y)).classes)
        : null,
    }
  },
}

interface Answer {
  readonly classes: Int32Array
  readonly scores: Float32Array | null
  readonly kind: 'logits' | 'probabilities' | null
}

async function asker(
  context: StepContext,
  score: ScoreModel | null,
): Promise<(x: Tensor) => Promise<Answer>> {
  if (score === null) {
    const label = await context.model('label')
    return async (x) => ({ classes: await label.labels(x), scores: null, kind: null })
  }
  return async (x) => {
    const scores = await score.scores(x)
    return { classes: predictions(scores), scores: scores.data, kind: scores.kind }
  }
}

/** Largest difference between rows of two passes, by the length of the row (AutoAttack's check of determinism). */
function furthest(a: Float32Array, b: Float32Array, count: number): number {
  const width = a.length / count
  let largest = 0
  for (let row = 0; row < count; row++) {
    let difference = 0
    let length = 0
    for (let k = row * width; k < (row + 1) * width; k++) {
      difference += ((a[k] as number) - (b[k] as number)) ** 2
      length += (a[k] as number) ** 2
    }
    largest = Math.max(largest, Math.sqrt(difference / Math.max(length, 1e-24)))
  }
  return largest
}

function shareOutOfBox({ data, dims }: Tensor): number {
  const count = dims[0] as number
  const size = sizeOf(dims.slice(1))
  let outside = 0
  for (let row = 0; row < count; row++) {
    if (data.subarray(row * size, (row + 1) * size).some((value) => value < 0 || value > 1)) outside++
  }
  return count === 0 ? 0 : outside / count
}

function areProbabilities(scores: Float32Array, count: number): boolean {
  const width = scores.length / count
  for (let row = 0; row < count; row++) {
    let sum = 0
    for (let k = row * width; k < (row + 1) * width; k++) {
      const value = scores[k] as number
      if (value < 0 || value > 1) return false
      sum += value
    }
    if (Math.abs(sum - 1) > 1e-4) return false
  }
  return count > 0
}

function saturatedShare(
  scores: {
    readonly kind: 'logits' | 'probabilities'
    readonly data: Float32Array
    readonly classes: number
  },
  classes: Int32Array,
): number {
  const p = trueProbabilities(scores, classes)
  return p.reduce((sum, value) => sum + (Math.fround(value) === 1 ? 1 : 0), 0) / Math.max(p.length, 1)
}

/**
 * Follows the gradient of the margin a little way up and down and compares the slope with its length. Steps are of a
 * quarter of a grey level a number on average, so that a model that rounds its input to grey levels is found out.
 */
async function slopeError(
  model: GradientModel,
  x: Tensor,
  labels: Int32Array,
  count: number,
): Promise<number | null> {
  const size = sizeOf(x.dims.slice(1))
  const part = gatherRows(
    x,
    Array.from({ length: count }, (_, i) => i),
  )
  const own = labels.slice(0, count)
  const { gradient } = await model.gradient(part, 'margin', { labels: own })
  const step = 0.25 / 255
  const up = part.data.slice()
  const down = part.data.slice()
  const lengths = new Float64Array(count)
  for (let row = 0; row < count; row++) {
    let squares = 0
    for (let i = row * size; i < (row + 1) * size; i++) squares += (gradient[i] as number) ** 2
    lengths[row] = Math.sqrt(squares)
    if (squares === 0) continue
    const scale = (step * Math.sqrt(size)) / Math.sqrt(squares)
    for (let i = row * size; i < (row + 1) * size; i++) {
      up[i] = (up[i] as number) + (gradient[i] as number) * scale
      down[i] = (down[i] as number) - (gradient[i] as number) * scale
    }
  }
  const above = margins(await model.scores({ data: up, dims: part.dims }), own)
  const below = margins(await model.scores({ data: down, dims: part.dims }), own)
  const errors: number[] = []
  for (let row = 0; row < count; row++) {
    const length = lengths[row] as number
    if (length === 0) continue
    // `margins` falls as the loss rises.
    const measured = ((below[row] as number) - (above[row] as number)) / (2 * step * Math.sqrt(size))
    errors.push(Math.abs(measured - length) / Math.max(length, Math.abs(measured)))
  }
  return errors.length === 0 ? null : median(errors)
}

interface Reading {
  readonly name: string
  apply(x: Float32Array, shape: readonly number[]): Float32Array
}

const always: readonly Reading[] = [
  { name: 'values 255 times as large', apply: (x) => x.map((value) => value * 255) },
  { name: 'values 255 times as small', apply: (x) => x.map((value) => value / 255) },
  { name: 'values from -1 to 1 instead of from 0 to 1', apply: (x) => x.map((value) => 2 * value - 1) },
  { name: 'light and dark swapped', apply: (x) => x.map((value) => 1 - value) },
]

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }

/** How else the same samples might have been meant, for the shape they have. */
function otherReadings(shape: readonly number[]): readonly Reading[] {
  if (shape.length !== 3) return always
  const [channels, height, width] = shape as [number, number, number]
  const plane = height * width
  const list = [...always]
  if (channels > 1) {
    list.push({
      name: 'channels in the opposite order (BGR for RGB)',
      apply: (x) =>
        x.map((_, i) => x[(channels - 1 - Math.floor(i / plane)) * plane + (i % plane)] as number),
    })
    list.push({
      name: 'channels last in memory (NHWC for NCHW)',
      apply: (x) => x.map((_, i) => x[(i % channels) * plane + Math.floor(i / channels)] as number),
    })
  }
  if (channels === 3) {
    list.push({
      name: "normalised by ImageNet's mean and deviation",
      apply: (x) =>
        x.map((value, i) => {
          const c = Math.floor(i / plane)
          return (value - (imagenet.mean[c] as number)) / (imagenet.std[c] as number)
        }),
    })
  }
  if (height === width) {
    list.push({
      name: 'rows and columns swapped',
      apply: (x) =>
        x.map((_, i) => {
          const c = Math.floor(i / plane)
          return x[c * plane + (i % width) * width + Math.floor((i % plane) / width)] as number
        }),
    })
  }
  return list
}

async function bestReading(
  x: Tensor,
  labels: Int32Array,
  first: Int32Array,
  ask: (x: Tensor) => Promise<Int32Array>,
): Promise<Preflight['reading']> {
  const shape = x.dims.slice(1)
  const size = sizeOf(shape)
  const count = labels.length
  const right = (classes: Int32Array) => Array.from(classes, (k, i) => k === labels[i])
  const own = right(first)
  const list = otherReadings(shape)
  const share = (flags: readonly boolean[]) => flags.filter(Boolean).length / Math.max(count, 1)
  let best = { own: share(own), best: share(own), name: 'as configured', p: 1 }
  for (const { name, apply } of list) {
    const data = new Float32Array(x.data.length)
    for (let row = 0; row < count; row++) {
      data.set(apply(x.data.subarray(row * size, (row + 1) * size), shape), row * size)
    }
    const other = right(await ask({ data, dims: x.dims }))
    const onlyOther = other.filter((flag, i) => flag && !own[i]).length
    const onlyOwn = own.filter((flag, i) => flag && !other[i]).length
    // Bonferroni over the readings tried.
    const p = Math.min(1, mcnemar(onlyOther, onlyOwn).exact * list.length)
    if (share(other) > best.best) best = { ...best, best: share(other), name, p }
  }
  return best
}

/** Difference of scores between passes above which a model counts as random (AutoAttack: 1e-4). */
const mostSpread = 1e-4
const mostSaturated = 0.5
const mostSlopeError = 0.5

/** Whether the model answers the same question in different ways. */
export function isRandom({ flips, spread }: Preflight): boolean {
  return flips > 0 || (spread ?? 0) > mostSpread
}

type Entry = Omit<SanityEntry, 'check'>

/** What the look before the attacks says, an entry a question. */
export function preflightSanity(found: Preflight, model: ModelFacts): readonly Entry[] {
  const percent = (share: number) => `${Math.round(share * 100)} %`
  const entry = (id: string, fired: boolean, whenFired: string, whenSilent: string): Entry => ({
    id,
    fired,
    meaning: fired ? whenFired : whenSilent,
  })
  const list: Entry[] = [
    entry(
      'deterministic',
      isRandom(found),
      `Asked the same again, the model gives other answers (${percent(found.flips)} of classes change${found.spread === null ? '' : `, scores move by up to ${found.spread.toPrecision(2)} of their length`}). Attacks average over its randomness and each success needs a majority; that none was found says little.`,
      `${found.n} samples asked about ${passes} times got the same answers.`,
    ),
    entry(
      'alone-as-in-batch',
      found.batchFlips > 0,
      `${percent(found.batchFlips)} of samples get another answer alone than in a batch: the model mixes the samples of a batch, as with batch normalisation in training mode.`,
      'Samples get the same answer alone as in a batch.',
    ),
    entry(
      'data-in-box',
      found.outOfBox > 0,
      `${percent(found.outOfBox)} of samples have numbers outside of [0, 1], where attacks may not go: the value range of the data is not as configured.`,
      'All numbers of the samples lie in [0, 1].',
    ),
  ]
  if (found.reading !== null) {
    const { own, best, name, p } = found.reading
    list.push(
      entry(
        'input-block',
        p < 0.01,
        `With ${name} the model is right on ${percent(best)} of samples, as configured on ${percent(own)} (p = ${p.toPrecision(1)}): the input block of the configuration is likely wrong, and what is attacked is not the model as it is used.`,
        'No other reading of the input (range, channel order, layout) makes the model better.',
      ),
    )
  }
  if (found.probabilitiesAsLogits !== null) {
    list.push(
      entry(
        'output-kind',
        found.probabilitiesAsLogits,
        'The output is said to be logits, and every row is in [0, 1] and sums to 1: these are probabilities. Losses taken of them are too flat; set "output": "probabilities".',
        'The scores are not probabilities in disguise.',
      ),
    )
  }
  if (found.saturated !== null) {
    list.push(
      entry(
        'saturated',
        found.saturated > mostSaturated,
        `On ${percent(found.saturated)} of samples the answer has a probability of exactly 1 in 32-bit arithmetic, where cross-entropy has no gradient. Losses on the scores themselves, which do not saturate, decide; an attack by cross-entropy alone says nothing.`,
        'The probabilities leave cross-entropy a gradient.',
      ),
    )
  }
  if (found.slopeError !== null) {
    list.push(
      entry(
        'gradients-describe-model',
        found.slopeError > mostSlopeError,
        `A small way along the gradient the scores do not change as it says (median error ${percent(found.slopeError)}): something rounds or is random, and the gradient is an estimate at best.`,
        'A small way along the gradient the scores change as it says.',
      ),
    )
  }
  if (model.gradientNotes !== undefined) {
    const names = [...new Set(model.gradientNotes.map(({ operator }) => operator))]
    // Quantised models are trained and attacked through this estimate everywhere; a step put in front is another thing.
    const rounding = names.filter((name) => !/Quantize|QLinear|Integer/.test(name))
    const how =
      'has no useful derivative, so that gradients pass as if it were not there (straight-through estimate)'
    list.push(
      entry(
        'straight-through',
        rounding.length > 0,
        `${names.join(', ')} ${how}. Points found this way are real; that none was found says little.`,
        `${names.join(', ')} ${how}, as is usual for quantised models.`,
      ),
    )
  }
  return list
}
