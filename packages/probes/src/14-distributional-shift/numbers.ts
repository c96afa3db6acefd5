// Measurements made of a comparison. Every p-value stands beside the sizes of what moved: a p-value says that a shift
// is there, and with samples enough it always is.
import {
  type Access,
  chiSquareTest,
  countCategories,
  type Evidence,
  type Interval,
  type Measurement,
  type Random,
  totalVariation,
  twoSampleBootstrap,
  wilson,
} from '@failmode/core'
import type { Comparison, FeatureShift } from './compare-step.ts'

export interface ClassShares {
  /** Total variation between the shares of classes. */
  readonly distance: number
  readonly interval: Interval
  readonly pValue: number
  readonly n: number
}

/** Shares of classes in two samples of class indices. */
export function compareClasses(
  reference: readonly number[],
  current: readonly number[],
  classes: number,
  random: Random,
): ClassShares {
  const counts = [countCategories(reference, classes), countCategories(current, classes)] as const
  return {
    distance: totalVariation(...counts),
    pValue: chiSquareTest(...counts).pValue,
    n: reference.length + current.length,
    interval: twoSampleBootstrap(
      [reference.length, current.length],
      (a, b) =>
        totalVariation(
          countCategories(valuesAt(reference, a), classes),
          countCategories(valuesAt(current, b), classes),
        ),
      random,
    ),
  }
}

/** The values at these places; a plain loop, since bootstraps spend their time here. */
export function valuesAt(values: ArrayLike<number>, places: ArrayLike<number>): Float64Array {
  const out = new Float64Array(places.length)
  for (let i = 0; i < places.length; i++) out[i] = values[places[i]!]!
  return out
}

export interface NumbersOptions {
  readonly names: readonly string[]
  /** What the rows are, such as `inputs`. */
  readonly what: string
  readonly classes: ClassShares | null
  readonly alpha: number
  readonly permutations: number
  readonly seed: number
  readonly access: Access | null
}

export function measurementsOf(comparison: Comparison, given: NumbersOptions): Measurement[] {
  const { names, what, classes, alpha, permutations } = given
  const [m, n] = comparison.sizes
  const common = { seed: given.seed, ...(given.access === null ? {} : { access: given.access }) }
  const sizes = `${what}: ${m} of the reference and ${n} current`
  const joint = (pValue: number): Pick<Measurement, 'unit' | 'n' | 'value' | 'interval'> => ({
    unit: 'probability',
    n: m + n,
    value: pValue,
    // Of drawing deals; the p-value is itself a share of them.
    interval: wilson(Math.round(pValue * (permutations + 1)), permutations + 1),
  })
  const measurements: Measurement[] = [
    {
      ...common,
      ...joint(comparison.pValue),
      name: 'shift-p-value',
      denominator: `${sizes}; joint over all tests, by ${permutations} permutations`,
      evidence: [featureTable(comparison.features, names)],
    },
  ]
  if (comparison.givenClass !== null) {
    measurements.push({
      ...common,
      ...joint(comparison.givenClass),
      name: 'shift-p-value',
      slice: { given: 'class' },
      denominator: `${sizes}; compared within classes only, by ${permutations} permutations`,
    })
  }
  if (classes !== null) measurements.push(...classMeasurements(classes, { ...common, denominator: 'labels' }))

  const tested = comparison.features.flatMap(({ adjusted }) => (adjusted === null ? [] : [adjusted]))
  if (tested.length > 0) {
    const shifted = tested.filter((p) => p <= alpha).length
    measurements.push({
      ...common,
      name: 'share-of-features-shifted',
      value: shifted / tested.length,
      unit: 'fraction',
      n: tested.length,
      denominator: `features with a p-value of at most ${alpha}, corrected for all of them`,
      interval: wilson(shifted, tested.length),
    })
  }
  for (const feature of byEffect(comparison.features)) {
    const about = { ...common, slice: { feature: names[feature.column]! }, n: m + n, denominator: sizes }
    if (feature.intervals === null) continue
    measurements.push(
      { ...about, name: 'psi', unit: 'nats', value: feature.psi, interval: feature.intervals.psi },
      {
        ...about,
        name: 'wasserstein',
        unit: 'standard deviations',
        value: feature.wasserstein,
        interval: feature.intervals.wasserstein,
      },
      {
        ...about,
        name: 'ks-distance',
        unit: 'fraction',
        value: feature.distance,
        interval: dkw(feature.distance, m, n),
      },
    )
    if (feature.adjusted !== null)
      measurements.push({ ...about, ...joint(feature.adjusted), name: 'shift-p-value', attack: 'ks-test' })
  }
  const kernels = `${what}: ${comparison.kernelSizes[0]} of the reference and ${comparison.kernelSizes[1]} current`
  const kernelRows = comparison.kernelSizes[0] + comparison.kernelSizes[1]
  const { mmd, lsdd, classifier } = comparison
  if (mmd !== null) {
    measurements.push({
      ...common,
      name: 'mmd',
      attack: 'mmd-test',
      unit: 'squared kernel distance',
      value: mmd.value,
      interval: mmd.interval,
      n: kernelRows,
      denominator: `${kernels}; p-value by itself ${mmd.pValue.toPrecision(2)}`,
    })
  }
  if (lsdd !== null) {
    measurements.push({
      ...common,
      name: 'lsdd',
      attack: 'lsdd-test',
      unit: 'squared density difference',
      value: lsdd.value,
      n: kernelRows,
      denominator: `${kernels}; p-value by itself ${lsdd.pValue.toPrecision(2)}`,
    })
  }
  if (classifier !== null) {
    measurements.push({
      ...common,
      name: 'domain-classifier-auc',
      attack: 'domain-classifier',
      unit: 'fraction',
      value: classifier.auc,
      interval: classifier.interval,
      n: classifier.n,
      denominator: `${what}, as many of the reference as current, each judged by a classifier that did not see it; p-value of its accuracy against a coin ${classifier.pValue.toPrecision(2)}`,
    })
  }
  return measurements
}

/** @param about `denominator` says what n counts */
export function classMeasurements(
  { distance, interval, pValue, n }: ClassShares,
  about: Pick<Measurement, 'denominator'> & Partial<Measurement>,
): Measurement[] {
  return [
    { ...about, name: 'label-shift', unit: 'fraction', value: distance, interval, n },
    { ...about, name: 'shift-p-value', unit: 'probability', value: pValue, n, slice: { of: 'classes' } },
  ]
}

function byEffect(features: readonly FeatureShift[]): readonly FeatureShift[] {
  return features.toSorted((a, b) => b.psi - a.psi || a.column - b.column)
}

/**
 * Massart's bound for both samples together: the empirical distance strays from the true one by at most the sum of
 * sqrt(ln(4 / 0.05) / (2 n)) over the two, with 95 % confidence.
 */
function dkw(distance: number, m: number, n: number): Interval {
  const margin = Math.sqrt(Math.log(80) / 2) * (1 / Math.sqrt(m) + 1 / Math.sqrt(n))
  return {
    low: Math.max(0, distance - margin),
    high: Math.min(1, distance + margin),
    confidence: 0.95,
    method: 'dkw',
  }
}

function featureTable(features: readonly FeatureShift[], names: readonly string[]): Evidence {
  const short = (value: number | null): number | null =>
    value === null ? null : Number(value.toPrecision(4))
  return {
    kind: 'table',
    sample: false,
    title: 'Shift of each feature',
    columns: [
      'feature',
      'PSI',
      'Wasserstein (sd)',
      'KS distance',
      'p, alone',
      'p, corrected',
      'p, Cramér-von Mises',
    ],
    rows: byEffect(features).map((feature) => [
      names[feature.column]!,
      short(feature.psi),
      short(feature.wasserstein),
      short(feature.distance),
      short(feature.pValue),
      short(feature.adjusted),
      short(feature.cramerVonMises),
    ]),
  }
}
