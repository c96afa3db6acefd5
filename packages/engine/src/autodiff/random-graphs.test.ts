import { describe, expect, it } from 'vitest'
import { checkRandomGraphs, operatorsSeen } from '../testing/check-random-graphs.ts'
import { ruleNames } from './rules/rules.ts'

describe('random small graphs', () => {
  it('have the gradient that finite differences give', { timeout: 60_000 }, async () => {
    await checkRandomGraphs({ seed: 7, runs: 60 })
  })

  it('are made of operators that have a rule, and of most kinds of them', () => {
    const rules = new Set(ruleNames())
    const seen = operatorsSeen()
    expect(seen.filter((name) => !rules.has(name))).toEqual([])
    expect(seen.length).toBeGreaterThan(60)
  })
})
