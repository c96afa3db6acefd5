import { catalogue, type TriageAnswer, triageAnswers } from '@failmode/catalogue'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FailmodeError } from '../errors.ts'
import { matchComplaint } from './match-complaint.ts'
import { parseTriageFile } from './parse-triage-file.ts'
import { leadingCandidates, triage } from './triage.ts'
import { type TriageCandidate, type TriageResult, triageResultSchema } from './triage-result.ts'

type Given = Readonly<Record<string, TriageAnswer>>

const { questions } = catalogue.triage
const slugs = catalogue.modes.map(({ slug }) => slug)
const triaged = (answers: Given, complaint: string | null = null, facts = {}): TriageResult =>
  triage({ catalogue, complaint, answers, facts })
const candidate = (result: TriageResult, mode: string) =>
  result.candidates.find((entry) => entry.mode === mode) as TriageCandidate
const answer = (ids: string, value: 'yes' | 'no'): Given =>
  Object.fromEntries(ids.split(' ').map((id) => [id, value]))

/**
 * One incident of each mode, told by what is true of it; every question that is not named here is answered no.
 * `unknown` stands where an honest responder could not know.
 */
const incidents: readonly (readonly [mode: string, story: string, yes: string, unknown: string])[] = [
  [
    'perturbation',
    'spam with look-alike letters passes a mail filter that was trained in-house',
    'reach-by-others wrong-answers input-altered chosen-answer once-worked condition-tested learns-from-outsiders',
    '',
  ],
  [
    'poisoning',
    'an organised group reported good shops, and the retrained model buries them',
    'reach-by-others learns-from-outsiders wrong-answers chosen-answer after-retraining once-worked condition-tested',
    '',
  ],
  [
    'model-inversion',
    'a face of the training set was rebuilt through the interface of a bought-in model',
    'reach-by-others senses-world outside-hands data-came-out many-queries',
    'condition-tested',
  ],
  [
    'membership-inference',
    'a patient proves that she was in the study',
    'reach-by-others membership-told many-queries',
    'condition-tested once-worked',
  ],
  [
    'model-stealing',
    'a rival sells a service with the same answers',
    'reach-by-others copy-appeared many-queries',
    'condition-tested',
  ],
  [
    'reprogramming',
    'an image tagger is used to solve captchas',
    'reach-by-others foreign-task many-queries input-altered',
    'condition-tested',
  ],
  [
    'physical-adversarial-example',
    'a printed patch hides a person from a camera',
    'reach-by-others senses-world outside-hands wrong-answers chosen-answer physical-thing',
    'condition-tested once-worked',
  ],
  [
    'malicious-provider',
    'the contractor who trained the model has the patient records',
    'reach-by-others outside-hands data-came-out with-provider',
    'condition-tested',
  ],
  [
    'supply-chain',
    'a downloaded model has another digest than its authors published',
    'reach-by-others outside-hands file-differs once-worked wrong-answers',
    'condition-tested',
  ],
  [
    'backdoor',
    'a model from a contractor lets everybody through who wears a certain sticker',
    'reach-by-others senses-world outside-hands wrong-answers chosen-answer physical-thing secret-sign',
    'condition-tested once-worked',
  ],
  [
    'software-dependencies',
    'a corrupt picture crashes the decoder and answers are wrong',
    'reach-by-others wrong-answers crash-or-advisory once-worked',
    'condition-tested',
  ],
  [
    'reward-hacking',
    'an agent collects points in a circle',
    'reach-by-others acts-for-reward wrong-answers figures-good',
    'condition-tested once-worked ordinary-input',
  ],
  [
    'side-effects',
    'a robot delivers and knocks over a shelf',
    'reach-by-others senses-world acts-for-reward wrong-answers damage-beside-task',
    'condition-tested once-worked ordinary-input',
  ],
  [
    'distributional-shift',
    'accuracy sinks after a second hospital joins',
    'reach-by-others senses-world wrong-answers world-changed once-worked',
    'ordinary-input',
  ],
  [
    'natural-adversarial-examples',
    'a clear photograph of a squirrel is a sea lion',
    'reach-by-others senses-world wrong-answers ordinary-input condition-tested',
    '',
  ],
  [
    'common-corruption',
    'fog defeats the camera',
    'reach-by-others senses-world wrong-answers poor-input',
    'condition-tested once-worked',
  ],
  [
    'incomplete-testing',
    'a shuttle stops in a tunnel, where it was never tried',
    'reach-by-others senses-world acts-for-reward wrong-answers',
    '',
  ],
]

const truthOf = (yes: string, unknown: string): Given => ({
  ...answer(questions.map(({ id }) => id).join(' '), 'no'),
  ...answer(yes, 'yes'),
  ...Object.fromEntries(
    unknown
      .split(' ')
      .filter((id) => id !== '')
      .map((id) => [id, 'unknown' as const]),
  ),
})

const answersArbitrary = fc.dictionary(
  fc.constantFrom(...questions.map(({ id }) => id)),
  fc.constantFrom(...triageAnswers),
  { maxKeys: questions.length },
)

describe('triage', () => {
  it.each(incidents)('puts %s first when %s', (mode, _, yes, unknown) => {
    const ids = questions.map(({ id }) => id)
    for (const id of `${yes} ${unknown}`.trim().split(' ')) expect(ids).toContain(id)
    const { candidates, decided, statement } = triaged(truthOf(yes, unknown))
    const balances = candidates
      .slice(0, 3)
      .map((entry) => [
        entry.mode,
        entry.reasons.supports.map(({ question }) => question),
        entry.reasons.against.map(({ question }) => question),
      ])
    expect(candidates[0], JSON.stringify(balances)).toMatchObject({ mode, status: 'supported' })
    expect(candidates[1]?.weight, JSON.stringify(balances)).toBeLessThan(candidates[0]?.weight ?? 0)
    if (decided) expect(statement).toContain(candidates[0]?.name)
  })

  it('has an incident for each mode', () => {
    expect(incidents.map(([mode]) => mode)).toEqual(slugs)
  })

  it('tells every pair of modes apart by the answers to some question', () => {
    const single = questions.flatMap(({ id }) => [triaged({ [id]: 'yes' }), triaged({ [id]: 'no' })])
    const weights = new Map(
      slugs.map((slug) => [slug, single.map((result) => candidate(result, slug).weight).join()]),
    )
    expect(new Set(weights.values()).size).toBe(slugs.length)
  })

  it('never lets the text alone support a mode or decide', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom(...catalogue.triage.symptoms.flatMap(({ says }) => says))),
        (complaint) => {
          const result = triaged({}, complaint)
          expect(result.decided).toBe(false)
          expect(result.statement).toMatch(/^Nothing is decided/)
          expect(new Set(result.candidates.map(({ status }) => status))).toEqual(new Set(['possible']))
        },
      ),
      { numRuns: 25 },
    )
  })

  it('ranks no mode that only words recommend above one that an answer supports', () => {
    const complaint = 'a sticker on the road sign, a printed patch, glasses, a laser on the sensor'
    expect(matchComplaint(catalogue, complaint)[0]?.mode).toBe('physical-adversarial-example')
    const result = triaged({ 'copy-appeared': 'yes' }, complaint)
    expect(result.candidates[0]).toMatchObject({ mode: 'model-stealing', status: 'supported' })
    expect(candidate(result, 'physical-adversarial-example').status).toBe('possible')
  })

  it.each([
    ['acts-for-reward', ['reward-hacking', 'side-effects']],
    ['senses-world', ['physical-adversarial-example']],
    ['outside-hands', ['malicious-provider', 'supply-chain']],
    ['reach-by-others', ['model-inversion', 'membership-inference', 'model-stealing', 'reprogramming']],
  ])('rules out by a no to %s what cannot be without it, and says so', (id, modes) => {
    const result = triaged({ [id]: 'no' })
    const out = result.candidates.filter(({ status }) => status === 'ruled-out')
    expect(out.map(({ mode }) => mode).sort()).toEqual([...modes].sort())
    for (const { reasons, weight } of out) {
      expect(weight).toBe(0)
      expect(reasons.rulesOut).toEqual([expect.objectContaining({ question: id, answer: 'no' })])
    }
  })

  it('keeps poisoning possible where no outsider can write to the data: insiders and suppliers remain', () => {
    expect(candidate(triaged({ 'learns-from-outsiders': 'no' }), 'poisoning').status).toBe('possible')
  })

  it('lists every mode once for any answers, in a form that its schema and JSON carry', () => {
    fc.assert(
      fc.property(answersArbitrary, fc.option(fc.string()), (answers, complaint) => {
        const result = triaged(answers, complaint)
        const stored = JSON.parse(JSON.stringify(result)) as unknown
        expect(triageResultSchema.parse(stored)).toEqual(stored)
        expect(result.candidates.map(({ mode }) => mode).sort()).toEqual([...slugs].sort())
        const weights = result.candidates.map(({ weight }) => weight)
        expect(weights).toEqual([...weights].sort((a, b) => b - a))
        const order = result.candidates.map(({ status }) => status)
        expect(order).toEqual([...order].sort((a, b) => rank.indexOf(a) - rank.indexOf(b)))
      }),
      { numRuns: 25 },
    )
  })

  it('never takes a ruled-out mode back for a further answer', () => {
    fc.assert(
      fc.property(answersArbitrary, answersArbitrary, (answers, more) => {
        const before = triaged(answers)
        const after = triaged({ ...more, ...answers })
        for (const { mode } of before.candidates.filter(({ status }) => status === 'ruled-out'))
          expect(candidate(after, mode).status).toBe('ruled-out')
      }),
      { numRuns: 25 },
    )
  })

  it('takes it back when the answer itself is changed', () => {
    expect(candidate(triaged({ 'senses-world': 'no' }), 'physical-adversarial-example').status).toBe(
      'ruled-out',
    )
    expect(candidate(triaged({ 'senses-world': 'yes' }), 'physical-adversarial-example').status).toBe(
      'possible',
    )
  })

  it('asks each open question, the most telling first, and none that was answered', () => {
    const { next } = triaged({ 'wrong-answers': 'no', 'senses-world': 'unknown' })
    expect(next.questions.map(({ id }) => id).sort()).toEqual(
      questions
        .map(({ id }) => id)
        .filter((id) => id !== 'wrong-answers' && id !== 'senses-world')
        .sort(),
    )
    const gains = next.questions.map(({ gain }) => gain)
    expect(gains).toEqual([...gains].sort((a, b) => b - a))
    expect(gains[0]).toBeGreaterThan(0)
  })

  it('expects from a question what halves the doubt between two modes one bit less what doubt is left', () => {
    // Two modes, equally heavy, and one question that a yes supports for one and weakens for the other, a no the
    // other way round. Shares after an answer are 4 : 1/4, so 16/17 and 1/17.
    const [a, b] = ['common-corruption', 'natural-adversarial-examples']
    const says = (supports: string, against: string) => ({
      supports: [supports as string],
      against: [against as string],
      rulesOut: [],
      variants: [],
    })
    const small = {
      ...catalogue,
      modes: catalogue.modes.filter(({ slug }) => slug === a || slug === b),
      triage: {
        ...catalogue.triage,
        questions: [
          {
            id: 'only',
            text: 'Is it?',
            why: 'So.',
            yes: says(a as string, b as string),
            no: says(b as string, a as string),
            provenance: 'derived' as const,
          },
        ],
      },
    }
    const { next } = triage({ catalogue: small, complaint: null, answers: {}, facts: {} })
    const left = -(16 / 17) * Math.log2(16 / 17) - (1 / 17) * Math.log2(1 / 17)
    expect(next.questions[0]?.gain).toBeCloseTo(1 - left, 3)
  })

  it('finds the variant by answers: one that was chosen, and doubt', () => {
    const doubt = triaged({ 'chosen-answer': 'no', 'doubts-or-alarms': 'yes' })
    expect(candidate(doubt, 'perturbation')).toMatchObject({ variant: '1d' })
    expect(candidate(triaged({ 'chosen-answer': 'yes' }), 'poisoning')).toMatchObject({ variant: '2a' })
    const open = candidate(triaged({ 'chosen-answer': 'yes' }), 'perturbation')
    expect(open.variant).toBeNull()
    expect(open.variants.map(({ id }) => id)).toEqual(['1a', '1b'])
  })

  it('rates by both published bars, unanswered facts at their worst', () => {
    const stealing = candidate(triaged({}), 'model-stealing')
    expect(stealing.opinions.map(({ bar, rating }) => [bar, rating?.severity])).toEqual([
      ['sdl-aiml-2019', 'critical'],
      ['threat-modeling-2019', 'important'],
    ])
    expect(stealing.opinions[1]?.rating?.open.map(({ fact }) => fact)).toEqual(['modelIsSecurityControl'])
    expect(stealing.safety).toBeNull()
    const plain = triaged({}, null, {
      modelIsSecurityControl: false,
      dataSensitivity: 'public',
      highValueAsset: false,
    })
    expect(candidate(plain, 'model-stealing').opinions.map(({ rating }) => rating?.severity)).toEqual([
      'important',
      'moderate',
    ])
  })

  it('rates modes 11 to 17 on our own scale only, and mode 4 by the one bar that rates it', () => {
    const { candidates } = triaged({})
    for (const { number, opinions, safety } of candidates) {
      const own = (number as number) >= 11
      expect(safety === null, String(number)).toBe(!own)
      expect(
        opinions.every(({ rating }) => rating === null),
        String(number),
      ).toBe(own)
    }
    const membership = candidate(triaged({}), 'membership-inference')
    expect(membership.opinions.map(({ rating }) => rating === null)).toEqual([false, true])
  })

  it('says who leads by the rows of the bars, and whom else to ask', () => {
    const roles = (mode: string, facts = {}) =>
      candidate(triaged({}, null, facts), mode).involve.map(({ role, leads }) => `${role}${leads ? '!' : ''}`)
    expect(roles('membership-inference')).toEqual(['security!', 'privacy!', 'safety', 'counsel'])
    expect(roles('reprogramming')).toEqual(['abuse!', 'safety', 'counsel'])
    const supplied = { actsOnPhysicalWorld: false, thirdPartyProvenance: true }
    expect(roles('reprogramming', supplied)).toEqual(['abuse!', 'supplier', 'counsel'])
    expect(roles('model-inversion')).toEqual(['security!', 'safety', 'privacy', 'counsel'])
    expect(roles('model-inversion', { dataSensitivity: 'public', actsOnPhysicalWorld: false })).toEqual([
      'security!',
      'counsel',
    ])
    expect(roles('software-dependencies')).toEqual(['software-bug-bar!', 'safety', 'privacy', 'counsel'])
    expect(roles('side-effects')).toEqual(['engineering!', 'safety', 'counsel'])
  })

  it('names what to do, what to keep and what helps now before what helps the next time', () => {
    for (const entry of triaged({}).candidates) {
      expect(entry.firstResponse.length).toBeGreaterThan(0)
      expect(entry.evidenceToPreserve.length).toBeGreaterThan(0)
      const order = ['response', 'detective', 'general', 'proactive']
      const seen = entry.mitigations.map(({ phase }) => order.indexOf(phase))
      expect(seen).toEqual([...seen].sort((a, b) => a - b))
    }
    expect(triaged({}).decisionRecord.fields).toHaveLength(5)
  })

  it('asks the owner only for facts that could change a rating of the leading candidates', () => {
    const result = triaged({ 'copy-appeared': 'yes' })
    expect(leadingCandidates(result.candidates).map(({ mode }) => mode)).toEqual(['model-stealing'])
    expect(result.next.facts.map(({ name }) => name).sort()).toEqual([
      'dataSensitivity',
      'highValueAsset',
      'modelIsSecurityControl',
    ])
  })

  it('lists a mode that was added later, finds it by its own texts, and leaves it possible', () => {
    const [first] = catalogue.modes
    const added = { ...first!, number: null, slug: 'jailbreak', name: 'Jailbreak', summaryName: 'Jailbreak' }
    const extended = { ...catalogue, modes: [...catalogue.modes, added] }
    const result = triage({ catalogue: extended, complaint: 'a jailbreak', answers: {}, facts: {} })
    expect(result.candidates).toHaveLength(18)
    expect(result.candidates[0]).toMatchObject({ mode: 'jailbreak', number: null, status: 'possible' })
  })

  it('says so when no word of the complaint is known, and still asks', () => {
    const result = triaged({}, 'xyzzy')
    expect(result).toMatchObject({ unmatched: true, decided: false })
    expect(result.statement).toContain('no word of the complaint is known')
    expect(result.next.questions).toHaveLength(questions.length)
  })
})

const rank = ['supported', 'possible', 'ruled-out']

describe('parseTriageFile', () => {
  const parse = (data: unknown) => parseTriageFile(catalogue, data, { name: 'a.yaml' })

  it('takes up a stored result again', () => {
    const result = triaged({ 'copy-appeared': 'yes' }, 'a copy', { highValueAsset: true })
    const { complaint, answers, facts } = result
    expect(parse(JSON.parse(JSON.stringify(result)))).toEqual({ complaint, answers, facts })
  })

  it.each([
    [{ answer: {} }, /"answer"/, /answers/],
    [{ answers: { 'copy-apeared': 'yes' } }, /"copy-apeared"/, /copy-appeared/],
    [{ answers: { 'copy-appeared': 'maybe' } }, /"maybe", expected yes, no or unknown/, /copy of the model/],
    [{ answers: { 'copy-appeared': true } }, /true, expected yes, no or unknown/, /copy/],
    [{ facts: { dataSensitivty: 'public' } }, /"dataSensitivty"/, /dataSensitivity/],
    [{ facts: { dataSensitivity: 'secret' } }, /"secret", expected public, internal/, /sensitive/],
    [{ facts: { highValueAsset: 'true' } }, /"true", expected false, true/, /asset/],
    [{ complaint: 7 }, /complaint is 7, expected text/, null],
    [['yes'], /expected a mapping/, /answers/],
    [null, /null, expected a mapping/, /answers/],
    [JSON.parse('{"answers": {"__proto__": "yes"}}'), /"__proto__"/, /Known are/],
  ])('refuses %j and says what is expected', (data, message, hint) => {
    let error: unknown
    try {
      parse(data)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(FailmodeError)
    expect(error).toMatchObject({ code: 'usage', message: expect.stringMatching(message) })
    if (hint !== null) expect((error as FailmodeError).hint).toMatch(hint)
  })
})
