// From a complaint to the modes that could explain it. The words of the complaint order the modes, and only answers
// to the closed list of questions support a mode or rule it out; so without an answer nothing is supported and
// nothing is decided. Every mode is in the result. With each come its rating by both published bars (facts that
// nobody answered at their worst), whom to involve, what to do first and what must not be lost.
import type { Catalogue, FailureMode, Mitigation } from '@failmode/catalogue'
import { type Answers, rate } from '../rating/rate.ts'
import { concerns, whomToInvolve } from '../rating/whom-to-involve.ts'
import { matchComplaint, type WordMatch } from './match-complaint.ts'
import { nextQuestions } from './next-questions.ts'
import { type TriageCandidate, type TriageResult, triageFormat } from './triage-result.ts'
import { isDecided, type TriageAnswers, type WeighedMode, weighModes } from './weigh-modes.ts'

export interface TriageInput {
  readonly catalogue: Catalogue
  readonly complaint: string | null
  /** Question id to answer. Check what a stranger wrote with `parseTriageFile` first. */
  readonly answers: TriageAnswers
  /** Facts that ratings turn on. */
  readonly facts: Answers
  /** Mode to the ids of the checks that this version has for it. */
  readonly checks?: Readonly<Record<string, readonly string[]>>
}

export function triage({ catalogue, complaint, answers, facts, checks = {} }: TriageInput): TriageResult {
  const { questions, notice } = catalogue.triage
  const modes = catalogue.modes.filter(({ status }) => status === 'active')
  const matches = complaint === null ? [] : matchComplaint(catalogue, complaint)
  const words = new Map(matches.map((match) => [match.mode, match.words]))
  const weighed = weighModes(modes, questions, { answers, matches })
  const candidates = weighed.map((entry) =>
    candidateOf(entry, {
      catalogue,
      facts,
      words: words.get(entry.mode.slug) ?? [],
      checks: checks[entry.mode.slug] ?? [],
    }),
  )
  const decided = isDecided(weighed)
  const unmatched = complaint !== null && matches.length === 0
  return {
    format: triageFormat,
    complaint,
    answers,
    facts,
    decided,
    statement: statementOf(candidates, { decided, unmatched, complaint, answers }),
    unmatched,
    candidates,
    next: {
      questions: nextQuestions(weighed, questions, answers).map(({ question, gain }) => ({
        id: question.id,
        text: question.text,
        why: question.why,
        gain: Math.round(gain * 1000) / 1000,
      })),
      facts: openFacts(catalogue, leadingCandidates(candidates)),
    },
    decisionRecord: { fields: catalogue.decisionRecord.fields, also: catalogue.decisionRecord.also },
    notices: [notice, catalogue.safetyScale.notice, catalogue.notices.legal, catalogue.notices.attribution],
  }
}

/** The candidates worth working on: all that are supported, or else the first three that are possible. */
export function leadingCandidates(candidates: readonly TriageCandidate[]): readonly TriageCandidate[] {
  const supported = candidates.filter(({ status }) => status === 'supported')
  return supported.length > 0
    ? supported
    : candidates.filter(({ status }) => status === 'possible').slice(0, 3)
}

function candidateOf(
  entry: WeighedMode,
  {
    catalogue,
    facts,
    words,
    checks,
  }: {
    readonly catalogue: Catalogue
    readonly facts: Answers
    readonly words: readonly WordMatch[]
    readonly checks: readonly string[]
  },
): TriageCandidate {
  const { mode, variants } = entry
  const variant = variants.length === 1 ? (variants[0] as string) : null
  const rated = catalogue.bugBars.map((bar) => {
    // The bars stand side by side here, so what the others say needs no repeating.
    const { elsewhere: _, ...rating } = rate({ catalogue, bugBar: bar.id, mode: mode.slug, variant, facts })
    return { bar, rating, rows: bar.rows.filter((row) => concerns(row, mode, variants)) }
  })
  const published = rated.filter(({ rating }) => rating.scale === 'sdl')
  return {
    mode: mode.slug,
    number: mode.number,
    name: mode.summaryName,
    status: entry.status,
    weight: entry.weight,
    reasons: { supports: entry.supports, against: entry.against, rulesOut: entry.rulesOut, words },
    variant,
    variants: mode.variants.filter(({ id }) => variants.includes(id)).map(({ id, name }) => ({ id, name })),
    opinions: rated.map(({ bar, rating, rows }) => ({
      bar: bar.id,
      title: bar.title,
      rating: rating.scale === 'sdl' ? rating : null,
      rows: rows.map(({ id, title, severity, condition, questions }) => ({
        id,
        title,
        severity,
        condition,
        questions,
      })),
    })),
    safety: published.length === 0 ? (rated[0]?.rating ?? null) : null,
    involve: whomToInvolve(catalogue, mode, { variants, facts }),
    firstResponse: mode.response.firstResponse,
    evidenceToPreserve: mode.response.evidenceToPreserve,
    mitigations: mitigationsOf(catalogue, mode),
    checks: { command: `failmode run --only ${mode.slug}`, ids: checks },
  }
}

const phases: readonly Mitigation['phase'][] = ['response', 'detective', 'general', 'proactive']

/** What helps now before what helps the next time. */
function mitigationsOf(catalogue: Catalogue, mode: FailureMode): TriageCandidate['mitigations'] {
  const own = mode.mitigations.flatMap((id) => catalogue.mitigations.find((entry) => entry.id === id) ?? [])
  return phases.flatMap((phase) =>
    own
      .filter((mitigation) => mitigation.phase === phase)
      .map(({ id, title, text }) => ({ id, title, text, phase })),
  )
}

function openFacts(
  { ratingFacts }: Catalogue,
  candidates: readonly TriageCandidate[],
): TriageResult['next']['facts'] {
  const open = (candidate: TriageCandidate) =>
    [...candidate.opinions.map(({ rating }) => rating), candidate.safety].flatMap(
      (rating) => rating?.open.map(({ fact }) => fact) ?? [],
    )
  return ratingFacts.flatMap(({ name, question, answers }) => {
    const concerned = candidates.filter((candidate) => open(candidate).includes(name))
    return concerned.length === 0
      ? []
      : [{ name, question, answers, concerns: concerned.map(({ mode }) => mode) }]
  })
}

function statementOf(
  candidates: readonly TriageCandidate[],
  {
    decided,
    unmatched,
    complaint,
    answers,
  }: {
    readonly decided: boolean
    readonly unmatched: boolean
    readonly complaint: string | null
    readonly answers: TriageAnswers
  },
): string {
  const supported = candidates.filter(({ status }) => status === 'supported').map(({ name }) => name)
  if (decided) {
    return `The answers point to one mode: ${supported[0]}. That is a reading of the answers and no proof; a person decides.`
  }
  if (supported.length > 0) {
    return `The answers support ${supported.join(', ')}, and do not single one out yet. Answer further questions.`
  }
  if (Object.values(answers).some((answer) => answer !== 'unknown'))
    return 'Nothing is decided: no mode has more answers for it than against it. Answer further questions.'
  if (complaint === null)
    return 'Nothing is decided: there is neither a complaint nor an answer. Answer the questions below.'
  if (unmatched)
    return 'Nothing is decided: no word of the complaint is known to the catalogue, so the order below means nothing. Answer the questions.'
  return 'Nothing is decided: the words of the complaint only order the list. Answer the questions below.'
}
