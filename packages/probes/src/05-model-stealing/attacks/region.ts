// Regions of a space of features: an interval of each number and a set of values of each category. Leaves of a decision tree
// are such regions, and a copy of a tree is a list of them with an answer each.
import type { Random } from '@failmode/core'
import type { Feature } from './service.ts'

/** What one feature may be, ends included. */
export type Side =
  | { readonly kind: 'number'; readonly low: number; readonly high: number }
  | { readonly kind: 'category'; readonly values: readonly number[] }

export interface Region<Answer> {
  readonly sides: readonly Side[]
  readonly answer: Answer
}

export function wholeSpace(features: readonly Feature[]): readonly Side[] {
  return features.map((feature) =>
    feature.kind === 'number'
      ? { kind: 'number', low: feature.low, high: feature.high }
      : { kind: 'category', values: feature.values },
  )
}

export function holds(sides: readonly Side[], row: ArrayLike<number>): boolean {
  return sides.every((side, f) =>
    side.kind === 'number' ? row[f]! >= side.low && row[f]! <= side.high : side.values.includes(row[f]!),
  )
}

export function replaced(sides: readonly Side[], f: number, side: Side): readonly Side[] {
  return sides.map((old, i) => (i === f ? side : old))
}

/** A row of the region, each value as likely; numbers are on the grid of their feature. */
export function randomRow(
  features: readonly Feature[],
  sides: readonly Side[],
  random: Random,
): Float64Array {
  return Float64Array.from(sides, (side, f) => {
    if (side.kind === 'category') return side.values[random.int(side.values.length)]!
    return onGrid(features[f]!, side.low + random.uniform() * (side.high - side.low), side)
  })
}

/** The value of the feature's grid nearest to `value` within `side`. */
export function onGrid(
  feature: Feature,
  value: number,
  { low, high }: { readonly low: number; readonly high: number },
): number {
  if (feature.kind !== 'number') return value
  const steps = Math.round((value - feature.low) / feature.step)
  return Math.min(high, Math.max(low, gridValue(feature, steps)))
}

/** Value number `steps` of the grid; the last one is the high end whatever the step. */
export function gridValue(feature: Extract<Feature, { kind: 'number' }>, steps: number): number {
  return Math.min(feature.high, feature.low + steps * feature.step)
}

export function gridIndex(feature: Extract<Feature, { kind: 'number' }>, value: number): number {
  return Math.round((value - feature.low) / feature.step)
}

/** Answer of the first region that holds the row; null where none does. */
export function answerOf<Answer>(regions: readonly Region<Answer>[], row: ArrayLike<number>): Answer | null {
  return regions.find(({ sides }) => holds(sides, row))?.answer ?? null
}
