import { describe, expect, it } from 'vitest'
import { checkMutants, childLimits } from '../testing/check-mutants.ts'

describe('five thousand damaged models', () => {
  it('end in a model or a typed error, soon and within memory', { timeout: 1_800_000 }, async () => {
    const tally = await checkMutants({ seed: 1, count: 5000, opened: 250 })
    console.info(tally)
    expect(tally.slowestReadMs).toBeLessThan(2000)
    expect(tally.slowestOpenMs).toBeLessThan(childLimits.timeoutMs + 5000)
    expect(tally.grownMb).toBeLessThan(512)
  })
})
