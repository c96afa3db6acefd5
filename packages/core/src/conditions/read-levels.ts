// Which level of a factor each sample has, read from a column of text or from measured numbers. What no level takes is not
// guessed at: it is unknown, and counted by its text, so that a spelling nobody declared is seen.
import { type Factor, rangeOf, valuesOf } from './conditions.ts'

export interface LevelReadings {
  /** One entry a sample, place of the level among those declared; -1 where it is not known. */
  readonly levels: Int16Array
  /** Samples of which nothing was given. */
  readonly missing: number
  /** What was given that no level takes, with how often, commonest first. */
  readonly unknown: readonly { readonly value: string; readonly samples: number }[]
}

/** @param values text of the factor's column, or what was measured, one entry a sample; null where there is none */
export function readLevels(factor: Factor, values: readonly (string | number | null)[]): LevelReadings {
  const takers = Object.entries(factor.levels).map(([name, level]) => ({
    range: rangeOf(level),
    values: new Set(valuesOf(name, level)),
  }))
  const { from } = factor
  const measured = from !== undefined && 'measured' in from
  const pattern =
    from !== undefined && 'metadata' in from && from.pattern !== undefined
      ? new RegExp(from.pattern, 'u')
      : null
  const levels = new Int16Array(values.length).fill(-1)
  const unknown = new Map<string, number>()
  let missing = 0
  for (const [i, value] of values.entries()) {
    if (value === null) {
      missing++
      continue
    }
    const text = pattern === null ? String(value).trim() : partOf(pattern, String(value))
    const number = text === null || text === '' ? Number.NaN : Number(text)
    const level = takers.findIndex(({ range, values: texts }) =>
      range !== null
        ? number >= range.from && number < range.below
        : !measured && text !== null && texts.has(text),
    )
    if (level >= 0) levels[i] = level
    else unknown.set(text ?? String(value), (unknown.get(text ?? String(value)) ?? 0) + 1)
  }
  return {
    levels,
    missing,
    unknown: [...unknown]
      .map(([value, samples]) => ({ value, samples }))
      .sort((a, b) => b.samples - a.samples || (a.value < b.value ? -1 : 1)),
  }
}

/** The first group of the pattern, or all that it matches; null where it matches nothing. */
function partOf(pattern: RegExp, text: string): string | null {
  const match = pattern.exec(text)
  return match === null ? null : (match[1] ?? match[0])
}

/**
 * The level that samples have of a factor that nothing says how to read: the only one that is not made. -1 where there is
 * none, or the factor is read.
 */
export function assumedLevel(factor: Factor): number {
  if (factor.from !== undefined) return -1
  return Object.values(factor.levels).findIndex(({ make }) => make === undefined)
}
