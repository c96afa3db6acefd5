// Numbers cut to a few significant digits, as spreadsheets show them and forms store them. Every value of a column is
// rounded, since that is how it happens; those that had no more digits stay as they are.
import { columnsFor, defineTableCorruption, editCells } from './table-corruption.ts'

/** Constants: significant digits that are kept. */
export const rounding = defineTableCorruption<number>({
  name: 'rounding',
  constants: [5, 4, 3, 2, 1],
  apply(table, digits, context) {
    const columns = columnsFor(table, context, ({ kind }) => kind !== 'category')
    return editCells(table, columns, {
      share: 1,
      random: context.random,
      edits: () => (cell) =>
        typeof cell === 'number' && Number.isFinite(cell) && cell !== 0
          ? Number(cell.toPrecision(digits))
          : undefined,
    })
  },
})
