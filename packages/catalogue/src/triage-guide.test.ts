import { describe, expect, it } from 'vitest'
import { catalogue, createCatalogue } from './catalogue.ts'
import type { TriageQuestion } from './schema.ts'

const { triage } = catalogue
const withGuide = (change: Partial<typeof triage>) =>
  createCatalogue({ ...catalogue, triage: { ...triage, ...change } })
const withQuestion = (change: (question: TriageQuestion) => TriageQuestion) =>
  withGuide({
    questions: triage.questions.map((question, index) => (index === 0 ? change(question) : question)),
  })

describe('the triage guide', () => {
  it('has five or more symptoms of each mode, and some of each variant', () => {
    for (const mode of catalogue.modes) {
      const own = triage.symptoms.filter((symptoms) => symptoms.mode === mode.slug)
      expect(own.flatMap(({ says }) => says).length, mode.slug).toBeGreaterThanOrEqual(5)
      for (const { id } of mode.variants) expect(own.map(({ variant }) => variant)).toContain(id)
    }
  })

  it('asks no two questions alike and is marked as our own reading', () => {
    expect(new Set(triage.questions.map(({ text }) => text)).size).toBe(triage.questions.length)
    expect(triage.provenance).toBe('derived')
    expect(triage.questions.every(({ provenance }) => provenance === 'derived')).toBe(true)
  })

  it('rules out only by a no, and only to questions about what the system is', () => {
    const ruling = triage.questions.filter(({ yes, no }) => [...yes.rulesOut, ...no.rulesOut].length > 0)
    expect(ruling.map(({ id }) => id)).toEqual([
      'reach-by-others',
      'senses-world',
      'acts-for-reward',
      'outside-hands',
    ])
    expect(ruling.flatMap(({ yes }) => yes.rulesOut)).toEqual([])
  })

  it('never both supports and weakens the same mode by one answer', () => {
    expect(() =>
      withQuestion((question) => ({
        ...question,
        yes: { ...question.yes, supports: ['poisoning'], against: ['poisoning'] },
      })),
    ).toThrow(/"poisoning" is defined twice/)
  })

  it('is refused with an unknown mode, an unknown variant or a question twice', () => {
    const reading = { supports: ['telepathy'], against: [], rulesOut: [], variants: ['9z'] }
    expect(() => withQuestion((question) => ({ ...question, yes: reading }))).toThrow(/telepathy[\s\S]*9z/)
    const [first] = triage.questions
    expect(() => withGuide({ questions: [...triage.questions, first!] })).toThrow(
      /"reach-by-others" is defined twice/,
    )
    expect(() =>
      withGuide({ symptoms: [...triage.symptoms, { mode: 'ghosts', variant: null, says: ['boo'] }] }),
    ).toThrow(/ghosts/)
  })

  it('is refused where a mode has no symptoms, no support, or cannot be told from another', () => {
    const symptoms = triage.symptoms.filter(({ mode }) => mode !== 'backdoor')
    expect(() => withGuide({ symptoms })).toThrow(/no symptoms of "backdoor"/)
    const silent = { supports: [], against: [], rulesOut: [], variants: [] }
    const questions = triage.questions.map((question) => ({ ...question, yes: silent, no: silent }))
    expect(() => withGuide({ questions })).toThrow(
      /No answer of the triage guide supports "poisoning"[\s\S]*tells "perturbation" from "poisoning"/,
    )
  })
})
