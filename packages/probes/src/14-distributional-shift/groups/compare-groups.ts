// How often a model is right in each of several groups, and how far each group is below the whole. The worst of many
// groups looks worse than it is, because chance helps to choose it. Choosing on one half of the samples and measuring on
// the other would cure that and throw half of them away, of groups that are small as it is; instead the intervals of all
// groups hold together (Bonferroni), and then they hold for whichever group turns out to be the worst.
import { differenceOfShares, type Interval, normalQuantile, type Tally, wilson } from '@failmode/core'

export interface GroupNumbers {
  readonly accuracy: Interval
  /** Accuracy over all samples less accuracy in the group. */
  readonly gap: number
  readonly gapInterval: Interval
}

/** @param among groups whose intervals are to hold together, with 95 % confidence */
export function groupNumbers(group: Tally, all: Tally, among: number): GroupNumbers {
  const confidence = 1 - 0.05 / among
  const rest = { right: all.right - group.right, n: all.n - group.n }
  // The group is part of the whole, and only the samples outside it are independent of it.
  const outside = rest.n / all.n
  const apart = differenceOfShares(rest, group, { confidence })
  return {
    accuracy: {
      ...wilson(group.right, group.n, { confidence }),
      confidence: 0.95,
      method: 'wilson-bonferroni',
    },
    gap: all.right / all.n - group.right / group.n,
    gapInterval: {
      low: outside * apart.low,
      high: outside * apart.high,
      confidence: 0.95,
      method: 'newcombe-bonferroni',
    },
  }
}

/**
 * Interval for the largest of values whose intervals hold together: the largest is no less than each lower end and no more
 * than the largest upper end.
 */
export function intervalOfLargest(intervals: readonly Interval[]): Interval {
  return {
    ...intervals[0]!,
    low: Math.max(...intervals.map(({ low }) => low)),
    high: Math.max(...intervals.map(({ high }) => high)),
  }
}

/** The same for the smallest. */
export function intervalOfSmallest(intervals: readonly Interval[]): Interval {
  return {
    ...intervals[0]!,
    low: Math.min(...intervals.map(({ low }) => low)),
    high: Math.min(...intervals.map(({ high }) => high)),
  }
}

/**
 * The smallest gap of a group of `n` among `of` samples whose interval lies above `threshold` in four of five cases; 1 where
 * not even a group without any right answer would show it. The interval is that of the expected counts, and its lower end
 * is taken to be nearly normal around there.
 * @param accuracy outside the group, which is taken to be right as often as all samples were
 */
export function smallestGap(
  { n, of, accuracy }: { readonly n: number; readonly of: number; readonly accuracy: number },
  { among, threshold }: { readonly among: number; readonly threshold: number },
): number {
  const rest = of - n
  const isFound = (gap: number): boolean => {
    const inside = accuracy - (gap * of) / rest
    const right = Math.round(inside * n)
    const all = { right: right + Math.round(accuracy * rest), n: of }
    const error = Math.sqrt((inside * (1 - inside)) / n + (accuracy * (1 - accuracy)) / rest)
    const { gapInterval } = groupNumbers({ right, n }, all, among)
    return gapInterval.low - normalQuantile(0.8) * (rest / of) * error >= threshold
  }
  // The group is part of the whole, which falls with it.
  const most = (accuracy * rest) / of
  if (threshold > most || !isFound(most)) return 1
  let [low, high] = [threshold, most]
  while (high - low > 1e-3) {
    const middle = (low + high) / 2
    if (isFound(middle)) high = middle
    else low = middle
  }
  return high
}
