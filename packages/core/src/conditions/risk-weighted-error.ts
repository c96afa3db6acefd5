// How much of what mistakes would cost in operation is lost to them. Test samples seldom come in the shares of operation, so
// each kind of case counts by its own error rate, weighted by how often it comes and what a mistake costs there
// (post-stratification). Kinds without samples cannot be weighed: for the one number their error is guessed from what each
// level adds to the error by itself, and the interval takes it to be anything from none to all.
import { confidenceOf, type Interval, type IntervalOptions } from '../statistics/interval.ts'
import { normalQuantile } from '../statistics/special.ts'
import { levelWeights, type OperatingDomain, type Readings } from './operating-domain.ts'
import { sampleKinds } from './untested-operation.ts'

export interface RiskWeightedError {
  /** 0 where nothing goes wrong, 1 where everything does. */
  readonly value: number
  /** From the least that the samples allow, with no error where there are none, to the most. */
  readonly interval: Interval
  /** Part of all cost at stake that is in kinds of cases with samples. */
  readonly known: number
  /** Samples that counted: asked, and of a level known in every factor. */
  readonly n: number
}

/** Samples that a level would need before what it adds to the error counts half. */
const ridge = 1
const sweeps = 25

/** @param right 1 where the model is right, 0 where it is wrong, null where it was not asked; one entry a sample */
export function riskWeightedError(
  domain: OperatingDomain,
  readings: Readings,
  right: readonly (0 | 1 | null)[],
  options: IntervalOptions = {},
): RiskWeightedError {
  const confidence = confidenceOf(options)
  const weights = levelWeights(domain, 'cost')
  const kinds = sampleKinds(readings).flatMap(({ levels, samples }) => {
    const answers = samples.map((i) => right[i]!).filter((one) => one !== null)
    if (answers.length === 0) return []
    const wrong = answers.filter((one) => one === 0).length
    const weight = levels.reduce((product, level, f) => product * weights[f]![level]!, 1)
    return [{ levels, n: answers.length, wrong, weight }]
  })
  const n = kinds.reduce((sum, kind) => sum + kind.n, 0)
  const known = Math.min(
    1,
    kinds.reduce((sum, { weight }) => sum + weight, 0),
  )
  const unknown = known > 1 - 1e-12 ? 0 : 1 - known
  const lost = kinds.reduce((sum, kind) => sum + (kind.weight * kind.wrong) / kind.n, 0)
  const { mean, effects } = mainEffects(domain, kinds)
  const guess = (levels: readonly number[]) =>
    levels.reduce((sum, level, f) => sum + effects[f]![level]!, mean)
  // What the effects say of everything, less what they say of the kinds that were seen.
  const everywhere = effects.reduce(
    (sum, own, f) => sum + own.reduce((part, effect, level) => part + weights[f]![level]! * effect, 0),
    mean,
  )
  const elsewhere = everywhere - kinds.reduce((sum, { weight, levels }) => sum + weight * guess(levels), 0)
  // Kish: weighted samples tell as much as this many that all count the same.
  const effective = known ** 2 / kinds.reduce((sum, { weight, n: samples }) => sum + weight ** 2 / samples, 0)
  const [low, high] = known === 0 ? [0, 1] : scoreInterval(lost / known, effective, confidence)
  return {
    value: lost + Math.min(unknown, Math.max(0, elsewhere)),
    interval: {
      low: known * low,
      high: Math.min(1, known * high + unknown),
      confidence,
      method: 'weighted-wilson-with-unknown',
    },
    known: 1 - unknown,
    n,
  }
}

/** Wilson's interval where the number of samples need not be whole, as it is after weighting. */
function scoreInterval(p: number, n: number, confidence: number): readonly [low: number, high: number] {
  const z = normalQuantile(1 - (1 - confidence) / 2)
  const centre = p + z ** 2 / (2 * n)
  const spread = z * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2))
  const scale = 1 + z ** 2 / n
  return [Math.max(0, (centre - spread) / scale), Math.min(1, (centre + spread) / scale)]
}

/** Least squares of the error on one effect a level, each held a little towards none; by going round the factors. */
function mainEffects(
  domain: OperatingDomain,
  kinds: readonly { readonly levels: readonly number[]; readonly n: number; readonly wrong: number }[],
): { readonly mean: number; readonly effects: readonly Float64Array[] } {
  const n = kinds.reduce((sum, kind) => sum + kind.n, 0)
  const mean = n === 0 ? 0.5 : kinds.reduce((sum, { wrong }) => sum + wrong, 0) / n
  const effects = domain.factors.map(({ levels }) => new Float64Array(levels.length))
  const fitted = new Float64Array(kinds.length).fill(mean)
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (const [f, own] of effects.entries()) {
      const [left, samples] = [new Float64Array(own.length), new Float64Array(own.length)]
      for (const [k, { levels, n: count, wrong }] of kinds.entries()) {
        const level = levels[f]!
        left[level]! += wrong - count * (fitted[k]! - own[level]!)
        samples[level]! += count
      }
      for (const [k, { levels }] of kinds.entries()) {
        const level = levels[f]!
        fitted[k]! += left[level]! / (samples[level]! + ridge) - own[level]!
      }
      for (let level = 0; level < own.length; level++) own[level] = left[level]! / (samples[level]! + ridge)
    }
  }
  return { mean, effects }
}
