// Comma and point taken for each other between countries. A fraction loses its mark, as when "12,5" is read where commas
// part thousands: 125. A whole number from 1000 to 999,999 gains one, as when "1.234" is read where points mark decimals:
// 1.234, cut to 1 in an integer column. Numbers that need more than three decimals are left alone: they come from
// instruments and not from people, and their length would give the mistake away.
import { columnsFor, defineTableCorruption, editCells, mistakeShares } from './table-corruption.ts'

/** The number as the other country reads it; undefined where both read the same or nothing sensible. */
export function misread(value: number): number | undefined {
  const text = String(Math.abs(value))
  const fraction = /^(\d+)\.(\d{1,3})$/.exec(text)
  if (fraction !== null) return Math.sign(value) * Number(fraction[1]! + fraction[2]!)
  return /^\d{4,6}$/.test(text) ? value / 1000 : undefined
}

/** Constants: share of the column's values, out of those that can be misread. */
export const decimalMistakes = defineTableCorruption<number>({
  name: 'decimal-mistakes',
  constants: mistakeShares,
  apply(table, share, context) {
    const columns = columnsFor(table, context, ({ kind }) => kind !== 'category')
    return editCells(table, columns, {
      share,
      random: context.random,
      edits: (name) => (cell) => {
        const read = typeof cell === 'number' ? misread(cell) : undefined
        return read === undefined || table.schema[name]!.kind === 'numeric' ? read : Math.trunc(read)
      },
    })
  },
})
