// The numbers made of right and wrong answers. The same images stand in every cell, so whatever pools cells is
// uncertain by image and not by answer: its interval comes from drawing images anew, each with all its answers (a
// cluster bootstrap). `mce` is the plain mean error over corruptions and severities, as CIFAR-10-C is reported; the
// mCE of ImageNet-C divides by the errors of AlexNet on ImageNet, which say nothing about other data.
import {
  type Blob,
  bootstrap,
  type Interval,
  type Measurement,
  mean,
  type Random,
  type SampleOutcomes,
  wilson,
} from '@failmode/core'
import type { Answers } from './answers.ts'
import { meanNames } from './corruptions/corrupt-image.ts'

/** BCa asks for the statistic once more an image, which pays only while images are few. */
const mostForBca = 1000

type Rows = readonly number[]

/** Share of the corruption's severities at which each image is right. */
function shareRight(answers: Answers, corruption: string): readonly number[] {
  const cells = answers.cells.filter((cell) => cell.corruption === corruption)
  return answers.clean.map((_, i) => mean(cells.map(({ correct }) => correct[i]!)))
}

function constantsText({ cells }: Answers): string {
  return `with the constants of ${cells[0]?.constants === 'imagenet' ? 'ImageNet-C' : 'CIFAR-10-C'}`
}

function corruptionsOf({ cells }: Answers): readonly string[] {
  return [...new Set(cells.map(({ corruption }) => corruption))]
}

/** Those that the mean is over: of the benchmark, as published; where none of these was asked for, all. */
function namesInMean(answers: Answers): readonly string[] {
  const names = corruptionsOf(answers)
  const published = names.filter((name) => (meanNames as readonly string[]).includes(name))
  return published.length > 0 ? published : names
}

/** The per-image outcomes behind the measurements, one column each. */
export function sampleOutcomes(answers: Answers): SampleOutcomes {
  const { split, indices, clean, cells } = answers
  const names = corruptionsOf(answers)
  const shares = names.map((name) => shareRight(answers, name))
  const pooled = namesInMean(answers).map((name) => shares[names.indexOf(name)]!)
  return {
    split,
    indices,
    columns: {
      clean,
      'mean-error': clean.map((_, i) => 1 - mean(pooled.map((share) => share[i]!))),
      ...Object.fromEntries(names.map((name, at) => [name, shares[at]!])),
      ...Object.fromEntries(
        cells.map(({ corruption, severity, correct }) => [`${corruption}-${severity}`, correct]),
      ),
    },
  }
}

export interface MeasurementOptions {
  readonly random: Random
  readonly seed: number
  /** File of `sampleOutcomes`. */
  readonly blob: Blob
}

export function measurementsOf(answers: Answers, { random, seed, blob }: MeasurementOptions): Measurement[] {
  const { clean, cells, truth } = answers
  const n = clean.length
  const names = corruptionsOf(answers)
  const severities = cells.length / names.length
  const rows = clean.map((_, i) => i)
  const each = names.map((name) => ({ name, right: shareRight(answers, name) }))
  const inMean = namesInMean(answers)
  const counted = each.filter(({ name }) => inMean.includes(name))
  const pooled = clean.map((_, i) => mean(counted.map(({ right }) => right[i]!)))
  const pooledCells = inMean.length * severities

  const resampled = (name: string, statistic: (rows: Rows) => number, confidence = 0.95): Interval =>
    bootstrap(rows, statistic, random.split(name), {
      confidence,
      method: n <= mostForBca ? 'bca' : 'percentile',
    })
  const common = { unit: 'fraction', access: 'label', seed } as const
  const column = (name: string) => ({ samples: { blob, column: name } })
  // All corruptions are looked at together, so each gets a share of the chance to err (Bonferroni).
  const together = 1 - 0.05 / names.length

  const right = clean.reduce<number>((sum, x) => sum + x, 0)
  const counts = new Map<number, number>()
  for (const label of truth) counts.set(label, (counts.get(label) ?? 0) + 1)
  const majority = Math.max(...counts.values())
  const pooledOver = `${n} images under ${inMean.join(', ')} at ${severities} severities each, ${constantsText(answers)}`
  const error = 1 - mean(pooled)

  const measurements: Measurement[] = [
    {
      ...common,
      ...column('mean-error'),
      name: 'mce',
      value: error,
      n: n * pooledCells,
      denominator: `corrupted images: ${pooledOver}; the mean error, not divided by that of another model`,
      interval: resampled('mce', (sample) => 1 - meanOf(pooled, sample)),
    },
    {
      ...common,
      name: 'relative-mce',
      value: mean(clean) - mean(pooled),
      n: n * pooledCells,
      denominator: `corrupted images: ${pooledOver}; mean error less the error on the same images clean`,
      interval: resampled('relative-mce', (sample) => meanOf(clean, sample) - meanOf(pooled, sample)),
    },
    {
      ...common,
      ...column('clean'),
      name: 'clean-accuracy',
      value: right / n,
      n,
      denominator: 'images',
      interval: wilson(right, n),
    },
    {
      ...common,
      name: 'majority-share',
      value: majority / n,
      n,
      interval: wilson(majority, n),
      denominator: 'images; the share that the commonest class has among them',
    },
  ]
  if (right > 0) {
    measurements.push({
      ...common,
      name: 'relative-accuracy-drop',
      value: dropOf(clean, pooled, rows),
      n: n * pooledCells,
      denominator: `corrupted images: ${pooledOver}; the share of clean accuracy that is lost`,
      interval: resampled('relative-accuracy-drop', (sample) => dropOf(clean, pooled, sample)),
    })
  }

  for (const { name, right: share } of each) {
    const about = { ...common, attack: name, slice: { corruption: name }, n: n * severities }
    measurements.push({
      ...about,
      ...column(name),
      name: 'corruption-accuracy',
      value: mean(share),
      denominator: `corrupted images: ${n} images at ${severities} severities`,
      interval: resampled(`corruption-accuracy/${name}`, (sample) => meanOf(share, sample)),
    })
    if (right === 0) continue
    measurements.push({
      ...about,
      name: 'corruption-accuracy-drop',
      value: dropOf(clean, share, rows),
      denominator: `corrupted images: ${n} images at ${severities} severities; the share of clean accuracy that is lost`,
      interval: resampled(`drop/${name}`, (sample) => dropOf(clean, share, sample), together),
    })
  }

  const worst = each.reduce((a, b) => (mean(b.right) < mean(a.right) ? b : a))
  measurements.push({
    ...common,
    ...column(worst.name),
    name: 'worst-corruption-accuracy',
    attack: worst.name,
    slice: { corruption: worst.name },
    value: mean(worst.right),
    n: n * severities,
    denominator: `corrupted images: ${n} images at ${severities} severities under the worst of ${names.length} corruptions`,
    interval: resampled('worst', (sample) => meanOf(worst.right, sample), together),
  })

  for (const { corruption, severity, correct } of cells) {
    const hits = correct.reduce<number>((sum, x) => sum + x, 0)
    measurements.push({
      ...common,
      ...column(`${corruption}-${severity}`),
      name: 'corruption-accuracy',
      attack: corruption,
      slice: { corruption, severity },
      value: hits / n,
      n,
      denominator: 'corrupted images',
      interval: wilson(hits, n),
    })
  }
  return measurements
}

function meanOf(values: readonly number[], rows: Rows): number {
  let sum = 0
  for (const row of rows) sum += values[row]!
  return sum / rows.length
}

/** Share of the clean accuracy that is lost. A draw in which the model has nothing right shows no loss. */
function dropOf(clean: readonly number[], corrupted: readonly number[], rows: Rows): number {
  const before = meanOf(clean, rows)
  return before === 0 ? 0 : 1 - meanOf(corrupted, rows) / before
}
