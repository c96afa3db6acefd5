// Values far from all others. Distance is measured in interquartile ranges beyond the quartiles, as in Tukey's box plot
// (Exploratory Data Analysis, 1977), where 1.5 is "outside" and 3 "far out". Asked for in range, only values that the schema
// allows are given, which no check of ranges can catch; asked for out of range, only values that one would. A column whose
// quartiles coincide has no such distance and stays as it is.
import { quantile } from '@failmode/core'
import { type NumberColumn, numbersOf, type Table } from './table.ts'
import { columnsFor, defineTableCorruption, editCells } from './table-corruption.ts'

export interface Far {
  /** Share of the column's values that become outliers. */
  readonly share: number
  /** Interquartile ranges beyond the quartile, at least; up to twice as far. */
  readonly distance: number
}

interface Stretch {
  readonly from: number
  readonly to: number
}

/** Where outliers of a column may lie, below and above, given as from near to far. */
function stretches(table: Table, name: string, distance: number, where: string): Stretch[] {
  const numbers = numbersOf(table, name)
  const column = table.schema[name] as NumberColumn
  const [q1, q3] = [quantile(numbers, 0.25), quantile(numbers, 0.75)]
  const reach = distance * (q3 - q1)
  if (!(reach > 0 && Number.isFinite(reach))) return []
  const sides = [
    { from: q1 - reach, to: q1 - 2 * reach },
    { from: q3 + reach, to: q3 + 2 * reach },
  ]
  if (where === 'out-of-range') {
    const [low, high] = column.range ?? [quantile(numbers, 0), quantile(numbers, 1)]
    // Strictly beyond: the range's own ends still belong to it.
    return sides.map(({ from, to }, i) => {
      const edge = i === 0 ? Math.min(from, low - reach / 10) : Math.max(from, high + reach / 10)
      return { from: edge, to: edge + (to - from) }
    })
  }
  if (where === 'in-range' && column.range !== undefined) {
    const [low, high] = column.range
    return [
      { from: sides[0]!.from, to: Math.max(sides[0]!.to, low) },
      { from: sides[1]!.from, to: Math.min(sides[1]!.to, high) },
    ].filter(({ from }) => from >= low && from <= high)
  }
  return sides
}

export const outliers = defineTableCorruption<Far>({
  name: 'outliers',
  constants: [
    { share: 0.01, distance: 1.5 },
    { share: 0.02, distance: 3 },
    { share: 0.05, distance: 3 },
    { share: 0.1, distance: 5 },
    { share: 0.2, distance: 10 },
  ],
  apply(table, { share, distance }, context) {
    const columns = columnsFor(table, context, ({ kind }) => kind !== 'category')
    return editCells(table, columns, {
      share,
      random: context.random,
      edits(name, random) {
        const sides = stretches(table, name, distance, context.where ?? 'any')
        const isInteger = table.schema[name]!.kind === 'integer'
        if (sides.length === 0) return undefined
        return (cell, row) => {
          if (typeof cell !== 'number') return undefined
          const own = random.split(row)
          const { from, to } = sides[own.int(sides.length)]!
          const value = from + own.uniform() * (to - from)
          if (!isInteger) return value
          // Away from the quartiles, unless that leaves the stretch, as it can at the end of a range.
          const outward = to < from ? Math.floor(value) : Math.ceil(value)
          const inward = to < from ? Math.ceil(value) : Math.floor(value)
          const isWithin = (x: number) =>
            Math.abs(x - from) <= Math.abs(to - from) && (x - from) * (to - from) >= 0
          return context.where !== 'in-range' || isWithin(outward)
            ? outward
            : isWithin(inward)
              ? inward
              : undefined
        }
      },
    })
  },
})
