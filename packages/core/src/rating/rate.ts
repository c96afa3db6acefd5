// Rates a claim with a bug bar. The catalogue runs the rules; here it is decided which list of rules applies, and
// what is said about facts that nobody answered: such a fact is taken at its most harmful answer, and the rating
// says which answer would change it. Modes without a row in the bar go on our own safety scale, and so does a
// claim that says it is not what the row describes.
import { rate as applyRules, type Catalogue, type Rule } from '@failmode/catalogue'
import { FailmodeError } from '../errors.ts'
import type { SafetySeverity, Scale, SdlSeverity } from '../words.ts'

export type Answers = Readonly<Record<string, string | boolean>>

export interface OpenFact {
  readonly fact: string
  readonly question: string
  /** What another answer would change. */
  readonly effect: string
}

export interface Rating {
  readonly severity: SdlSeverity | SafetySeverity
  readonly scale: Scale
  readonly ruleId: string
  readonly bar: string
  /** The rule in words. */
  readonly text: string
  readonly open: readonly OpenFact[]
  /** Other bars of the catalogue that rate this, and otherwise. */
  readonly elsewhere: readonly OtherRating[]
}

export interface OtherRating {
  readonly bar: string
  readonly severity: SdlSeverity
  readonly text: string
}

export interface RateInput {
  readonly catalogue: Catalogue
  /** Id of the bug bar, such as `sdl-aiml-2019`. */
  readonly bugBar: string
  readonly mode: string
  readonly variant: string | null
  readonly facts: Answers
  /** True when the claim is not what the rows of the published bars describe, so that they cannot rate it. */
  readonly offBar?: boolean
}

export function rate({ catalogue, bugBar, mode, variant, facts, offBar = false }: RateInput): Rating {
  const bar = catalogue.bugBars.find((candidate) => candidate.id === bugBar)
  if (bar === undefined) {
    throw new FailmodeError('usage', {
      message: `there is no bug bar "${bugBar}"; known are ${catalogue.bugBars.map(({ id }) => id).join(', ')}.`,
      hint: 'Choose one of these with --bug-bar.',
    })
  }
  const { safetyScale, ratingFacts } = catalogue
  const subject = { mode, variant, answers: facts }
  // An owner's bar describes no rows that a claim could fall outside of.
  const published = offBar && bar.document !== null ? null : applyRules(bar, subject)
  const rules: { readonly id: string; readonly rules: readonly (Rule & { readonly because: string })[] } =
    published === null ? safetyScale : bar
  const rating = published ?? applyRules(safetyScale, subject)
  if (rating === null) throw new TypeError('the last rule of the safety scale applies to everything')
  const open = rating.assumed.flatMap((name): OpenFact[] => {
    const fact = ratingFacts.find((candidate) => candidate.name === name)
    const others = (fact?.answers ?? []).flatMap((answer) => {
      const other = applyRules(rules, { ...subject, answers: { ...facts, [name]: answer } })
      return other === null || other.severity === rating.severity
        ? []
        : [{ answer, severity: other.severity }]
    })
    if (fact === undefined) return []
    // Two open facts can each keep the rating up alone; then only both answers together change it.
    const effect =
      others.length === 0
        ? `together with the other open answers it could be rated ${rating.atLeast}`
        : others.map(({ answer, severity }) => `"${answer}" would rate it ${severity}`).join('; ')
    return [
      { fact: name, question: fact.question, effect: `Not answered, so taken at its worst: ${effect}.` },
    ]
  })
  return {
    severity: rating.severity,
    scale: published === null ? 'safety' : 'sdl',
    ruleId: rating.rule.id,
    bar: rules.id,
    text: rating.rule.because,
    open,
    elsewhere: offBar ? [] : otherRatings(catalogue, bugBar, subject, published?.severity ?? null),
  }
}

function otherRatings(
  { bugBars }: Catalogue,
  chosen: string,
  subject: Parameters<typeof applyRules>[1],
  severity: SdlSeverity | null,
): OtherRating[] {
  return bugBars.flatMap((bar) => {
    const other = bar.id === chosen ? null : applyRules(bar, subject)
    if (other === null || other.severity === severity) return []
    return [{ bar: bar.id, severity: other.severity, text: other.rule.because }]
  })
}
