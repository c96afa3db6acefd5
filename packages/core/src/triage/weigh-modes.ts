// What the answers say of each mode. An answer that supports a mode multiplies its weight by four, one that weakens
// it divides by four, and one that rules it out makes it nothing. The words of the complaint multiply by one to
// three: they order modes that the answers leave level, and can never outweigh a single answer, so no mode that an
// answer supports stands behind one that only its words recommend. The numbers are a convention, not probabilities.
import type { FailureMode, TriageAnswer, TriageQuestion, TriageReading } from '@failmode/catalogue'
import type { ModeMatch } from './match-complaint.ts'

export const candidateStatuses = ['supported', 'possible', 'ruled-out'] as const
export type CandidateStatus = (typeof candidateStatuses)[number]

export type TriageAnswers = Readonly<Record<string, TriageAnswer>>

/** What one answer says of a mode. */
export interface AnswerReason {
  readonly question: string
  readonly text: string
  readonly answer: 'yes' | 'no'
}

export interface WeighedMode {
  readonly mode: FailureMode
  /** `supported`: more answers support it than weaken it, and none rules it out. */
  readonly status: CandidateStatus
  readonly weight: number
  readonly supports: readonly AnswerReason[]
  readonly against: readonly AnswerReason[]
  readonly rulesOut: readonly AnswerReason[]
  /** The variants that most answers point to; empty where none does. */
  readonly variants: readonly string[]
}

/** The factor of one answer. */
export const answerFactor = 4
/** The most that words can do; below `answerFactor`. */
const wordsFactor = 3

export function weighModes(
  modes: readonly FailureMode[],
  questions: readonly TriageQuestion[],
  evidence: { readonly answers: TriageAnswers; readonly matches: readonly ModeMatch[] },
): readonly WeighedMode[] {
  const given = questions.flatMap((question) => {
    const answer = evidence.answers[question.id]
    return answer === 'yes' || answer === 'no'
      ? [{ reading: question[answer], reason: { question: question.id, text: question.text, answer } }]
      : []
  })
  const score = new Map(evidence.matches.map((match) => [match.mode, match.score]))
  const weighed = modes.map((mode): WeighedMode => {
    const those = (pick: (reading: TriageReading) => readonly string[]) =>
      given.filter(({ reading }) => pick(reading).includes(mode.slug)).map(({ reason }) => reason)
    const supports = those((reading) => reading.supports)
    const against = those((reading) => reading.against)
    const rulesOut = those((reading) => reading.rulesOut)
    const balance = supports.length - against.length
    return {
      mode,
      status: rulesOut.length > 0 ? 'ruled-out' : balance > 0 ? 'supported' : 'possible',
      weight:
        rulesOut.length > 0
          ? 0
          : answerFactor ** balance * (1 + (wordsFactor - 1) * (score.get(mode.slug) ?? 0)),
      supports,
      against,
      rulesOut,
      variants: mostNamed(
        given.flatMap(({ reading }) => reading.variants),
        mode.variants.map(({ id }) => id),
      ),
    }
  })
  // Sorting is stable: where nothing tells two modes apart they keep the order of the taxonomy.
  return weighed.sort((a, b) => b.weight - a.weight)
}

/**
 * Whether the answers single one mode out: they support it, and its balance of answers is ahead of every other
 * mode's that is left by two or more. Words do not count.
 */
export function isDecided(weighed: readonly WeighedMode[]): boolean {
  const left = weighed.filter(({ status }) => status !== 'ruled-out')
  const balances = left.map(({ supports, against }) => supports.length - against.length)
  const [best = 0, second = Number.NEGATIVE_INFINITY] = balances.sort((a, b) => b - a)
  return best > 0 && best - second >= 2
}

function mostNamed(named: readonly string[], own: readonly string[]): readonly string[] {
  const votes = own.map((id) => named.filter((name) => name === id).length)
  const most = Math.max(0, ...votes)
  return most === 0 ? [] : own.filter((_, index) => votes[index] === most)
}
