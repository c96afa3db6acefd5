import { catalogue, measureByName, techniqueByName } from '@failmode/catalogue'
import { audiences } from '@failmode/report'
import { describe, expect, it } from 'vitest'
import { registry } from '../registry.ts'
import { explain } from './explain.ts'
import type { Explanation } from './explanation.ts'
import { choicesOf } from './this-version.ts'

const checks = registry.flatMap((probe) => probe.checks.map(({ meta }) => meta))
const measured = [
  ...new Set(
    registry.flatMap(({ meta, checks }) => [
      ...meta.headline,
      ...checks.flatMap((check) => check.meta.measurements),
    ]),
  ),
]
/** Options that choose what a probe runs. */
const choosing = /^(attack|suite|corruption|stress|detector|test)(s|es)?$/
const runnable = [
  ...new Set(
    registry.flatMap((probe) =>
      [...choicesOf(probe)]
        .filter(([, options]) => options.some((option) => choosing.test(option)))
        .map(([word]) => word),
    ),
  ),
]
const severities = ['critical', 'important', 'moderate', 'low', 'high', 'medium']

const all = (word: string): readonly Explanation[] => audiences.map((audience) => explain(word, audience))
const said = ({ title, sections }: Explanation) => JSON.stringify([title, sections])
const section = (word: string, title: string, audience: (typeof audiences)[number] = 'engineer') =>
  explain(word, audience)
    .sections.filter((one) => one.title === title)
    .flatMap(({ lines }) => lines)
    .join('\n')

/** As it stands inside JSON. */
const escaped = (term: string) => JSON.stringify(term.toLowerCase()).slice(1, -1)

describe('each of these is explained to each audience in its own words and with a source:', () => {
  const groups: readonly (readonly [kind: Explanation['kind'], words: readonly string[]])[] = [
    ['mode', catalogue.modes.map(({ slug }) => slug)],
    ['variant', catalogue.modes.flatMap(({ variants }) => variants.map(({ id }) => id))],
    ['check', checks.map(({ id }) => id)],
    ['technique', catalogue.techniques.map(({ id }) => id)],
    ['technique', runnable],
    ['measure', measured],
    ['severity', severities],
    ['mitigation', catalogue.mitigations.map(({ id }) => id)],
  ]
  it.each(groups)('%s', (kind, words) => {
    expect(words.length).toBeGreaterThan(0)
    for (const word of words) {
      const explained = all(word)
      for (const { sources, ...rest } of explained) {
        expect(rest.kind, word).toBe(kind)
        expect(rest.sections[0]?.lines.join('').length, word).toBeGreaterThan(20)
        expect(sources.length, word).toBeGreaterThan(0)
        for (const { title, url } of sources) {
          expect(title, word).not.toBe('')
          if (url !== null) expect(url, word).toMatch(/^https:\/\//)
        }
      }
      expect(new Set(explained.map(said)).size, word).toBe(audiences.length)
    }
  })
})

describe('words', () => {
  it('exist for every attack, suite and corruption that a probe of this version can be told to run', () => {
    expect(runnable).toEqual(expect.arrayContaining(['pgd', 'autoattack-standard', 'gaussian-noise', 'jpeg']))
    for (const word of runnable) {
      expect(techniqueByName(word)?.id, `${word}: add it to packages/catalogue/src/techniques`).toBe(word)
    }
  })

  it('exist for every measurement that a check or a summary of this version gives', () => {
    for (const name of [...measured, 'robust-accuracy-curve']) {
      expect(measureByName(name), `${name}: add it to packages/catalogue/src/measures.ts`).toBeDefined()
    }
  })

  it('say which probe runs an attack, and that none runs one that is only known', () => {
    expect(section('pgd', 'In this version')).toContain('the probe perturbation')
    expect(section('digests', 'In this version')).toContain('supply-chain/digests')
    const running = catalogue.techniques.filter(({ id }) => section(id, 'In this version').includes('run by'))
    expect(running.map(({ id }) => id)).toEqual(expect.arrayContaining(runnable))
    for (const { id } of catalogue.techniques.filter((one) => !running.includes(one)))
      expect(section(id, 'In this version'), id).toMatch(/^Explained only/)
  })
})

describe('a name', () => {
  it('of a mode is its number, its slug or its name in any case', () => {
    for (const mode of catalogue.modes) {
      const wanted = said(explain(mode.slug, 'engineer'))
      for (const word of [String(mode.number), mode.name.toUpperCase(), ` ${mode.summaryName} `])
        expect(said(explain(word, 'engineer')), word).toBe(wanted)
    }
  })

  it('of a technique is its id, its name or any alias', () => {
    for (const { id, name, aliases } of catalogue.techniques) {
      for (const word of [name, ...aliases]) expect(explain(word, 'policy').id, word).toBe(id)
    }
  })

  it('of a measurement may stand as gates write it, and may hold a number', () => {
    expect(explain('common-corruption/mce', 'engineer').id).toBe('mce')
    expect(explain('tpr-at-fpr-0.001', 'engineer')).toMatchObject({ kind: 'measure', id: 'tpr-at-fpr-0.001' })
    for (const meta of checks)
      for (const name of meta.measurements) expect(section(name, 'Measured by')).toContain(meta.id)
  })

  it('of a term leads to the term, or to what is named so', () => {
    for (const { term } of catalogue.glossary)
      for (const explained of all(term)) expect(said(explained).toLowerCase()).toContain(escaped(term))
    for (const { id } of catalogue.glossary) expect(explain(id, 'engineer').sources.length).toBeGreaterThan(0)
  })

  it('of a fact, rule, row, legal note, outside identifier or document leads there', () => {
    const groups: readonly (readonly [Explanation['kind'], readonly string[]])[] = [
      ['rating-fact', catalogue.ratingFacts.map(({ name }) => `assets.${name}`)],
      ['rule', catalogue.bugBars.flatMap(({ rules }) => rules.map(({ id }) => id))],
      ['rule', catalogue.safetyScale.rules.map(({ id }) => id)],
      ['rule', ['BB1', 'bb9']],
      ['legal-note', catalogue.modes.flatMap(({ legalNotes }) => legalNotes.map(({ id }) => id))],
      ['crosswalk', ['AML.T0043', 'aml.t0015', 'ML01:2023', 'CWE-1039', 'mitre-atlas']],
      ['document', catalogue.documents.map(({ id }) => id)],
    ]
    for (const [kind, words] of groups) {
      for (const word of words) {
        for (const explained of all(word)) {
          expect(explained.kind, word).toBe(kind)
          expect(explained.sources.length, word).toBeGreaterThan(0)
        }
      }
    }
    expect(section('AML.T0043', 'Maps to')).toMatch(/1 perturbation: primary[\s\S]*7 physical/)
  })

  it('that nothing has is refused with the nearest one', () => {
    for (const [word, near] of [
      ['perturbashun', 'perturbation'],
      ['hopskipjmp', 'hopskipjump'],
      ['robust-acuracy', 'robust-accuracy'],
      ['neural-cleans', 'neural-cleanse'],
    ] as const) {
      expect(() => explain(word, 'engineer'), word).toThrow(
        expect.objectContaining({ code: 'usage', hint: expect.stringContaining(`"${near}"`) }),
      )
    }
  })
})

describe('a severity', () => {
  const rules = (word: string) => {
    const severity = explain(word, 'engineer')
    return severity.sections.map(({ title, lines }) => [title, lines.join('\n')] as const)
  }

  it('lists every rule of both published bars that gives it, and no other, and marks our readings', () => {
    for (const word of ['critical', 'important', 'moderate', 'low']) {
      for (const bar of catalogue.bugBars) {
        const text = rules(word).find(([title]) => title === bar.title)?.[1] ?? ''
        expect(text).toContain(bar.edition)
        for (const rule of bar.rules) {
          const mark = `[${rule.id}, row ${rule.row}, ${rule.ours ? 'our reading' : 'as published'}]`
          expect(text.includes(mark), `${word} ${rule.id}`).toBe(rule.severity === word)
        }
      }
      expect(explain(word, 'engineer').sources.map(({ url }) => url)).toContain(
        'https://learn.microsoft.com/security/engineering/threat-modeling-aiml',
      )
    }
  })

  it('of the safety scale says that the scale is ours, and gives its rules', () => {
    for (const word of ['high', 'medium', 'low']) {
      const text = rules(word).find(([title]) => title?.includes('(ours)'))?.[1] ?? ''
      expect(text).toContain(catalogue.safetyScale.notice)
      for (const { id, severity } of catalogue.safetyScale.rules)
        expect(text.includes(`[${id}, our reading]`), `${word} ${id}`).toBe(severity === word)
    }
  })

  it('gives policy makers the differences between the documents, and responders the questions of triage', () => {
    expect(section('moderate', 'Where the two documents differ', 'policy')).toContain('5 model-stealing')
    expect(section('important', 'Ask in triage', 'responder')).toContain(
      'Is the model itself a security control?',
    )
  })
})
