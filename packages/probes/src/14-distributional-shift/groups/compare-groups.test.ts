import { binomialCdf, createRandom, type Random, type Tally } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { groupNumbers, intervalOfLargest, intervalOfSmallest, smallestGap } from './compare-groups.ts'

const draw = (random: Random, n: number, share: number): Tally => {
  let right = 0
  for (let i = 0; i < n; i++) if (random.uniform() < share) right++
  return { right, n }
}
const sum = (groups: readonly Tally[]): Tally => ({
  right: groups.reduce((total, { right }) => total + right, 0),
  n: groups.reduce((total, { n }) => total + n, 0),
})
/** Draws groups of these true accuracies, `rounds` times. */
function drawn(
  shares: readonly number[],
  { each, rounds }: { readonly each: number; readonly rounds: number },
) {
  return Array.from({ length: rounds }, (_, round) => {
    const random = createRandom(11).split(round)
    const groups = shares.map((share) => draw(random, each, share))
    const all = sum(groups)
    return { groups, numbers: groups.map((group) => groupNumbers(group, all, groups.length)) }
  })
}

describe('a group', () => {
  it('is below the whole by as much as the rest is above it, weighed by its share', () => {
    const { gap } = groupNumbers({ right: 40, n: 100 }, { right: 310, n: 400 }, 1)
    expect(gap).toBeCloseTo(0.775 - 0.4, 12)
    expect(gap).toBeCloseTo(0.75 * (270 / 300 - 0.4), 12)
  })

  it('has wider intervals the more groups are looked at', () => {
    const [one, many] = [1, 20].map((among) =>
      groupNumbers({ right: 80, n: 100 }, { right: 900, n: 1000 }, among),
    )
    expect(many!.accuracy.low).toBeLessThan(one!.accuracy.low)
    expect(many!.gapInterval.low).toBeLessThan(one!.gapInterval.low)
    expect(many!.gapInterval.high).toBeGreaterThan(one!.gapInterval.high)
  })
})

describe('ten groups that are alike', () => {
  const rounds = drawn(new Array(10).fill(0.9), { each: 60, rounds: 1000 })

  it('look as if one were worse, and seldom are said to be: at most in one of twenty', () => {
    const observed = rounds.map(({ numbers }) => Math.max(...numbers.map(({ gap }) => gap)))
    // The trap: on average the worst of them looks five points below the whole.
    expect(observed.reduce((total, gap) => total + gap, 0) / observed.length).toBeGreaterThan(0.05)
    const alarms = rounds.filter(({ numbers }) =>
      numbers.some(({ gapInterval }) => gapInterval.low > 0),
    ).length
    const beyond = binomialCdf(70, 1000, 0.05)
    expect(beyond).toBeGreaterThan(0.99)
    expect(alarms).toBeLessThanOrEqual(70)
    // Nor so seldom that nothing would ever be found.
    expect(alarms).toBeGreaterThan(5)
  })

  it('have a worst accuracy whose interval covers the true one', () => {
    const covered = rounds.filter(({ numbers }) => {
      const { low, high } = intervalOfSmallest(numbers.map(({ accuracy }) => accuracy))
      return low <= 0.9 && high >= 0.9
    }).length
    expect(covered).toBeGreaterThan(930)
  })
})

describe('groups that differ', () => {
  it('have intervals that cover the worst accuracy and the largest gap', () => {
    const shares = [0.95, 0.9, 0.85, 0.8, 0.7]
    const truth = { worst: 0.7, gap: 0.84 - 0.7 }
    let worst = 0
    let gap = 0
    for (const { numbers } of drawn(shares, { each: 80, rounds: 600 })) {
      const least = intervalOfSmallest(numbers.map(({ accuracy }) => accuracy))
      const largest = intervalOfLargest(numbers.map(({ gapInterval }) => gapInterval))
      if (least.low <= truth.worst && least.high >= truth.worst) worst++
      if (largest.low <= truth.gap && largest.high >= truth.gap) gap++
    }
    expect(worst / 600).toBeGreaterThan(0.93)
    expect(gap / 600).toBeGreaterThan(0.93)
  })

  it('by the smallest gap are found in about four of five cases', () => {
    const gap = smallestGap({ n: 80, of: 400, accuracy: 0.85 }, { among: 5, threshold: 0.05 })
    const found = drawn([0.85 - (gap * 5) / 4, 0.85, 0.85, 0.85, 0.85], { each: 80, rounds: 600 }).filter(
      ({ numbers }) => numbers[0]!.gapInterval.low > 0.05,
    ).length
    expect(found / 600).toBeGreaterThan(0.72)
    expect(found / 600).toBeLessThan(0.9)
  })

  it('cannot be found where not even a group that is always wrong would be', () => {
    expect(smallestGap({ n: 5, of: 400, accuracy: 0.3 }, { among: 50, threshold: 0.05 })).toBe(1)
  })
})
