// What a server says of one sample, made into a class or into scores. A protocol finds the part of the answer that
// belongs to each sample; here it is read: a number or a name for a class, a row of numbers, or classes with their
// scores as ranked lists give them. Anything else is refused with what was found in its place.
import type { ModelFacts } from '@failmode/core'
import type { AnswerForm } from '../answering.ts'
import { badAnswer, excerpt } from './failure.ts'
import { isObject } from './json-values.ts'

/** A class by index or by name, with its score. */
export interface Ranked {
  readonly label: number | string
  readonly score: number
}

/** One sample's part of an answer. */
export type Row =
  | { readonly kind: 'label'; readonly label: number | string }
  | { readonly kind: 'numbers'; readonly numbers: readonly number[] }
  | { readonly kind: 'ranked'; readonly ranked: readonly Ranked[] }

/** Keys under which servers name a class and its score. */
const labelKeys = ['label', 'class', 'className', 'class_name', 'name', 'category']
const scoreKeys = ['score', 'probability', 'confidence', 'prob', 'value']

/** @throws Failure */
export function readRow(value: unknown): Row {
  if (typeof value === 'string') return { kind: 'label', label: value }
  if (typeof value === 'boolean') return { kind: 'label', label: Number(value) }
  if (typeof value === 'number') return { kind: 'numbers', numbers: [value] }
  if (Array.isArray(value)) {
    const flat = value.flat(Number.POSITIVE_INFINITY)
    if (flat.length === 0) throw badAnswer('answered with an empty list for a sample')
    if (flat.every(isFinite_)) return { kind: 'numbers', numbers: flat }
    if (flat.length === 1) return readRow(flat[0])
    if (flat.every(isObject)) return { kind: 'ranked', ranked: flat.map(readRanked) }
  } else if (isObject(value)) {
    if (findKey(value, labelKeys) !== undefined) return { kind: 'ranked', ranked: [readRanked(value)] }
    const entries = Object.entries(value)
    if (entries.length > 1 && entries.every(([, score]) => isFinite_(score))) {
      return { kind: 'ranked', ranked: entries.map(([label, score]) => ({ label, score: score as number })) }
    }
  }
  const found = notFinite(value)
  throw found
    ? badAnswer('answered with null where a number is expected; scores have to be finite numbers', {
        hint: 'Check the input block of the configuration: range, mean and std may not be those of the training.',
      })
    : badAnswer(
        `answered for a sample with what is neither a class nor scores: ${excerpt(JSON.stringify(value) ?? 'nothing')}`,
      )
}

function readRanked(value: Readonly<Record<string, unknown>>): Ranked {
  const label = value[findKey(value, labelKeys) ?? '']
  const score = value[findKey(value, scoreKeys) ?? ''] ?? (Object.keys(value).length === 1 ? 1 : undefined)
  if ((typeof label === 'string' || Number.isInteger(label)) && isFinite_(score)) {
    return { label: label as string | number, score }
  }
  throw badAnswer(
    `answered with an entry that does not give a class and its score: ${excerpt(JSON.stringify(value))}`,
    { hint: `Classes are looked for under ${labelKeys.join(', ')}; scores under ${scoreKeys.join(', ')}.` },
  )
}

function findKey(value: object, keys: readonly string[]): string | undefined {
  return keys.find((key) => Object.hasOwn(value, key))
}

function notFinite(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.some(notFinite))
}

function isFinite_(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** Of a described model: what a row has to be. */
export interface Expected {
  readonly form: AnswerForm
  readonly facts: Pick<ModelFacts, 'classes' | 'labels' | 'output'>
}

/** Numbers of one row in the form: one per class, or one. */
export function widthOf({ form, facts }: Expected): number {
  return form === 'pair' ? facts.classes : 1
}

/**
 * Writes what a row says into `to` at `at`, in the form: scores in the order of the classes, or the class.
 * @throws Failure
 */
export function writeRow(row: Row, expected: Expected, to: Float32Array, at: number): void {
  const { form, facts } = expected
  if (form === 'labels') {
    to[at] = indexOf(labelOf(row), facts)
    return
  }
  const numbers =
    row.kind === 'ranked' ? byClass(row.ranked, facts) : row.kind === 'numbers' ? row.numbers : []
  const width = widthOf(expected)
  if (numbers.length !== width) {
    throw badAnswer(
      `answered for a sample with ${rowText(row)}, expected ${width} ${width === 1 ? 'score' : 'scores'}`,
      { passes: true },
    )
  }
  if (facts.output === 'probabilities') refuseNoProbabilities(numbers)
  for (let k = 0; k < width; k++) to[at + k] = numbers[k] as number
}

/** The class that a row names, or ranks first. */
function labelOf(row: Row): number | string {
  if (row.kind === 'label') return row.label
  if (row.kind === 'ranked') return row.ranked.reduce((a, b) => (b.score > a.score ? b : a)).label
  if (row.numbers.length === 1) return row.numbers[0] as number
  throw badAnswer(`answered for a sample with ${rowText(row)}, expected its class`, { passes: true })
}

/** Scores in the order of the classes. */
function byClass(ranked: readonly Ranked[], facts: Expected['facts']): readonly number[] {
  const scores = new Map(ranked.map(({ label, score }) => [indexOf(label, facts), score]))
  return ranked.length === scores.size ? [...scores].sort(([a], [b]) => a - b).map(([, score]) => score) : []
}

function refuseNoProbabilities(numbers: readonly number[]): void {
  if (areProbabilities(numbers)) return
  const sum = numbers.reduce((a, b) => a + b, 0)
  throw badAnswer(
    numbers.length === 1
      ? `answered with ${numbers[0]} where a probability is expected`
      : `answered for a sample with scores that sum to ${sum.toPrecision(4)}, where probabilities sum to 1`,
    { hint: 'Give "model.output": "logits" when these are no probabilities.' },
  )
}

/** One number of [0, 1], or several that sum to 1 within what servers round off (four decimals, or single precision). */
export function areProbabilities(numbers: readonly number[]): boolean {
  const slack = 0.005 + 5e-5 * numbers.length
  if (numbers.some((value) => value < -slack || value > 1 + slack)) return false
  return numbers.length === 1 || Math.abs(numbers.reduce((a, b) => a + b, 0) - 1) <= slack
}

/**
 * The index of a class that the server gave as a number (an index) or as text: a name, or the index as text, which
 * libraries write as `3` or `LABEL_3` where they know no names.
 * @throws Failure
 */
export function indexOf(
  label: number | string,
  { labels, classes }: Pick<ModelFacts, 'classes' | 'labels'>,
): number {
  let index = typeof label === 'string' ? labels.indexOf(label) : label
  if (index === -1) index = Number(/^(?:LABEL_)?(\d+)$/.exec(String(label))?.[1] ?? -1)
  if (Number.isInteger(index) && index >= 0 && index < classes) return index
  throw badAnswer(
    typeof label === 'string' && index === -1
      ? `answered with the class ${excerpt(JSON.stringify(label))}, which is none of "labels"`
      : `answered with class ${label}, expected 0 to ${classes - 1}`,
    {
      hint: 'Name all classes of the model, in its order and as it writes them, in "labels" of the configuration.',
    },
  )
}

/** What a row is, in a few words. */
export function rowText(row: Row): string {
  switch (row.kind) {
    case 'label':
      return `the class ${excerpt(JSON.stringify(row.label))}`
    case 'numbers':
      return row.numbers.length === 1 ? `the number ${row.numbers[0]}` : `${row.numbers.length} numbers`
    case 'ranked':
      return `${row.ranked.length} ${row.ranked.length === 1 ? 'class' : 'classes'} with scores`
  }
}
