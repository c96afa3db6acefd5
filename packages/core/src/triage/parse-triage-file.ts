// Checks what somebody wrote into an answers file. Everything in it is from a closed list, so that a misspelt id is
// refused with the nearest known one and never passes for "not answered".
import { type Catalogue, type TriageAnswer, triageAnswers } from '@failmode/catalogue'
import { FailmodeError } from '../errors.ts'
import { nearest } from '../probe/selection.ts'
import type { Answers } from '../rating/rate.ts'
import { triageFormat } from './triage-result.ts'
import type { TriageAnswers } from './weigh-modes.ts'

export interface TriageFile {
  readonly complaint: string | null
  readonly answers: TriageAnswers
  readonly facts: Answers
}

const keys = ['complaint', 'answers', 'facts'] as const

/**
 * The content of an answers file, or of a stored result, whose answers are taken up again. `name` is how messages call
 * the file.
 * @throws FailmodeError `usage`
 */
export function parseTriageFile(
  catalogue: Catalogue,
  data: unknown,
  { name }: { readonly name: string },
): TriageFile {
  const file = members(data, name)
  if (file.format !== triageFormat) {
    for (const key of Object.keys(file)) if (!isOneOf(key, keys)) refuseKey(name, key, keys)
  }
  const { complaint = null } = file
  if (complaint !== null && typeof complaint !== 'string') {
    throw new FailmodeError('usage', {
      message: `${name}: complaint is ${shown(complaint)}, expected text.`,
    })
  }
  return {
    complaint,
    answers: answersOf(catalogue, file.answers ?? {}, name),
    facts: factsOf(catalogue, file.facts ?? {}, name),
  }
}

function answersOf({ triage }: Catalogue, data: unknown, name: string): TriageAnswers {
  const ids = triage.questions.map(({ id }) => id)
  return Object.fromEntries(
    Object.entries(members(data, `${name}: answers`)).map(([id, answer]) => {
      if (!ids.includes(id)) refuseKey(`${name}: answers`, id, ids)
      if (!isOneOf(answer, triageAnswers)) {
        throw new FailmodeError('usage', {
          message: `${name}: answers.${id} is ${shown(answer)}, expected yes, no or unknown.`,
          hint: triage.questions.find((question) => question.id === id)?.text ?? '',
        })
      }
      return [id, answer as TriageAnswer]
    }),
  )
}

function factsOf({ ratingFacts }: Catalogue, data: unknown, name: string): Answers {
  const names = ratingFacts.map((fact) => fact.name)
  return Object.fromEntries(
    Object.entries(members(data, `${name}: facts`)).map(([key, answer]) => {
      const fact = ratingFacts.find((candidate) => candidate.name === key)
      if (fact === undefined) return refuseKey(`${name}: facts`, key, names)
      if (!isOneOf(answer, fact.answers)) {
        throw new FailmodeError('usage', {
          message: `${name}: facts.${key} is ${shown(answer)}, expected ${fact.answers.join(', ')}.`,
          hint: fact.question,
        })
      }
      return [key, answer as string | boolean]
    }),
  )
}

function members(data: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new FailmodeError('usage', {
      message: `${where} is ${shown(data)}, expected a mapping.`,
      hint: 'An answers file holds complaint (text), answers (question: yes, no or unknown) and facts (fact: answer).',
    })
  }
  return data as Readonly<Record<string, unknown>>
}

function refuseKey(where: string, key: string, known: readonly string[]): never {
  const near = nearest(key, known)
  throw new FailmodeError('usage', {
    message: `${where} has "${key}", which is not known.`,
    hint: near === undefined ? `Known are ${known.join(', ')}.` : `Did you mean "${near}"?`,
  })
}

function isOneOf(value: unknown, known: readonly unknown[]): boolean {
  return known.includes(value)
}

/** A wrong value as a message may show it: short, whatever it is. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
