import { describe, expect, it } from 'vitest'
import {
  accessReadingsDiffer,
  Catalogue,
  type CatalogueError,
  catalogue,
  createCatalogue,
  modeByNumber,
  modeBySlug,
  severities,
} from './index.ts'

const bar = (id: string) => catalogue.bugBars.find((b) => b.id === id)!
const seventeen = [
  'perturbation',
  'poisoning',
  'model-inversion',
  'membership-inference',
  'model-stealing',
  'reprogramming',
  'physical-adversarial-example',
  'malicious-provider',
  'supply-chain',
  'backdoor',
  'software-dependencies',
  'reward-hacking',
  'side-effects',
  'distributional-shift',
  'natural-adversarial-examples',
  'common-corruption',
  'incomplete-testing',
]

describe('the seventeen modes', () => {
  it('stand in order under the slugs that the whole product uses', () => {
    expect(catalogue.modes.map((m) => m.slug)).toEqual(seventeen)
    expect(catalogue.modes.map((m) => m.number)).toEqual(seventeen.map((_, i) => i + 1))
  })

  it('are eleven intentional and six unintentional ones', () => {
    expect(catalogue.modes.filter((m) => m.kind === 'intentional').map((m) => m.number)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    ])
    expect(catalogue.modes.filter((m) => m.kind === 'unintentional').map((m) => m.number)).toEqual([
      12, 13, 14, 15, 16, 17,
    ])
  })

  // The CIA column of the published summary table.
  it('compromise what the published table says', () => {
    const letters: Record<string, string> = {
      confidentiality: 'C',
      integrity: 'I',
      availability: 'A',
      safety: 'safety',
    }
    expect(catalogue.modes.map((m) => m.compromises.map((c) => letters[c]).join(','))).toEqual([
      'I',
      'I',
      'C',
      'C',
      'C',
      'I,A',
      'I',
      'C',
      'I',
      'C,I',
      'C,I,A',
      'safety',
      'safety',
      'safety',
      'safety',
      'safety',
      'safety',
    ])
  })

  it('carry a black-box or white-box tag in exactly the first four', () => {
    const tags = catalogue.modes.map((m) => m.scenarios.map((s) => s.tags.map((t) => t.charAt(0)).join('')))
    expect(tags.slice(0, 4)).toEqual([['b', 'bw', 'w'], ['b', 'b'], ['wb'], ['b']])
    expect(tags.slice(4).flat().join('')).toBe('')
  })

  it('cite the corrected references', () => {
    expect(catalogue.modes.map((m) => m.scenarios.map((s) => s.references.join('+')).join(' '))).toEqual([
      '7 8 9',
      '10 11',
      '12',
      '13',
      '14',
      '15 15',
      '16 17',
      '18',
      '20',
      '20 21',
      '19',
      '22',
      '23',
      '24',
      '25',
      '26',
      '25',
    ])
  })

  it('are rated apart in the variants 1a to 1d, 2a and 2b, and in no others', () => {
    expect(catalogue.modes.flatMap((m) => m.variants.map((v) => `${m.number} ${v.id}`))).toEqual([
      '1 1a',
      '1 1b',
      '1 1c',
      '1 1d',
      '2 2a',
      '2 2b',
    ])
  })

  it('tell of the turtle taken for a rifle, and not the other way round', () => {
    const scenario = modeBySlug('physical-adversarial-example')!.scenarios[0]!
    expect(scenario.text).toMatch(/turtle.*taken for a rifle/)
    expect(scenario.correction).not.toBeNull()
  })

  it('are found by slug and by number', () => {
    expect(modeBySlug('backdoor')?.number).toBe(10)
    expect(modeByNumber(17)?.slug).toBe('incomplete-testing')
    expect(modeBySlug('nonsense')).toBeUndefined()
    expect(modeByNumber(18)).toBeUndefined()
  })

  it('explain themselves to each audience in two to four sentences', () => {
    for (const mode of catalogue.modes) {
      for (const [audience, words] of Object.entries(mode.say)) {
        const sentences = words.split(/[.?!](?:\s|$)/).filter((s) => s.trim() !== '').length
        expect(sentences, `${mode.slug} to ${audience}: ${words}`).toBeGreaterThanOrEqual(2)
        expect(sentences, `${mode.slug} to ${audience}: ${words}`).toBeLessThanOrEqual(4)
      }
      expect(mode.response.firstResponse.length, mode.slug).toBeGreaterThanOrEqual(4)
      expect(mode.response.evidenceToPreserve.length, mode.slug).toBeGreaterThanOrEqual(4)
    }
  })
})

describe('readings of the access question', () => {
  it('say no for modes 1 to 7 and yes for 8 to 11 in the published table', () => {
    expect(catalogue.modes.map((m) => m.accessViolation.table)).toEqual([
      ...Array<string>(7).fill('no'),
      ...Array<string>(4).fill('yes'),
      ...Array<string>(6).fill('not-asked'),
    ])
  })

  it('differ exactly for modes 8 to 11', () => {
    expect(catalogue.modes.filter(accessReadingsDiffer).map((m) => m.number)).toEqual([8, 9, 10, 11])
  })

  it('differ there between the table and the comments, and between the table and the paper version', () => {
    for (const mode of catalogue.modes.slice(0, 11)) {
      const { table, comments, paper } = mode.accessViolation
      expect(comments.reading !== 'none' && comments.reading !== table, mode.slug).toBe(mode.number! >= 8)
      expect(paper.reading !== table, mode.slug).toBe(mode.number! >= 8)
    }
  })

  it('record that the comment on mode 7 is empty', () => {
    expect(modeByNumber(7)!.accessViolation.comments.reading).toBe('none')
  })
})

describe('standing of what is said', () => {
  it('never shows what was remembered, derived or copied as checked', () => {
    const entries = catalogue.modes.flatMap((m) => [...m.crosswalk, ...m.legalNotes])
    for (const provenance of ['memory', 'derived', 'secondary'] as const) {
      const group = entries.filter((e) => e.provenance === provenance)
      expect(group.length).toBeGreaterThan(0)
      expect(group.filter((e) => e.verified)).toEqual([])
    }
    expect(entries.filter((e) => e.provenance === 'verified').every((e) => e.verified)).toBe(true)
  })

  it('refuses an entry that claims to be checked and is from memory', () => {
    const [first, ...rest] = catalogue.modes
    const remembered = first!.crosswalk.map((e) => ({ ...e, provenance: 'memory' as const }))
    expect(() =>
      createCatalogue({ ...catalogue, modes: [{ ...first!, crosswalk: remembered }, ...rest] }),
    ).toThrow(/verified/)
  })

  it('marks every NIST id and every AI Act article as unchecked, and every ATLAS id as checked', () => {
    const of = (scheme: string) =>
      catalogue.modes.flatMap((m) => m.crosswalk).filter((e) => e.scheme === scheme)
    expect(of('nist-ai-100-2').some((e) => e.verified)).toBe(false)
    expect(of('eu-ai-act').some((e) => e.verified)).toBe(false)
    expect(of('mitre-atlas').every((e) => e.verified)).toBe(true)
    expect(
      of('cwe')
        .filter((e) => e.verified)
        .map((e) => e.id)
        .filter((id, i, a) => a.indexOf(id) === i)
        .sort(),
    ).toEqual(['CWE-1039', 'CWE-22'])
  })

  it('pins the edition of every crosswalk entry to that of its scheme', () => {
    const versions = new Map(catalogue.schemes.map((s) => [s.id, s.version]))
    for (const e of catalogue.modes.flatMap((m) => m.crosswalk))
      expect(e.version).toBe(versions.get(e.scheme))
  })

  it('gives ids in the form that each scheme uses', () => {
    const forms: Record<string, RegExp> = {
      'mitre-atlas': /^AML\.(T\d{4}(\.\d{3})?|M\d{4}|CS\d{4})$/,
      'owasp-ml': /^ML(0[1-9]|10):2023$/,
      'nist-ai-100-2': /^NISTAML\.0\d\d$/,
      avid: /^([SEP]\d{4}|L0[1-6])$/,
      cwe: /^CWE-\d+$/,
      'eu-ai-act': /^Article \d+(\(\d+\))?$/,
    }
    for (const mode of catalogue.modes) {
      for (const e of mode.crosswalk) expect(e.id, `${mode.slug} ${e.scheme}`).toMatch(forms[e.scheme] ?? /./)
    }
  })

  it('points from no unintentional mode into lists that describe adversaries', () => {
    const adversarial = new Set(['mitre-atlas', 'owasp-ml', 'nist-ai-100-2'])
    const schemes = catalogue.modes
      .filter((m) => m.kind === 'unintentional')
      .flatMap((m) => m.crosswalk.map((e) => e.scheme))
    expect(schemes.filter((s) => adversarial.has(s))).toEqual([])
  })

  it('knows the two ATLAS techniques that were renumbered in 2026.07', () => {
    const aliases = catalogue.modes
      .flatMap((m) => m.crosswalk)
      .flatMap((e) => e.aliases.map((a) => `${e.id} ${a.id} ${a.version}`))
    expect(aliases.sort()).toEqual(['AML.T0019 AML.T0115.000 2026.07', 'AML.T0058 AML.T0115.001 2026.07'])
  })

  it('names jurisdiction, date, source and author of every legal opinion', () => {
    for (const mode of catalogue.modes) {
      expect(mode.legalNotes.length, mode.slug).toBeGreaterThan(0)
      for (const note of mode.legalNotes) {
        expect(note.asOf, note.id).toMatch(/^20\d\d/)
        expect(
          [note.jurisdiction, note.source, note.opinionOf].every((s) => s.length > 3),
          note.id,
        ).toBe(true)
      }
    }
  })

  // The matrix of arXiv:2006.16179: narrow reading, broad reading, damage.
  it('gives the answers of the published matrix on United States law, and says where it is silent', () => {
    const matrix = catalogue.modes.slice(0, 11).map((m) => {
      const note = m.legalNotes.find((n) => n.id.startsWith('cfaa-matrix-'))!
      return note.id === 'cfaa-matrix-silent' ? 'silent' : note.answers.map((a) => a.answer).join(' ')
    })
    expect(matrix).toEqual([
      'No No No',
      'No Possible Yes',
      'No Possible No',
      'No Possible No',
      'No Possible No',
      'No Yes Yes',
      'silent',
      'silent',
      'Yes Yes Possible',
      'silent',
      'Yes Yes Yes',
    ])
  })

  it('labels everything on the GDPR as an addition of ours or as the opinion of a regulator', () => {
    for (const note of catalogue.modes.flatMap((m) => m.legalNotes).filter((n) => n.id.startsWith('gdpr'))) {
      expect(note.opinionOf).toMatch(/addition of ours/)
      expect(note.verified).toBe(false)
    }
  })
})

describe('bibliography', () => {
  it('has entries 1 to 26 without a gap', () => {
    expect(catalogue.references.map((r) => r.number)).toEqual(Array.from({ length: 26 }, (_, i) => i + 1))
  })

  it('fills entry 18 and says that it is from memory', () => {
    expect(catalogue.references.filter((r) => r.provenance !== 'verified').map((r) => r.number)).toEqual([18])
    expect(catalogue.references[17]!.citation).toContain('Remember Too Much')
  })

  it('links each arXiv entry to the paper whose number it prints', () => {
    for (const r of catalogue.references) {
      const printed = /arXiv:(\d{4}\.\d{5})/.exec(r.citation)?.[1]
      if (printed) expect(r.url).toBe(`https://arxiv.org/abs/${printed}`)
    }
  })
})

describe('mitigations', () => {
  const ids = [
    '1a-m1 1a-m2 1a-note 1b-m1 1b-m2 1b-m3 1b-m4 1b-m5 1b-m6 1b-m7 1c-m* 1d-m1 1d-m2',
    '2a-m1 2a-m1.1 2a-m2 2a-m3 2a-m3.1 2a-m3.2 2a-m4 2a-m4.1 2b-m* 2b-r1',
    '3-m1 3-m2 3-m3 4-m1 4-m2 4-m3 5-m1 5-m2 5-m3 6-m1 6-m2 6-m3 7-m1 8-m1',
    '9-m1 9-m2 9-m3 10-m1 10-m2 10-m3 10-m4 10-m5 11-m1',
  ].flatMap((line) => line.split(' '))

  it('hold all 46 of the threat-modelling document under their ids', () => {
    expect(catalogue.mitigations.filter((m) => m.origin === 'threat-modeling-2019').map((m) => m.id)).toEqual(
      ids,
    )
    expect(ids).toHaveLength(46)
  })

  it('belong each to a mode, the published ones to the mode of their entry', () => {
    for (const m of catalogue.mitigations) {
      const modes = catalogue.modes.filter((mode) => mode.mitigations.includes(m.id))
      expect(
        modes.map((mode) => mode.number),
        m.id,
      ).toEqual([Number.parseInt(m.id, 10)])
    }
  })

  it('give advice for every mode, our own for the six that no document covers', () => {
    for (const mode of catalogue.modes) expect(mode.mitigations.length, mode.slug).toBeGreaterThan(0)
    for (const mode of catalogue.modes.slice(11)) {
      const origins = mode.mitigations.map((id) => catalogue.mitigations.find((m) => m.id === id)!.origin)
      expect(new Set(origins)).toEqual(new Set(['failmode']))
    }
  })

  it('say the phase as stated for 1b, 5 and 10 only', () => {
    const stated = new Set(catalogue.mitigations.filter((m) => m.phaseStated).map((m) => m.entry))
    expect([...stated].sort()).toEqual(['10', '1b', '5'])
  })

  it('cite the certified defence as 23, which the source misprints', () => {
    expect(catalogue.mitigations.find((m) => m.id === '1b-m6')!.sourceReference).toBe(23)
  })
})

describe('threat-model prompts', () => {
  it('are 33 questions and 18 sub-questions, spread as in the document', () => {
    const count = (consideration: string, top: boolean) =>
      catalogue.threatPrompts.filter((p) => p.consideration === consideration && (p.parent === null) === top)
        .length
    expect(['A', 'B', 'C'].map((c) => count(c, true))).toEqual([16, 8, 9])
    expect(['A', 'B', 'C'].map((c) => count(c, false))).toEqual([12, 0, 6])
    expect(catalogue.threatPrompts).toHaveLength(51)
  })

  it('reach all eleven threats by the links of the document', () => {
    const linked = catalogue.considerations.flatMap((c) => c.modes)
    expect([...linked].sort()).toEqual(seventeen.slice(0, 11).sort())
  })

  it('reach every mode in our reading', () => {
    const reached = new Set(catalogue.threatPrompts.flatMap((p) => p.modes))
    expect([...reached].sort()).toEqual([...seventeen].sort())
    expect(catalogue.threatPrompts.every((p) => p.modes.length > 0)).toBe(true)
  })
})

describe('bug bars', () => {
  const short = (s: { low: string; high: string } | null) =>
    s ? (s.low === s.high ? s.low : `${s.low}-${s.high}`) : null

  it('hold the nine published rows with their severities', () => {
    expect(bar('sdl-aiml-2019').rows.map((r) => [r.id, short(r.severity)])).toEqual([
      ['BB1', 'important-critical'],
      ['BB2', 'important-critical'],
      ['BB3', 'important-critical'],
      ['BB4', 'critical'],
      ['BB5', 'critical'],
      ['BB6', 'critical'],
      ['BB7', 'important-critical'],
      ['BB8', 'important-critical'],
      ['BB9', 'moderate-critical'],
    ])
  })

  it('hold the fifteen entries of the threat-modelling document, one of them unrated', () => {
    const rows = bar('threat-modeling-2019').rows
    expect(rows.map((r) => r.id).join(' ')).toBe('1a 1b 1c 1d 2a 2b 3 4 5 6 7 8 9 10 11')
    expect(rows.filter((r) => r.severity === null).map((r) => [r.id, r.leadBy])).toEqual([['4', 'privacy']])
    expect(rows.map((r) => short(r.severity))).toEqual([
      'critical',
      'critical',
      'important',
      'important',
      'critical',
      'important',
      'important-critical',
      null,
      'moderate-important',
      'important-critical',
      'critical',
      'moderate-important',
      'critical',
      'critical',
      'low-critical',
    ])
  })

  it('run every range from the lower to the higher severity', () => {
    for (const { severity } of catalogue.bugBars.flatMap((b) => b.rows)) {
      if (severity)
        expect(severities.indexOf(severity.low)).toBeLessThanOrEqual(severities.indexOf(severity.high))
    }
  })

  it('never use low in the bug bar, and cover modes 1 to 10 only', () => {
    const { rows } = bar('sdl-aiml-2019')
    expect(rows.some((r) => r.severity?.low === 'low')).toBe(false)
    expect([...new Set(rows.flatMap((r) => r.modes))].sort()).toEqual(seventeen.slice(0, 10).sort())
  })

  it('are found to differ on modes 4, 5 and 8', () => {
    const differing = catalogue.severityOpinions
      .filter((o) => o.relation === 'differ')
      .flatMap((o) => o.modes)
    expect(differing.map((slug) => modeBySlug(slug)!.number)).toEqual([4, 5, 8])
    expect([...catalogue.severityOpinions.flatMap((o) => o.modes)].sort()).toEqual([...seventeen].sort())
  })
})

describe('glossary', () => {
  it('explains the three kinds of knowledge, the four severities and what an interval is', () => {
    const terms = new Set(catalogue.glossary.map((t) => t.id))
    for (const id of [
      'black-box',
      'grey-box',
      'white-box',
      'critical',
      'important',
      'moderate',
      'low',
      'interval',
    ]) {
      expect(terms.has(id), id).toBe(true)
    }
    expect(terms.size).toBeGreaterThanOrEqual(60)
  })
})

describe('a catalogue', () => {
  it('is valid under its own schema', () => {
    expect(Catalogue.safeParse(catalogue).success).toBe(true)
  })

  it('is frozen to its depth', () => {
    expect(Object.isFrozen(catalogue)).toBe(true)
    expect(Object.isFrozen(catalogue.modes[0]!.scenarios[0]!.references)).toBe(true)
    expect(() => (catalogue.modes as unknown[]).push({})).toThrow(TypeError)
  })

  it('is refused with every dangling reference named', () => {
    const [first, ...rest] = catalogue.modes
    const broken = {
      ...first!,
      mitigations: ['9z-m9'],
      extends: ['no-such-mode'],
      scenarios: [{ ...first!.scenarios[0]!, references: [27] }],
    }
    const attempt = () => createCatalogue({ ...catalogue, modes: [broken, ...rest] })
    expect(attempt).toThrow(/9z-m9/)
    expect(attempt).toThrow(/no-such-mode/)
    expect(attempt).toThrow(/27/)
    try {
      attempt()
    } catch (error) {
      expect((error as CatalogueError).code).toBe('catalogue-inconsistent')
      expect((error as CatalogueError).hint).not.toBe('')
    }
  })

  it('is refused if a rule asks for a fact or an answer outside the closed list', () => {
    const withRule = (when: { fact: string; is: (string | boolean)[] }[]) => ({
      ...catalogue,
      safetyScale: { ...catalogue.safetyScale, rules: [{ ...catalogue.safetyScale.rules[0]!, when }] },
    })
    expect(() => createCatalogue(withRule([{ fact: 'mood', is: [true] }]))).toThrow(/mood/)
    expect(() => createCatalogue(withRule([{ fact: 'harm', is: ['horrible'] }]))).toThrow(/horrible/)
  })

  it('is refused if one legal note says two things', () => {
    const modes = catalogue.modes.map((m) =>
      m.number === 3
        ? {
            ...m,
            legalNotes: m.legalNotes.map((n) =>
              n.id === 'van-buren' ? { ...n, text: 'Something else.' } : n,
            ),
          }
        : m,
    )
    expect(() => createCatalogue({ ...catalogue, modes })).toThrow(/van-buren/)
  })
})
