// The step that looks for groups in words of metadata: conjunctions of a few predicates on its columns.
import { type MetadataColumn, type Predicate, type StepHandler, searchSlices } from '@failmode/core'

export interface PredicateInput {
  readonly columns: readonly { readonly name: string; readonly values: readonly (string | number | null)[] }[]
  /** 1 where the model is wrong, one a value. */
  readonly errors: readonly (0 | 1)[]
  readonly minSupport: number
}

export interface FoundSlice {
  readonly where: string
  /** Rows of the slice, of both halves. */
  readonly rows: readonly number[]
  /** In the half that tested it. */
  readonly support: number
  readonly errors: number
  readonly lift: number
  readonly pValue: number
  readonly adjusted: number
}

export interface FoundSlices {
  readonly slices: readonly FoundSlice[]
  readonly asked: number
}

export const predicateStep: StepHandler<PredicateInput, FoundSlices> = {
  name: 'natural-adversarial-examples/search-metadata',
  version: 1,
  async run({ columns, errors, minSupport }, { random, signal }) {
    signal.throwIfAborted()
    const { slices, asked } = searchSlices(columns as readonly MetadataColumn[], errors, random, {
      minSupport,
    })
    return {
      slices: slices.map(({ predicates, rows, support, errors: wrong, lift, pValue, adjusted }) => ({
        where: predicates.map(inWords).join(' and '),
        rows: Array.from(rows),
        support,
        errors: wrong,
        lift: Number.isFinite(lift) ? lift : 1,
        pValue,
        adjusted,
      })),
      asked,
    }
  },
}

function inWords(predicate: Predicate): string {
  const { column } = predicate
  if ('missing' in predicate) return `${column} is missing`
  if ('equals' in predicate) return `${column} is ${predicate.equals}`
  const { from, below } = predicate
  const short = (value: number) => Number(value.toPrecision(6))
  if (from === null) return below === null ? `${column} is known` : `${column} is below ${short(below)}`
  return below === null
    ? `${column} is ${short(from)} or more`
    : `${column} is ${short(from)} or more and below ${short(below)}`
}

/** Columns that can hold groups: numbers where all values are, else texts that repeat. */
export function usableColumns(
  metadata: Readonly<Record<string, readonly (string | null)[]>>,
  indices: readonly number[],
): PredicateInput['columns'] {
  return Object.entries(metadata).flatMap(([name, all]): PredicateInput['columns'][number][] => {
    const texts = indices.map((index) => all[index] ?? null)
    const known = texts.filter((text) => text !== null && text !== '')
    if (known.length === 0) return []
    const numbers = texts.map((text) => (text === null || text.trim() === '' ? null : Number(text)))
    if (numbers.every((value) => value === null || Number.isFinite(value)) && new Set(numbers).size > 10) {
      return [{ name, values: numbers }]
    }
    const different = new Set(known).size
    return different < 2 || different > mostValues ? [] : [{ name, values: texts }]
  })
}

/** A column with more different texts names samples rather than groups. */
const mostValues = 100
