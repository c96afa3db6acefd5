// What every table corruption gives: a name, its strength at five severities, and one function from a table to a table and
// the list of what changed. Most replace cells by themselves: they say what a cell would become, and a share of the cells
// of each column that would become something else is taken, to the cell. The shares are failmode's own: nobody has
// measured how often tables go wrong in general.
import type { Random } from '@failmode/core'
import { takeShare } from '../text/take-share.ts'
import { type Cell, type Column, cellOf, changeableColumns, type Row, type Table } from './table.ts'

export interface ChangedCell {
  /** Index in the rows that were given. */
  readonly row: number
  readonly column: string
}

export interface CorruptedTable {
  readonly rows: readonly Row[]
  /** The cells that differ from the given ones, by column and then by row. */
  readonly changed: readonly ChangedCell[]
  /** For each row, the index of the given row that it was made from; more than there were where rows are duplicated. */
  readonly origin: readonly number[]
}

export interface TableContext {
  /** The only source of chance. */
  readonly random: Random
  /** Which columns may be touched; all that fit and are not immutable if left out. */
  readonly columns?: readonly string[]
  /** `missing-at-random`: the column that decides who misses; the first other one of the schema if left out. */
  readonly by?: string
  /** `unit-mix-up`: value * factor + offset in place of what the column's unit suggests. */
  readonly conversion?: { readonly factor: number; readonly offset?: number }
  /** `outliers`: within the schema's range, beyond it, or without a look at it; `any` if left out. */
  readonly where?: 'in-range' | 'out-of-range' | 'any'
}

export interface TableCorruption<C = unknown> {
  readonly name: string
  /** The strength at severities 1 to 5, as its file says. */
  readonly constants: readonly [C, C, C, C, C]
  apply(table: Table, constant: C, context: TableContext): CorruptedTable
}

/** Gives a corruption its constant's type, then forgets it, so that different ones fit in one list. */
export function defineTableCorruption<C>(corruption: TableCorruption<C>): TableCorruption {
  return corruption as TableCorruption
}

/** Shares of cells for mistakes that happen to single entries. */
export const mistakeShares = [0.01, 0.03, 0.08, 0.15, 0.3] as const

/** The columns that may be touched and are of a fitting kind, in the order of the schema. */
export function columnsFor(
  table: Table,
  { columns }: TableContext,
  fits: (column: Column) => boolean,
): string[] {
  return changeableColumns(table).filter(
    (name) => fits(table.schema[name]!) && (columns === undefined || columns.includes(name)),
  )
}

const isSame = (a: Cell, b: Cell) => a === b || Object.is(a, b)

/** A table with some cells replaced: `cells` maps a column to its new cells, undefined where it keeps the old one. */
export function withCells(
  { rows }: Table,
  cells: ReadonlyMap<string, readonly (Cell | undefined)[]>,
): CorruptedTable {
  const out = rows.slice()
  const changed: ChangedCell[] = []
  for (const [column, values] of cells) {
    values.forEach((value, row) => {
      if (value === undefined || isSame(value, cellOf(rows[row]!, column))) return
      out[row] = { ...out[row]!, [column]: value }
      changed.push({ row, column })
    })
  }
  return { rows: out, changed, origin: rows.map((_, i) => i) }
}

export interface CellEdit {
  /** What a column's cells would become; undefined for a column that cannot be touched after all. */
  edits(column: string, random: Random): ((cell: Cell, row: number) => Cell | undefined) | undefined
  /** How much likelier each row of a column is to be taken; all alike if left out. */
  weights?(column: string, random: Random): readonly number[]
}

/**
 * Replaces a share of the cells of each named column, out of those that would become something else.
 * A larger share from the same stream contains the cells of a smaller one.
 */
export function editCells(
  table: Table,
  columns: readonly string[],
  { share, random, edits, weights }: CellEdit & { readonly share: number; readonly random: Random },
): CorruptedTable {
  const cells = new Map<string, (Cell | undefined)[]>()
  for (const column of columns) {
    const own = random.split('column').split(column)
    const edit = edits(column, own.split('edit'))
    if (edit === undefined) continue
    const wishes = table.rows.map((row, i) => edit(cellOf(row, column), i))
    const possible = wishes.flatMap((wish, row) =>
      wish === undefined || isSame(wish, cellOf(table.rows[row]!, column)) ? [] : [row],
    )
    const heavy = weights?.(column, own.split('weights'))
    const taken = takeShare(
      possible.length,
      share,
      own.split('take'),
      heavy && possible.map((row) => heavy[row]!),
    )
    const values = new Array<Cell | undefined>(table.rows.length).fill(undefined)
    for (const i of taken) values[possible[i]!] = wishes[possible[i]!]
    cells.set(column, values)
  }
  return withCells(table, cells)
}
