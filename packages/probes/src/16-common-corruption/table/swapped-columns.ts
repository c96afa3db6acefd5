// Two columns of one kind change places in some rows: first name and family name, systolic and diastolic, width and height.
// Which columns are confused is drawn by chance among those of one kind, each column in at most one pair; name two of them
// to have exactly that pair. Ranges are not looked at, for neither does the person who mixes columns up.
import { takeShare } from '../text/take-share.ts'
import { type Cell, type Column, cellOf } from './table.ts'
import { columnsFor, defineTableCorruption, mistakeShares, withCells } from './table-corruption.ts'

const kinds: readonly Column['kind'][] = ['numeric', 'integer', 'category']

/** Constants: share of the rows, out of those in which a pair differs. */
export const swappedColumns = defineTableCorruption<number>({
  name: 'swapped-columns',
  constants: mistakeShares,
  apply(table, share, context) {
    const { rows } = table
    const cells = new Map<string, (Cell | undefined)[]>()
    for (const kind of kinds) {
      const names = columnsFor(table, context, (column) => column.kind === kind)
      const order = context.random.split(kind).shuffle(names)
      for (let i = 0; i + 1 < order.length; i += 2) {
        const [a, b] = [order[i]!, order[i + 1]!]
        const differing = rows.flatMap((row, at) => (Object.is(cellOf(row, a), cellOf(row, b)) ? [] : [at]))
        const taken = takeShare(differing.length, share, context.random.split(kind).split(i))
        const [inA, inB] = [
          new Array<Cell | undefined>(rows.length),
          new Array<Cell | undefined>(rows.length),
        ]
        for (const one of taken) {
          const row = rows[differing[one]!]!
          inA[differing[one]!] = cellOf(row, b)
          inB[differing[one]!] = cellOf(row, a)
        }
        cells.set(a, inA).set(b, inB)
      }
    }
    return withCells(table, cells)
  },
})
