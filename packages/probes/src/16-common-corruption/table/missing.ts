// Values that are not there, for the three reasons that Rubin told apart ("Inference and missing data", 1976): for none
// (completely at random), because of another column that is still there (at random), because of the very value that is
// missing (not at random). For the latter two, rows above the median of the deciding column, or with one of a random half
// of its categories, are nine times as likely to lose the value as the others; that is the odds of the median method that
// benchmarks of imputation use. The share of missing values is the same for all three, so that only the reason differs.
import type { Random } from '@failmode/core'
import { median } from '@failmode/core'
import { type Cell, cellOf, numbersOf, type Table } from './table.ts'
import { columnsFor, defineTableCorruption, editCells, type TableContext } from './table-corruption.ts'

const shares = [0.05, 0.1, 0.2, 0.35, 0.5] as const
const odds = 9

/** Weight of each row by its cell in the deciding column. A row without that cell counts among the unlikely. */
function weightsBy(table: Table, column: string, random: Random): number[] {
  const middle = median(numbersOf(table, column))
  const names = [
    ...new Set(table.rows.map((row) => cellOf(row, column)).filter((cell) => typeof cell === 'string')),
  ].sort()
  const half = new Set<Cell>(random.shuffle(names).slice(0, Math.ceil(names.length / 2)))
  return table.rows.map((row) => {
    const cell = cellOf(row, column)
    const isLikely = typeof cell === 'number' ? cell > middle : half.has(cell)
    return isLikely ? odds : 1
  })
}

/** Which column decides about another; undefined where nothing does, null where there is none that could. */
type Decider = (table: Table, column: string, context: TableContext) => string | undefined | null

const missing = (name: string, decider: Decider) =>
  defineTableCorruption<number>({
    name,
    constants: shares,
    apply(table, share, context) {
      const columns = columnsFor(table, context, () => true)
      const deciders = new Map(columns.map((column) => [column, decider(table, column, context)]))
      return editCells(table, columns, {
        share,
        random: context.random,
        edits: (column) => (deciders.get(column) === null ? undefined : () => null),
        weights: (column, random) => {
          const by = deciders.get(column)
          return typeof by === 'string' ? weightsBy(table, by, random) : table.rows.map(() => 1)
        },
      })
    },
  })

export const missingCompletelyAtRandom = missing('missing-completely-at-random', () => undefined)

/** The deciding column itself is never emptied: it has to be there for the reason to be visible. */
export const missingAtRandom = missing('missing-at-random', (table, column, { by }) => {
  if (by !== undefined) return by === column ? null : by
  const [first, second] = Object.keys(table.schema)
  return column === first ? null : second === undefined ? null : first!
})

export const missingNotAtRandom = missing('missing-not-at-random', (_, column) => column)
