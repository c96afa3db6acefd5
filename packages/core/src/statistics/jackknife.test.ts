import { describe, expect, it } from 'vitest'
import { createRandom } from '../random/random.ts'
import { clusterJackknife } from './jackknife.ts'

describe('clusterJackknife', () => {
  it('is the usual interval of a mean when every row is a group', () => {
    const values = [0.2, 0.9, 0.4, 0.4, 0.7, 0.1]
    const n = values.length
    const mean = values.reduce((a, b) => a + b) / n
    const error = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1) / n)
    const rows = values.map((_, i) => i)
    const { low, high } = clusterJackknife(rows, (of) => of.reduce((s, i) => s + values[i]!, 0) / of.length, {
      within: [-9, 9],
    })
    expect(low).toBeCloseTo(mean - 1.959964 * error, 5)
    expect(high).toBeCloseTo(mean + 1.959964 * error, 5)
  })

  it('covers a mean of clusters about as often as it says', () => {
    const random = createRandom(3)
    let covered = 0
    for (let run = 0; run < 400; run++) {
      // Ten answers a cluster that share one chance.
      const clusters = Array.from({ length: 100 }, () => random.normal())
      const rows = clusters.map((_, i) => i)
      const { low, high } = clusterJackknife(
        rows,
        (of) => of.reduce((s, i) => s + clusters[i]!, 0) / of.length,
        { within: [-9, 9] },
      )
      if (low <= 0 && high >= 0) covered += 1
    }
    // With 20 groups the normal quantile is a little short: about 93.5 %.
    expect(covered / 400).toBeGreaterThan(0.9)
    expect(covered / 400).toBeLessThan(0.98)
  })

  it('stays within what the statistic can be, and needs two rows', () => {
    const { low } = clusterJackknife([0, 1, 2], (of) => (of.includes(0) ? 0.01 : 0.5), { within: [0, 1] })
    expect(low).toBe(0)
    expect(() => clusterJackknife([0], () => 0, { within: [0, 1] })).toThrow(RangeError)
  })
})
