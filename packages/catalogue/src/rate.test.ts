import { describe, expect, it } from 'vitest'
import { type Answers, catalogue, type Rule, rate, safetyLevels, severities } from './index.ts'

const bar = (id: string) => catalogue.bugBars.find((b) => b.id === id)!
const sdl = bar('sdl-aiml-2019')
const tm = bar('threat-modeling-2019')

/** All modes and variants that a list of rules can meet, findings without a recorded variant included. */
const subjects = catalogue.modes.flatMap((m) => [
  { mode: m.slug, variant: null },
  ...m.variants.map((v) => ({ mode: m.slug, variant: v.id })),
])

/** The facts that rules ask of one mode, with their answers from least to most harmful. */
function factsFor(rules: readonly Rule[], mode: string) {
  const asked = new Set(
    rules.filter((r) => !r.modes || r.modes.includes(mode)).flatMap((r) => r.when.map((c) => c.fact)),
  )
  return catalogue.ratingFacts.filter((f) => asked.has(f.name))
}

function combinations(facts: readonly { name: string; answers: readonly (string | boolean)[] }[]): Answers[] {
  return facts.reduce<Answers[]>(
    (all, fact) => all.flatMap((one) => fact.answers.map((answer) => ({ ...one, [fact.name]: answer }))),
    [{}],
  )
}

describe('rules', () => {
  const lists: [name: string, rules: readonly Rule[], order: readonly string[]][] = [
    ...catalogue.bugBars.map((b): [string, readonly Rule[], readonly string[]] => [
      b.id,
      b.rules,
      severities,
    ]),
    ['safety scale', catalogue.safetyScale.rules, safetyLevels],
  ]

  it.each(lists)('of %s never rate a more harmful answer lower', (_, rules, order) => {
    let compared = 0
    for (const subject of subjects) {
      const facts = factsFor(rules, subject.mode)
      for (const answers of combinations(facts)) {
        const here = rate({ rules }, { ...subject, answers })
        for (const fact of facts) {
          const next = fact.answers[fact.answers.indexOf(answers[fact.name]!) + 1]
          if (next === undefined) continue
          const worse = rate({ rules }, { ...subject, answers: { ...answers, [fact.name]: next } })
          expect(worse === null, `${subject.mode} ${fact.name}`).toBe(here === null)
          if (!here || !worse) continue
          compared++
          expect(
            order.indexOf(worse.severity),
            `${subject.mode} ${subject.variant} ${JSON.stringify(answers)} then ${fact.name}=${next}`,
          ).toBeGreaterThanOrEqual(order.indexOf(here.severity))
        }
      }
    }
    expect(compared).toBeGreaterThan(20)
  })

  it.each(lists)('of %s all decide some case, so that none is dead', (_, rules) => {
    const used = new Set<string>()
    for (const subject of subjects) {
      for (const answers of combinations(factsFor(rules, subject.mode))) {
        const rating = rate({ rules }, { ...subject, answers })
        if (rating) used.add(rating.rule.id)
      }
    }
    expect(rules.map((r) => r.id).filter((id) => !used.has(id))).toEqual([])
  })

  it('keep every rating inside the range that the source publishes for the row, and reach both ends', () => {
    for (const b of catalogue.bugBars) {
      for (const subject of subjects) {
        const given = new Set<string>()
        for (const answers of combinations(factsFor(b.rules, subject.mode))) {
          const rating = rate(b, { ...subject, answers })
          if (!rating) continue
          const row = b.rows.find((r) => r.id === rating.rule.row)!
          expect(row.modes).toContain(subject.mode)
          expect(severities.indexOf(rating.severity)).toBeGreaterThanOrEqual(
            severities.indexOf(row.severity!.low),
          )
          expect(severities.indexOf(rating.severity)).toBeLessThanOrEqual(
            severities.indexOf(row.severity!.high),
          )
          given.add(rating.severity)
        }
        const rows = b.rows.filter(
          (r) => r.modes.includes(subject.mode) && r.severity && r.leadBy !== 'software-bug-bar',
        )
        if (subject.variant === null && rows.length > 0) {
          for (const { severity } of rows) {
            expect(given, `${b.id} ${subject.mode}`).toContain(severity!.low)
            expect(given, `${b.id} ${subject.mode}`).toContain(severity!.high)
          }
        }
      }
    }
  })

  it('are unconditional and not ours wherever the row is a plain rating and the case is exactly that row', () => {
    for (const b of catalogue.bugBars) {
      for (const row of b.rows.filter((r) => r.severity && r.severity.low === r.severity.high)) {
        const own = b.rules.filter((r) => r.row === row.id && !r.ours)
        expect(
          own.map((r) => [r.when.length, r.severity]),
          row.id,
        ).toEqual([[0, row.severity!.low]])
      }
    }
  })

  it('are marked as ours wherever the source gives a range without stating the split', () => {
    for (const rule of sdl.rules) {
      const row = sdl.rows.find((r) => r.id === rule.row)!
      expect(rule.ours, rule.id).toBe(row.severity!.low !== row.severity!.high)
    }
    expect(catalogue.safetyScale.rules.every((r) => r.ours)).toBe(true)
  })

  it('use every fact of the closed list', () => {
    const used = new Set(lists.flatMap(([, rules]) => rules.flatMap((r) => r.when.map((c) => c.fact))))
    expect(catalogue.ratingFacts.map((f) => f.name).filter((name) => !used.has(name))).toEqual([])
  })

  it('of the two bars stay compatible where the documents agree', () => {
    for (const { modes, relation } of catalogue.severityOpinions) {
      for (const mode of modes) {
        const published = sdl.rows.find((r) => r.modes.includes(mode))?.severity
        const outside = subjects
          .filter((s) => s.mode === mode)
          .flatMap((s) =>
            combinations(factsFor(tm.rules, mode)).map((answers) => rate(tm, { ...s, answers })),
          )
          .some(
            (r) =>
              !published ||
              !r ||
              severities.indexOf(r.severity) < severities.indexOf(published.low) ||
              severities.indexOf(r.severity) > severities.indexOf(published.high),
          )
        expect(outside, mode).toBe(relation !== 'agree')
      }
    }
  })
})

describe('rate', () => {
  it('rates the variants of perturbation as the threat-modelling document does', () => {
    const given = ['1a', '1b', '1c', '1d'].map(
      (variant) => rate(tm, { mode: 'perturbation', variant, answers: {} })?.severity,
    )
    expect(given).toEqual(['critical', 'critical', 'important', 'important'])
  })

  it('keeps both opinions on stealing a model that guards something', () => {
    const subject = { mode: 'model-stealing', answers: { modelIsSecurityControl: true } }
    expect(rate(sdl, subject)?.severity).toBe('critical')
    expect(rate(tm, subject)?.severity).toBe('important')
  })

  it('keeps both opinions on a provider who recovers public data', () => {
    const subject = { mode: 'malicious-provider', answers: { dataSensitivity: 'public' } }
    expect(rate(sdl, subject)?.severity).toBe('critical')
    expect(rate(tm, subject)?.severity).toBe('moderate')
  })

  it('gives membership inference no rating by the threat-modelling document', () => {
    expect(rate(tm, { mode: 'membership-inference', answers: { dataSensitivity: 'sensitive' } })).toBeNull()
    expect(
      rate(sdl, { mode: 'membership-inference', answers: { dataSensitivity: 'sensitive' } })?.severity,
    ).toBe('critical')
  })

  it('has no published rating for modes 11 to 17', () => {
    for (const mode of catalogue.modes.slice(10)) {
      expect(rate(sdl, { mode: mode.slug, answers: {} })).toBeNull()
      expect(rate(tm, { mode: mode.slug, answers: {} })).toBeNull()
      expect(rate(catalogue.safetyScale, { mode: mode.slug, answers: { harm: 'slight' } })).not.toBeNull()
    }
  })

  it('takes what nobody answered at its worst, names it, and gives the lower end', () => {
    expect(rate(sdl, { mode: 'membership-inference', answers: {} })).toMatchObject({
      severity: 'critical',
      atLeast: 'moderate',
      assumed: ['dataSensitivity'],
    })
  })

  it('names no assumption where the missing answer changes nothing', () => {
    expect(rate(sdl, { mode: 'model-stealing', answers: { modelIsSecurityControl: true } })).toMatchObject({
      severity: 'critical',
      atLeast: 'critical',
      assumed: [],
    })
  })

  it('rates a mode that it has never heard of on the safety scale', () => {
    const answers = {
      harm: 'severe',
      exposure: 'routine',
      reversibility: 'reversible',
      actsOnPhysicalWorld: false,
    }
    expect(rate(catalogue.safetyScale, { mode: 'prompt-injection', answers })?.severity).toBe('high')
  })

  it('refuses facts and answers outside the closed list', () => {
    expect(() => rate(sdl, { mode: 'poisoning', answers: { mood: 'bad' } })).toThrow(/mood/)
    expect(() => rate(sdl, { mode: 'poisoning', answers: { affects: 'nobody' } })).toThrow(/nobody/)
  })
})
