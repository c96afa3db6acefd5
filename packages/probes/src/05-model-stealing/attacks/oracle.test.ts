import { describe, expect, it } from 'vitest'
import { countingOracle, type LabelOracle, OutOfQueries, oneHotOracle } from './oracle.ts'

const threshold: LabelOracle = {
  features: 1,
  classes: 3,
  ask: async (rows) => Int32Array.from(rows, (row) => (row[0]! > 0.5 ? 2 : 0)),
}
const row = (value: number) => Float32Array.of(value)

describe('an oracle', () => {
  it('counts rows, not calls, and asks none of a call that passes the limit', async () => {
    let reached = 0
    const counted = countingOracle(
      {
        ...threshold,
        ask: (rows: readonly Float32Array[]) => {
          reached += rows.length
          return threshold.ask(rows)
        },
      },
      { limit: 5 },
    )
    expect(Array.from(await counted.ask([row(0), row(1), row(0.7)]))).toEqual([0, 2, 2])
    expect(counted.asked).toBe(3)
    const refusal = await counted.ask([row(0), row(0), row(0)]).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(OutOfQueries)
    expect(refusal).toMatchObject({ limit: 5, asked: 3, wanted: 3, name: 'OutOfQueries' })
    expect([counted.asked, reached]).toEqual([3, 3])
    await counted.ask([row(0), row(0)])
    await expect(counted.ask([row(0)])).rejects.toThrow('1 more queries were wanted, 5 of 5 are used')
    await expect(counted.ask([])).resolves.toHaveLength(0)
  })

  it('has no limit unless told', async () => {
    const counted = countingOracle(threshold)
    await counted.ask(Array.from({ length: 10_000 }, () => row(0)))
    expect(counted.asked).toBe(10_000)
  })

  it('counts a query that the service failed at', async () => {
    const counted = countingOracle({ ...threshold, ask: () => Promise.reject(new Error('service down')) })
    await expect(counted.ask([row(0)])).rejects.toThrow('service down')
    expect(counted.asked).toBe(1)
  })

  it('gives a class as a score vector', async () => {
    const scores = await oneHotOracle(threshold).ask([row(0.2), row(0.9)])
    expect(scores.map((vector) => Array.from(vector))).toEqual([
      [1, 0, 0],
      [0, 0, 1],
    ])
  })
})
