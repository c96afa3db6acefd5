// Which question to ask next: the one after whose answer the least doubt is expected to be left. Doubt is the
// entropy of the weights, in bits; a mode with variants counts as that many cases, so a question that only tells
// variants apart is worth asking too. How likely a yes is follows from the same weights as everything else: a case
// that a yes supports is held to make a yes more likely in proportion.
import type { TriageQuestion, TriageReading } from '@failmode/catalogue'
import { answerFactor, type TriageAnswers, type WeighedMode } from './weigh-modes.ts'

export interface RankedQuestion {
  readonly question: TriageQuestion
  /** Expected loss of doubt, in bits. */
  readonly gain: number
}

interface Case {
  readonly mode: string
  readonly variant: string | null
  readonly weight: number
}

/** The questions without an answer, the most telling first. "Unknown" is an answer. */
export function nextQuestions(
  weighed: readonly WeighedMode[],
  questions: readonly TriageQuestion[],
  answers: TriageAnswers,
): readonly RankedQuestion[] {
  const cases = weighed.flatMap(casesOf)
  return questions
    .filter(({ id }) => answers[id] === undefined)
    .map((question) => ({ question, gain: gainOf(question, cases) }))
    .sort((a, b) => b.gain - a.gain)
}

function casesOf({ mode, weight, variants }: WeighedMode): readonly Case[] {
  if (mode.variants.length === 0) return [{ mode: mode.slug, variant: null, weight }]
  const shares = mode.variants.map(({ id }) => (variants.includes(id) ? answerFactor : 1))
  const total = shares.reduce((sum, share) => sum + share, 0)
  return mode.variants.map(({ id }, index) => ({
    mode: mode.slug,
    variant: id,
    weight: (weight * (shares[index] as number)) / total,
  }))
}

function gainOf({ yes, no }: TriageQuestion, cases: readonly Case[]): number {
  const total = cases.reduce((sum, { weight }) => sum + weight, 0)
  if (total === 0) return 0
  const factors = cases.map((item) => ({ yes: factorOf(yes, item), no: factorOf(no, item) }))
  const likelyYes =
    cases.reduce((sum, { weight }, index) => {
      const factor = factors[index] as { yes: number; no: number }
      return sum + (weight * factor.yes) / (factor.yes + factor.no)
    }, 0) / total
  const after = (answer: 'yes' | 'no') =>
    entropy(
      cases.map(({ weight }, index) => weight * (factors[index] as { yes: number; no: number })[answer]),
    )
  const left = likelyYes * after('yes') + (1 - likelyYes) * after('no')
  return Math.max(0, entropy(cases.map(({ weight }) => weight)) - left)
}

function factorOf({ supports, against, rulesOut, variants }: TriageReading, { mode, variant }: Case): number {
  if (rulesOut.includes(mode)) return 0
  const balance =
    Number(supports.includes(mode)) -
    Number(against.includes(mode)) +
    Number(variant !== null && variants.includes(variant))
  return answerFactor ** balance
}

function entropy(weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (total === 0) return 0
  return weights.reduce((sum, weight) => {
    const share = weight / total
    return share === 0 ? sum : sum - share * Math.log2(share)
  }, 0)
}
