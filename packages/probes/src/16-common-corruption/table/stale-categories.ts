// Categories that the model's world no longer has, or not yet: written as they used to be, taken from a list that was since
// cleaned up, or new. A cell gets its former spelling where the schema has one, else a retired category where the schema
// names any, else a name that occurs nowhere, made from its own.
import { cellOf } from './table.ts'
import { columnsFor, defineTableCorruption, editCells, mistakeShares } from './table-corruption.ts'

/** Constants: share of the column's categories that are replaced. */
export const staleCategories = defineTableCorruption<number>({
  name: 'stale-categories',
  constants: mistakeShares,
  apply(table, share, context) {
    const columns = columnsFor(table, context, ({ kind }) => kind === 'category')
    return editCells(table, columns, {
      share,
      random: context.random,
      edits(name, random) {
        const column = table.schema[name]!
        if (column.kind !== 'category') return undefined
        const { former = {}, values = [] } = column
        const known = new Set([...values, ...table.rows.map((row) => cellOf(row, name))])
        const retired = (column.retired ?? []).filter((value) => !values.includes(value))
        return (cell, row) => {
          if (typeof cell !== 'string') return undefined
          if (Object.hasOwn(former, cell)) return former[cell]
          const others = retired.filter((value) => value !== cell)
          if (others.length > 0) return others[random.split(row).int(others.length)]
          let unseen = `${cell} (new)`
          while (known.has(unseen)) unseen += '*'
          return unseen
        }
      },
    })
  },
})
