import { catalogue, type TriageAnswer } from '@failmode/catalogue'
import { triage } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { type Asker, type FactReply, interview } from './interview.ts'

/** An asker with prepared answers; what it has no answer for is answered no. */
function prepared({
  complaint = null,
  answers = {},
  fact = () => 'unknown',
}: {
  readonly complaint?: string | null
  readonly answers?: Readonly<Record<string, TriageAnswer | 'stop'>>
  readonly fact?: (name: string) => FactReply
}): Asker & {
  readonly asked: readonly string[]
  readonly facts: readonly string[]
  readonly shown: readonly string[]
} {
  const asked: string[] = []
  const facts: string[] = []
  const shown: string[] = []
  return {
    asked,
    facts,
    shown,
    complaint: async () => {
      asked.push('complaint')
      return complaint
    },
    show: (result) => {
      shown.push(result.statement)
    },
    question: async ({ id }) => {
      asked.push(id)
      return answers[id] ?? 'no'
    },
    fact: async ({ name }) => {
      facts.push(name)
      return fact(name)
    },
  }
}

describe('interview', () => {
  it('asks until the answers single a mode out, each question once, and far from all of them', async () => {
    const asker = prepared({
      complaint: 'a rival answers like our service',
      answers: { 'reach-by-others': 'yes', 'copy-appeared': 'yes', 'many-queries': 'yes' },
    })
    const said = await interview(catalogue, asker)
    expect(said.complaint).toBe('a rival answers like our service')
    const result = triage({ catalogue, ...said })
    expect(result.decided).toBe(true)
    expect(result.candidates[0]?.mode).toBe('model-stealing')
    const questions = asker.asked.filter((id) => id !== 'complaint')
    expect(new Set(questions).size).toBe(questions.length)
    expect(questions.length).toBeLessThan(catalogue.triage.questions.length / 2)
    expect(asker.shown.at(0)).toMatch(/^Nothing is decided/)
    expect(asker.shown.at(-1)).toMatch(/point to one mode: Model Stealing/)
  })

  it('does not ask again for what it was given', async () => {
    const asker = prepared({})
    const given = {
      complaint: 'it swears',
      answers: { 'after-retraining': 'yes', 'learns-from-outsiders': 'unknown' },
      facts: {},
    } as const
    const said = await interview(catalogue, asker, given)
    expect(asker.asked).not.toContain('complaint')
    expect(asker.asked).not.toContain('after-retraining')
    expect(asker.asked).not.toContain('learns-from-outsiders')
    expect(said.answers).toMatchObject(given.answers)
  })

  it('goes on to the facts when the person stops, and asks each fact once at most', async () => {
    const asker = prepared({
      answers: Object.fromEntries(catalogue.triage.questions.map(({ id }) => [id, 'stop'])),
    })
    const said = await interview(catalogue, asker)
    expect(asker.asked).toHaveLength(2)
    expect(said.answers).toEqual({})
    expect(asker.facts.length).toBeGreaterThan(0)
    expect(new Set(asker.facts).size).toBe(asker.facts.length)
    expect(said.facts).toEqual({})
  })

  it('stops asking for facts that no longer change a rating', async () => {
    const given = { complaint: 'a copy', answers: { 'copy-appeared': 'yes' }, facts: {} } as const
    const stop = Object.fromEntries(catalogue.triage.questions.map(({ id }) => [id, 'stop' as const]))
    const worst = prepared({ answers: stop, fact: () => ({ answer: true }) })
    const said = await interview(catalogue, worst, given)
    expect(worst.facts).toEqual(['modelIsSecurityControl'])
    expect(said.facts).toEqual({ modelIsSecurityControl: true })
    const mild = prepared({
      answers: stop,
      fact: (name) => ({ answer: name === 'dataSensitivity' ? 'public' : false }),
    })
    await interview(catalogue, mild, given)
    expect(mild.facts).toEqual(['modelIsSecurityControl', 'dataSensitivity', 'highValueAsset'])
  })

  it('stops at once when the person stops at a fact', async () => {
    const asker = prepared({ fact: () => 'stop' })
    await interview(catalogue, asker, { complaint: null, answers: { 'copy-appeared': 'yes' }, facts: {} })
    expect(asker.facts).toHaveLength(1)
  })
})
