// Which samples make a group: those that have the same text in a column of metadata. Which columns divide samples is not
// said anywhere, so those are taken whose texts repeat; a number of each sample, or the path of its file, does not.
import type { DataFacts, Metadata } from '@failmode/core'

/** A column with more different texts than this is not taken unless it is named. */
export const mostValues = 50

/** The column of paths, one to a sample. */
const paths = 'file'

export interface Group {
  readonly column: string
  readonly value: string
  /** Places among the samples asked about. */
  readonly places: readonly number[]
}

export interface ChosenGroups {
  /** Columns that divide the samples, whether or not their groups are large enough. */
  readonly columns: readonly string[]
  readonly groups: readonly Group[]
  /** What is left out, in words. */
  readonly left: readonly string[]
}

/** Columns of a data set that could hold groups, by what is known without reading it. */
export function possibleColumns(facts: DataFacts, named: readonly string[] | undefined): readonly string[] {
  const known = facts.metadata ?? []
  return named === undefined
    ? known.filter((column) => column !== paths)
    : named.filter((column) => known.includes(column))
}

/**
 * Groups of at least `minGroup` of the samples named by `indices`. A column with fewer than two of them compares nothing
 * and is left out.
 */
export function chooseGroups(
  metadata: Metadata,
  {
    columns,
    named,
    indices,
    minGroup,
  }: {
    readonly columns: readonly string[]
    /** Whether the columns were named by somebody, rather than found. */
    readonly named: boolean
    readonly indices: readonly number[]
    readonly minGroup: number
  },
): ChosenGroups {
  const chosen: string[] = []
  const groups: Group[] = []
  const left: string[] = []
  for (const column of columns) {
    const texts = metadata[column] ?? []
    const different = new Set(texts.filter((text) => text !== null)).size
    if (!named && (different < 2 || different > mostValues)) {
      left.push(
        `The column "${column}", which has ${different} different ${different === 1 ? 'value' : 'values'}.`,
      )
      continue
    }
    chosen.push(column)
    const places = new Map<string, number[]>()
    let unknown = 0
    for (const [place, index] of indices.entries()) {
      const text = texts[index] ?? null
      if (text === null) unknown++
      else if (places.has(text)) places.get(text)!.push(place)
      else places.set(text, [place])
    }
    const all = [...places].sort(([a], [b]) => (a < b ? -1 : 1))
    const large = all.filter(([, own]) => own.length >= minGroup)
    const small = large.length < 2 ? all : all.filter(([, own]) => own.length < minGroup)
    if (large.length >= 2) {
      for (const [value, own] of large) groups.push({ column, value, places: own })
    }
    if (small.length > 0) {
      const sizes = small.map(([value, own]) => `${value} (${own.length})`).join(', ')
      left.push(
        large.length < 2
          ? `Groups by "${column}", of which fewer than two have ${minGroup} samples: ${sizes}.`
          : `Groups by "${column}" with fewer than ${minGroup} samples: ${sizes}.`,
      )
    }
    if (unknown > 0) left.push(`${unknown} of ${indices.length} samples whose "${column}" is not known.`)
  }
  return { columns: chosen, groups, left }
}
