// Runs the rules of a bug bar, or of the safety scale, for one finding. The first rule that matches wins. A fact that
// nobody answered is taken at its most harmful answer, and the result names such facts: what is not known must never make
// a finding look smaller. Because rules are monotone, rating the unanswered facts at their least harmful answers gives
// the lower end of the range.
import { CatalogueError } from './catalogue-error.ts'
import { ratingFacts } from './rating-facts.ts'
import type { Condition } from './schema.ts'

/** What a rule needs to be executed; both kinds of rule have it. */
export interface Rule<S extends string = string> {
  readonly id: string
  readonly modes?: readonly string[] | undefined
  readonly variants?: readonly string[] | undefined
  readonly when: readonly Condition[]
  readonly severity: S
}

export type Answers = Readonly<Record<string, string | boolean | undefined>>

export interface Rating<R extends Rule = Rule> {
  readonly severity: R['severity']
  /** The severity if every unanswered fact had its least harmful answer. */
  readonly atLeast: R['severity']
  readonly rule: R
  /** Facts that nobody answered and on which the severity depends. */
  readonly assumed: readonly string[]
}

/** What is rated. `variant` is left out, or null, when none was recorded. */
export interface RatingSubject {
  readonly mode: string
  readonly variant?: string | null
  readonly answers: Answers
}

/**
 * The rating of a subject by a bar, or null where the bar has no rule for it (membership inference and mode 11 in the
 * threat-modelling document, modes 11 to 17 in the bug bar). Throws `catalogue-unknown-fact` or
 * `catalogue-unknown-answer` when an answer is outside the closed list.
 */
export function rate<R extends Rule>(
  bar: { readonly rules: readonly R[] },
  subject: RatingSubject,
): Rating<R> | null {
  checkAnswers(subject.answers)
  const rules = bar.rules.filter((rule) => appliesTo(rule, subject))
  const worst = firstMatch(rules, withDefaults(subject.answers, 'most'))
  const best = firstMatch(rules, withDefaults(subject.answers, 'least'))
  if (!worst || !best) return null
  const asked = new Set(rules.flatMap((rule) => rule.when.map((condition) => condition.fact)))
  const open = [...asked].filter((fact) => subject.answers[fact] === undefined)
  return {
    severity: worst.severity,
    atLeast: best.severity,
    rule: worst,
    assumed: worst.severity === best.severity ? [] : open,
  }
}

function appliesTo(rule: Rule, subject: RatingSubject): boolean {
  if (rule.modes && !rule.modes.includes(subject.mode)) return false
  return !rule.variants || (subject.variant != null && rule.variants.includes(subject.variant))
}

function firstMatch<R extends Rule>(rules: readonly R[], answers: Answers): R | undefined {
  return rules.find((rule) =>
    rule.when.every(({ fact, is }) => is.some((expected) => expected === answers[fact])),
  )
}

function withDefaults(answers: Answers, end: 'least' | 'most'): Answers {
  const filled: Record<string, string | boolean | undefined> = {}
  for (const fact of ratingFacts) {
    filled[fact.name] = answers[fact.name] ?? fact.answers.at(end === 'least' ? 0 : -1)
  }
  return filled
}

function checkAnswers(answers: Answers): void {
  for (const [name, answer] of Object.entries(answers)) {
    if (answer === undefined) continue
    const fact = ratingFacts.find((f) => f.name === name)
    if (!fact) {
      throw new CatalogueError(
        'catalogue-unknown-fact',
        `No rating turns on a fact called "${name}".`,
        `Known facts: ${ratingFacts.map((f) => f.name).join(', ')}.`,
      )
    }
    if (!fact.answers.includes(answer)) {
      throw new CatalogueError(
        'catalogue-unknown-answer',
        `"${String(answer)}" is not an answer to "${fact.question}" (${name}).`,
        `Answers, from least to most harmful: ${fact.answers.join(', ')}.`,
      )
    }
  }
}
