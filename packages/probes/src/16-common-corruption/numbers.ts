// The numbers made of right and wrong answers. The same images stand in every cell, so whatever pools cells is
// uncertain by image and not by answer: its interval comes from drawing images anew, each with all its answers (a
// cluster bootstrap). `mean-corruption-error` is the plain mean error over corruptions and severities, as CIFAR-10-C is
// reported. `mce` is the same until there is something to divide by: the errors of AlexNet on ImageNet-C, or those of
// another model on the same pictures.
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
import { type CorruptionName, meanNames } from './corruptions/corrupt-image.ts'
import { halfAccuracySeverity } from './half-accuracy.ts'
import { alexNetCleanError, alexNetErrors } from './normaliser.ts'

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

  const divisor = divisorOf(answers)
  const errorsOf = (right: Rows) => (sample: Rows) => 1 - meanOf(right, sample)
  const divided = (sample: Rows, less: number, by: Divisor): number => {
    const cleanError = by.clean(sample)
    return mean(
      counted.map(({ name, right: share }) => {
        const own = 1 - meanOf(share, sample) - less * (1 - meanOf(clean, sample))
        return own / Math.max(by.corrupted(name, sample) - less * cleanError, 1 / (n * severities))
      }),
    )
  }
  const normalised =
    divisor === null
      ? [
          {
            name: 'mce',
            said: 'the mean error, not divided by that of another model',
            statistic: errorsOf(pooled),
          },
          {
            name: 'relative-mce',
            said: 'mean error less the error on the same images clean',
            statistic: (sample: Rows) => meanOf(clean, sample) - meanOf(pooled, sample),
          },
        ]
      : [
          {
            name: 'mce',
            said: `the error under each corruption divided by that of ${divisor.whose}, and the mean of these`,
            statistic: (sample: Rows) => divided(sample, 0, divisor),
          },
          {
            name: 'relative-mce',
            said: `what each corruption adds to the error, divided by what it adds to that of ${divisor.whose}, and the mean of these`,
            statistic: (sample: Rows) => divided(sample, 1, divisor),
          },
        ]

  const measurements: Measurement[] = [
    ...normalised.map(
      ({ name, said, statistic }): Measurement => ({
        ...common,
        ...(name === 'mce' && divisor === null ? column('mean-error') : {}),
        name,
        unit: divisor === null ? 'fraction' : 'ratio',
        value: statistic(rows),
        n: n * pooledCells,
        denominator: `corrupted images: ${pooledOver}; ${said}`,
        interval: resampled(name, statistic),
      }),
    ),
    {
      ...common,
      ...column('mean-error'),
      name: 'mean-corruption-error',
      value: error,
      n: n * pooledCells,
      denominator: `corrupted images: ${pooledOver}`,
      interval: resampled('mean-corruption-error', (sample) => 1 - meanOf(pooled, sample)),
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
  measurements.push(...halfAccuracy(answers, random, common))
  return measurements
}

/** For the mean over corruptions and for each of them: the severity from which half of the clean accuracy is gone. */
function halfAccuracy(
  answers: Answers,
  random: Random,
  common: { readonly unit: string; readonly access: 'label'; readonly seed: number },
): Measurement[] {
  const { clean, cells } = answers
  const n = clean.length
  const rows = clean.map((_, i) => i)
  const inMean = namesInMean(answers)
  return [null, ...corruptionsOf(answers)].flatMap((name) => {
    const own = cells.filter(({ corruption }) =>
      name === null ? inMean.includes(corruption) : corruption === name,
    )
    const levels = [...new Set(own.map(({ severity }) => severity))].sort()
    const shares = levels.map((severity) => {
      const at = own.filter((cell) => cell.severity === severity)
      return rows.map((i) => mean(at.map(({ correct }) => correct[i]!)))
    })
    const statistic = (sample: Rows) =>
      halfAccuracySeverity(
        meanOf(clean, sample),
        levels.map((severity, i) => ({ severity, accuracy: meanOf(shares[i]!, sample) })),
      )
    const value = statistic(rows)
    // Where half is never lost there is no such severity, and a number for it would be made up.
    if (value === null) return []
    const beyond = levels.at(-1)!
    return [
      {
        ...common,
        name: 'half-accuracy-severity',
        unit: 'severity',
        value,
        n: n * own.length,
        denominator: `corrupted images: ${n} images; severities 1 to 5 with straight lines between them, 0 is the image as it is`,
        interval: bootstrap(rows, (sample) => statistic(sample) ?? beyond, random.split(`half/${name}`), {
          method: 'percentile',
        }),
        ...(name === null ? {} : { attack: name, slice: { corruption: name } }),
      },
    ]
  })
}

interface Divisor {
  readonly whose: string
  readonly clean: (sample: Rows) => number
  readonly corrupted: (corruption: string, sample: Rows) => number
}

/** Errors to divide by, or null where there are none or one of them is zero. */
function divisorOf(answers: Answers): Divisor | null {
  const { normaliser, cells, clean } = answers
  if (normaliser.kind === 'none') return null
  if (normaliser.kind === 'alexnet') {
    return {
      whose: 'AlexNet on ImageNet-C as published',
      clean: () => alexNetCleanError,
      corrupted: (name) => alexNetErrors[name as CorruptionName] ?? Number.NaN,
    }
  }
  if (normaliser.kind !== 'reference') return null
  const shares = new Map(
    corruptionsOf(answers).map((name) => {
      const own = normaliser.cells.filter((_, at) => cells[at]!.corruption === name)
      return [name, clean.map((_, i) => mean(own.map((right) => right[i]!)))] as const
    }),
  )
  const rows = clean.map((_, i) => i)
  const error = (of: Rows, sample: Rows) => 1 - meanOf(of, sample)
  if (namesInMean(answers).some((name) => error(shares.get(name)!, rows) === 0)) return null
  return {
    whose: `the reference model "${normaliser.name}" on the same images`,
    clean: (sample) => error(normaliser.clean, sample),
    corrupted: (name, sample) => error(shares.get(name)!, sample),
  }
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
