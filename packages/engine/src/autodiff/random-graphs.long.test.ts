import { describe, it } from 'vitest'
import { checkRandomGraphs } from '../testing/check-random-graphs.ts'

describe('a thousand random small graphs', () => {
  it('have the gradient that finite differences give', { timeout: 900_000 }, async () => {
    await checkRandomGraphs({ seed: 11, runs: 1000 })
  })
})
