import { outcomes } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { exampleRun } from './testing/example-run.ts'
import { byRating, outcomeWords, ratingText, verdict } from './wording.ts'

describe('outcomes in words', () => {
  it('have a mark and a word of their own each', () => {
    expect(new Set(outcomes.map((outcome) => outcomeWords[outcome].mark)).size).toBe(outcomes.length)
    expect(new Set(outcomes.map((outcome) => outcomeWords[outcome].word)).size).toBe(outcomes.length)
  })

  it('read as clean only when something was measured and nothing found', () => {
    expect(outcomes.filter((outcome) => outcomeWords[outcome].reading === 'clean')).toEqual(['no-finding'])
    expect(outcomes.filter((outcome) => outcomeWords[outcome].reading === 'unobserved')).toEqual([
      'error',
      'inconclusive',
      'manual',
      'skipped',
    ])
  })
})

describe('the verdict', () => {
  const { run } = exampleRun()

  it('counts every mode once', () => {
    const numbers = [
      ...verdict(run).text.matchAll(/(\d+) (?:with findings|measured|not observed|not applicable)/g),
    ]
    expect(numbers.reduce((sum, [, number]) => sum + Number(number), 0)).toBe(run.modes.length)
  })

  it('is failed when the gate failed, whatever else is missing', () => {
    expect(verdict(run)).toMatchObject({ tone: 'failed', title: 'Gate failed, and incomplete' })
  })

  it('is never passed when something required was not observed or the run was interrupted', () => {
    const gate = { passed: true, incomplete: true, reasons: [], failOn: null, safety: null, config: {} }
    expect(verdict({ ...run, gate }).tone).toBe('incomplete')
    expect(verdict({ ...run, gate: { ...gate, incomplete: false }, complete: false }).tone).toBe('incomplete')
    expect(verdict({ ...run, gate: null, complete: false }).tone).toBe('incomplete')
    expect(verdict({ ...run, gate: { ...gate, incomplete: false } }).tone).toBe('passed')
  })

  it('without a gate names the worst finding and its scale', () => {
    expect(verdict({ ...run, gate: null })).toMatchObject({
      tone: 'ungated',
      title: '9 findings, worst critical (bug bar)',
    })
    expect(verdict({ ...run, gate: null, findings: [] }).title).toBe('No findings')
  })
})

it('orders findings: open before waived, worst first, bug bar before safety scale', () => {
  const { run } = exampleRun()
  expect(
    [...run.findings]
      .sort(byRating)
      .map((finding) => `${ratingText(finding)}${finding.waived ? ' waived' : ''}`),
  ).toEqual([
    'critical (bug bar)',
    'critical (bug bar)',
    'important (bug bar)',
    'high (safety scale)',
    'moderate (bug bar)',
    'medium (safety scale)',
    'low (bug bar)',
    'low (safety scale)',
    'important (bug bar) waived',
  ])
})
