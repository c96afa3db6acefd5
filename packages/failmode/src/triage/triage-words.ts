// The words that the forms of a triage share.
import type { MatchPlace, TriageCandidate } from '@failmode/core'

type Opinion = TriageCandidate['opinions'][number]
type Rating = NonNullable<TriageCandidate['safety']>

export const placeNames: Readonly<Record<MatchPlace, string>> = {
  symptoms: 'a symptom',
  name: 'its name',
  variants: 'a variant',
  scenarios: 'a reported case',
  description: 'its description',
  say: 'its explanation',
}

export const statusNames: Readonly<Record<TriageCandidate['status'], string>> = {
  supported: 'supported',
  possible: 'possible',
  'ruled-out': 'ruled out',
}

export function titleOf({ number, name }: TriageCandidate): string {
  return number === null ? name : `${number}. ${name}`
}

/** What one published bar says, the rating first. */
export function opinionText({ title, rating, rows }: Opinion): string {
  if (rating !== null) return `${title}: ${rating.severity}. ${rating.text}`
  const conditions = rows.flatMap(({ condition }) => condition ?? [])
  return `${title}: no rating. ${conditions.length === 0 ? 'It has no row for this mode.' : conditions.join(' ')}`
}

export function safetyText({ severity, text }: Rating): string {
  return `Our own safety scale, as no published bar rates it: ${severity}. ${text}`
}

/** Facts that nobody answered and what another answer would change, each once. */
export function openTexts({ opinions, safety }: TriageCandidate): readonly string[] {
  const ratings = [
    ...opinions.map(({ title, rating }) => ({ title, rating })),
    { title: 'our safety scale', rating: safety },
  ]
  return ratings.flatMap(({ title, rating }) =>
    (rating?.open ?? []).map(({ fact, effect }) => `${fact}, by ${title}: ${effect}`),
  )
}

/** Questions of the bars that place an incident within a row. */
export function rowQuestions({ opinions }: TriageCandidate): readonly string[] {
  return [...new Set(opinions.flatMap(({ rows }) => rows.flatMap(({ questions }) => questions)))]
}

/** The words of the complaint that were found, each with what it met. */
export function wordsText({ reasons }: TriageCandidate): string {
  return reasons.words
    .map(({ word, met }) => (word.toLowerCase() === met.toLowerCase() ? word : `${word} (${met})`))
    .join(', ')
}

/** What speaks for, against or decisively against the candidate, in a line. */
export function reasonText(candidate: TriageCandidate): string {
  const { supports, against, rulesOut } = candidate.reasons
  if (rulesOut.length > 0) return rulesOut.map(({ question, answer }) => `${question}: ${answer}`).join(', ')
  const parts = [
    ...(supports.length === 0 ? [] : [`${supports.length} for`]),
    ...(against.length === 0 ? [] : [`${against.length} against`]),
    ...(candidate.reasons.words.length === 0 ? [] : [`words: ${wordsText(candidate)}`]),
  ]
  return parts.length === 0 ? 'nothing speaks for or against it' : parts.join('; ')
}

export function variantText({ variants }: TriageCandidate): string | null {
  return variants.length === 0 ? null : variants.map(({ id, name }) => `${id} ${name}`).join(', or ')
}

/** Said behind the command, so that a run without a check of the mode surprises nobody. */
export function noChecksText({ ids }: TriageCandidate['checks']): string {
  return ids.length === 0 ? ' (this version has no check of it)' : ''
}
