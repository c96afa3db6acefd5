// The step that compares two tables of numbers in every way that the probe knows: tests by permutation under one joint
// p-value, the same tests within classes where there are labels, and the sizes of what moved with intervals.
import {
  chiSquareTest,
  classifierTest,
  columnOf,
  countCategories,
  cramerVonMises,
  featureStatistics,
  type Interval,
  type JointTest,
  jointTest,
  kolmogorovSmirnov,
  lsddStatistic,
  mmdStatistic,
  mostCategories,
  type Points,
  pointsOf,
  psi,
  psiOfCounts,
  type Random,
  rowsOf,
  type StatisticFamily,
  type StepHandler,
  stack,
  standardDeviation,
  standardise,
  stratifiedFeatureStatistics,
  twoSampleBootstrap,
  wasserstein,
} from '@failmode/core'
import { jointTests, type ShiftOptions } from './options.ts'

type Rows = readonly (readonly number[])[]

export interface CompareInput {
  readonly reference: Rows
  readonly current: Rows
  /** Class of each row, to compare within classes; null where they are not known. */
  readonly strata: { readonly reference: readonly number[]; readonly current: readonly number[] } | null
  readonly tests: ShiftOptions['tests']
  readonly permutations: number
  readonly kernelSamples: number
}

export interface FeatureShift {
  /** Place among the columns. */
  readonly column: number
  /** p-value of KS, or of chi-square for categories, by itself. */
  readonly pValue: number
  /** Corrected for all features, by permutation; null where that test does not run. */
  readonly adjusted: number | null
  /** Of Cramer and von Mises, by itself; null for categories. */
  readonly cramerVonMises: number | null
  readonly distance: number
  readonly psi: number
  /** In standard deviations of the reference. */
  readonly wasserstein: number
  /** For the features that moved most. */
  readonly intervals: { readonly psi: Interval; readonly wasserstein: Interval } | null
}

export interface Comparison {
  readonly sizes: readonly [reference: number, current: number]
  readonly kernelSizes: readonly [reference: number, current: number]
  readonly pValue: number
  /** p-value of the same tests when rows are dealt within classes only. */
  readonly givenClass: number | null
  readonly features: readonly FeatureShift[]
  readonly mmd: { readonly value: number; readonly pValue: number; readonly interval: Interval } | null
  readonly lsdd: { readonly value: number; readonly pValue: number } | null
  readonly classifier: {
    readonly auc: number
    readonly interval: Interval
    readonly pValue: number
    readonly n: number
  } | null
}

/** Features whose effects get an interval. */
const shown = 5

/** Rows on either side below which nothing is compared. */
export const fewestRows = 10

export const compareStep: StepHandler<CompareInput, Comparison> = {
  name: 'distributional-shift/compare',
  version: 1,
  async run(input, { random, signal }) {
    const [reference, current] = [pointsOf(input.reference), pointsOf(input.current)]
    const pooled = stack(reference, current)
    const isCurrent = Uint8Array.from({ length: pooled.rows }, (_, i) => (i < reference.rows ? 0 : 1))
    const kernels = kernelView(pooled, reference.rows, input.kernelSamples)
    const mmd = mmdStatistic(kernels.points)
    const lsdd = lsddStatistic(kernels.points)
    const every: Readonly<Record<(typeof jointTests)[number], () => StatisticFamily>> = {
      'ks-test': () => featureStatistics(pooled),
      'mmd-test': () => (deal) => [mmd.value(kernels.dealt(deal))],
      'lsdd-test': () => (deal) => [lsdd.value(kernels.dealt(deal))],
    }
    const names = jointTests.filter((name) => input.tests.includes(name))
    const families = names.map((name) => every[name]())
    const inEach = (strata: readonly number[]): readonly StatisticFamily[] =>
      input.tests.includes('ks-test') ? [stratifiedFeatureStatistics(pooled, strata)] : []
    const deals = { permutations: input.permutations, signal }
    const joint = jointTest(isCurrent, families, random.split('joint'), deals)
    const strata = input.strata === null ? null : [...input.strata.reference, ...input.strata.current]
    const within =
      strata === null
        ? null
        : jointTest(isCurrent, [...families, ...inEach(strata)], random.split('within'), { ...deals, strata })
    const family = (name: (typeof jointTests)[number]): JointTest['families'][number] | undefined =>
      joint.families[names.indexOf(name)]
    const [ofMmd, ofLsdd] = [family('mmd-test'), family('lsdd-test')]
    const asObserved = kernels.dealt(isCurrent)
    const classified = input.tests.includes('domain-classifier')
      ? classifierTest(reference, current, random.split('classifier'))
      : null
    return {
      sizes: [reference.rows, current.rows],
      kernelSizes: kernels.sizes,
      pValue: joint.pValue,
      givenClass: within?.pValue ?? null,
      features: featureShifts(
        reference,
        current,
        family('ks-test')?.adjusted ?? null,
        random.split('effects'),
      ),
      mmd:
        ofMmd === undefined
          ? null
          : { value: ofMmd.observed[0]!, pValue: ofMmd.pValue, interval: mmd.interval(asObserved) },
      lsdd: ofLsdd === undefined ? null : { value: ofLsdd.observed[0]!, pValue: ofLsdd.pValue },
      classifier:
        classified === null
          ? null
          : {
              auc: classified.auc,
              interval: classified.interval,
              pValue: classified.pValue,
              n: classified.n,
            },
    }
  },
}

/** The rows that kernels look at: the first of either side, which come in random order. */
function kernelView(pooled: Points, references: number, most: number) {
  const first = Math.min(references, most)
  const second = Math.min(pooled.rows - references, most)
  const rows = Int32Array.from({ length: first + second }, (_, i) => (i < first ? i : references + i - first))
  return {
    sizes: [first, second] as const,
    points: standardise(rowsOf(pooled, rows)),
    dealt: (isCurrent: Uint8Array) => Uint8Array.from(rows, (row) => isCurrent[row]!),
  }
}

function featureShifts(
  reference: Points,
  current: Points,
  adjusted: readonly number[] | null,
  random: Random,
): FeatureShift[] {
  const effects = Array.from({ length: reference.columns }, (_, column) => {
    const [a, b] = [columnOf(reference, column), columnOf(current, column)]
    const category = categoriesOf(a, b)
    return { column, a, b, category, psi: psiOf(a, b, category), wasserstein: movedOf(a, b) }
  })
  const first = (by: 'psi' | 'wasserstein') =>
    effects.toSorted((x, y) => y[by] - x[by] || x.column - y.column).slice(0, shown)
  const chosen = new Set([...first('psi'), ...first('wasserstein')].map(({ column }) => column))
  return effects.map(({ a, b, column, category, psi: index, wasserstein: moved }) => ({
    column,
    adjusted: adjusted?.[column] ?? null,
    psi: index,
    wasserstein: moved,
    ...singleTests(a, b, category),
    intervals: chosen.has(column) ? intervalsOf(a, b, { category, random: random.split(column) }) : null,
  }))
}

function singleTests(a: Float64Array, b: Float64Array, category: readonly number[] | null) {
  const { distance, pValue } = kolmogorovSmirnov(a, b)
  if (category === null) return { distance, pValue, cramerVonMises: cramerVonMises(a, b).pValue }
  const [x, y] = [categoryCounts(a, category), categoryCounts(b, category)]
  return { distance, pValue: chiSquareTest(x, y).pValue, cramerVonMises: null }
}

function psiOf(a: Float64Array, b: Float64Array, category: readonly number[] | null): number {
  return category === null ? psi(a, b) : psiOfCounts(categoryCounts(a, category), categoryCounts(b, category))
}

/** A feature that was constant has no spread to measure a move in: any move is one whole deviation. */
function movedOf(a: Float64Array, b: Float64Array): number {
  const spread = standardDeviation(a)
  const moved = wasserstein(a, b)
  if (spread > 0) return moved / spread
  return moved > 0 ? 1 : 0
}

function intervalsOf(
  a: Float64Array,
  b: Float64Array,
  { category, random }: { readonly category: readonly number[] | null; readonly random: Random },
) {
  const [x, y] = [a.toSorted(), b.toSorted()]
  const drawn = (name: string, effect: (a: Float64Array, b: Float64Array) => number): Interval =>
    twoSampleBootstrap(
      [x.length, y.length],
      (i, j) => effect(redrawn(x, i), redrawn(y, j)),
      random.split(name),
      {
        resamples: 200,
      },
    )
  return {
    psi: drawn('psi', (a, b) => psiOf(a, b, category)),
    wasserstein: drawn('wasserstein', movedOf),
  }
}

/** Values at the drawn places, ascending as all of them are: counted rather than sorted again. */
function redrawn(ascending: Float64Array, places: Int32Array): Float64Array {
  const times = new Int32Array(ascending.length)
  for (let i = 0; i < places.length; i++) times[places[i]!]! += 1
  const out = new Float64Array(places.length)
  let at = 0
  for (let i = 0; i < times.length; i++) for (let k = times[i]!; k > 0; k--) out[at++] = ascending[i]!
  return out
}

/** The different values of both samples, or null when there are too many to be categories. */
function categoriesOf(a: Float64Array, b: Float64Array): readonly number[] | null {
  const seen = new Set<number>()
  for (const values of [a, b]) {
    for (const value of values) {
      seen.add(value)
      if (seen.size > mostCategories) return null
    }
  }
  return [...seen].sort((x, y) => x - y)
}

function categoryCounts(values: Float64Array, categories: readonly number[]): Float64Array {
  return countCategories(
    values.map((value) => categories.indexOf(value)),
    categories.length,
  )
}
