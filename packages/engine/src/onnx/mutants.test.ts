import { describe, expect, it } from 'vitest'
import { checkMutants } from '../testing/check-mutants.ts'

describe('damaged models', () => {
  it('end in a model or a typed error, soon and within memory', { timeout: 60_000 }, async () => {
    const tally = await checkMutants({ seed: 2, count: 150, opened: 4 })
    expect(Object.keys(tally.read)).toContain('model')
    expect(Object.keys(tally.read).length).toBeGreaterThan(3)
    expect(tally.slowestReadMs).toBeLessThan(2000)
    expect(tally.grownMb).toBeLessThan(512)
  })
})
