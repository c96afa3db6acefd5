import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CatalogueError, catalogue, rate, severities, withBugBar } from './index.ts'
import { ratingFacts } from './rating-facts.ts'

const base = {
  id: 'acme',
  title: 'Bar of Acme',
  rules: [
    {
      id: 'acme-steal-guard',
      modes: ['model-stealing'],
      when: { modelIsSecurityControl: true },
      severity: 'critical',
      because: 'Our filter is all that stands between spam and customers.',
    },
    { id: 'acme-steal', modes: ['model-stealing'], severity: 'low', because: 'Our models are public.' },
  ],
}

const rated = (file: unknown, mode: string, answers = {}) => {
  const extended = withBugBar(catalogue, file)
  return rate(extended.bugBars.find(({ id }) => id === 'acme')!, { mode, answers })
}
const refusal = (file: unknown): string => {
  try {
    withBugBar(catalogue, file)
  } catch (error) {
    expect(error).toBeInstanceOf(CatalogueError)
    expect((error as CatalogueError).code).toBe('catalogue-bug-bar-invalid')
    return (error as CatalogueError).message
  }
  throw new Error('it was not refused')
}

describe("a bug bar of one's own", () => {
  it('rates by its own rules, an unknown at its worst', () => {
    expect(rated(base, 'model-stealing', { modelIsSecurityControl: false })?.severity).toBe('low')
    expect(rated(base, 'model-stealing')).toMatchObject({
      severity: 'critical',
      atLeast: 'low',
      assumed: ['modelIsSecurityControl'],
    })
    expect(rated(base, 'poisoning')).toBeNull()
  })

  it('takes the rules of a published bar after its own where it extends one', () => {
    const file = { ...base, extends: 'sdl-aiml-2019' }
    expect(rated(file, 'model-stealing', { modelIsSecurityControl: false })?.rule.id).toBe('acme-steal')
    expect(rated(file, 'supply-chain')?.severity).toBe('critical')
  })

  it('leaves the catalogue it came from as it was', () => {
    withBugBar(catalogue, base)
    expect(catalogue.bugBars.map(({ id }) => id)).not.toContain('acme')
  })

  it('is refused where more harm would rate lower, with the case that shows it', () => {
    const [guard, other] = base.rules
    expect(
      refusal({
        ...base,
        rules: [
          { ...guard, severity: 'low' },
          { ...other, severity: 'moderate' },
        ],
      }),
    ).toMatch(
      /"acme-steal" rates model-stealing, modelIsSecurityControl = false moderate, .*modelIsSecurityControl = true rule "acme-steal-guard" rates it low/,
    )
  })

  it('is refused where a case of a mode has no rule', () => {
    expect(refusal({ ...base, rules: base.rules.slice(0, 1) })).toMatch(
      /No rule rates model-stealing, modelIsSecurityControl = false/,
    )
  })

  it.each([
    ['another shape', { ...base, rules: [] }, /rules/],
    ['a key nobody knows', { ...base, colour: 'red' }, /colour/],
    ['the name of a published bar', { ...base, id: 'sdl-aiml-2019' }, /published/],
    ['a bar to extend that does not exist', { ...base, extends: 'nist' }, /"nist"/],
    [
      'a fact that does not exist',
      { ...base, rules: [{ ...base.rules[1], when: { mood: 'bad' } }] },
      /"mood"/,
    ],
    [
      'an answer that does not exist',
      { ...base, rules: [{ ...base.rules[1], when: { affects: 'nobody' } }, base.rules[1]] },
      /affects = nobody/,
    ],
    ['a mode that does not exist', { ...base, rules: [{ ...base.rules[1], modes: ['theft'] }] }, /"theft"/],
    [
      'a variant that does not exist',
      { ...base, rules: [{ ...base.rules[1], variants: ['5z'] }, base.rules[1]] },
      /"5z"/,
    ],
    ['the same rule twice', { ...base, rules: [base.rules[1], base.rules[1]] }, /defined twice/],
    ['no object', 'critical', /./],
  ])('is refused with %s', (_, file, words) => {
    expect(refusal(file)).toMatch(words)
  })

  it('keeps both promises whenever a file of random rules is taken', () => {
    const fact = fc.constantFrom(...ratingFacts.slice(0, 6))
    const condition = fact.chain(({ name, answers }) =>
      fc.subarray([...answers], { minLength: 1 }).map((is) => ({ [name]: is })),
    )
    const rule = fc.record({ when: condition, severity: fc.constantFrom(...severities) })
    let taken = 0
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 4 }), fc.constantFrom(...severities), (rules, last) => {
        const file = {
          id: 'acme',
          title: 'Acme',
          rules: [...rules, { when: {}, severity: last }].map((each, i) => ({
            ...each,
            id: `r-${i}`,
            modes: ['backdoor'],
            because: 'because',
          })),
        }
        let bar: (typeof catalogue.bugBars)[number]
        try {
          bar = withBugBar(catalogue, file).bugBars.at(-1)!
        } catch {
          return
        }
        taken++
        const order = (answers: Record<string, string | boolean>) =>
          severities.indexOf(rate(bar, { mode: 'backdoor', answers })!.severity)
        for (const { name, answers } of ratingFacts.slice(0, 6)) {
          const unknown = order({})
          const levels = answers.map((each) => order({ [name]: each }))
          expect(levels).toEqual([...levels].sort((a, b) => a - b))
          expect(unknown).toBeGreaterThanOrEqual(Math.max(...levels))
        }
      }),
      { numRuns: 300 },
    )
    expect(taken).toBeGreaterThan(50)
  })
})
