// A table as corruptions see it: rows of named cells and what is known of each column. It is the part of the configuration's
// `schema` that damage has to respect: what kind of value a column holds, in which range and unit, and what may not change.
// A missing value is null. Columns that the schema does not name are carried along and never touched.

export type Cell = number | string | null
export type Row = Readonly<Record<string, Cell>>

interface ColumnFacts {
  /** What no one can change, such as a key or a year of birth; no corruption touches it. */
  readonly immutable?: boolean
}

export interface NumberColumn extends ColumnFacts {
  readonly kind: 'numeric' | 'integer'
  /** Least and largest value that makes sense. */
  readonly range?: readonly [number, number]
  /** As `unitMixUps` writes it: cm, kg, °C. */
  readonly unit?: string
}

export interface CategoryColumn extends ColumnFacts {
  readonly kind: 'category'
  /** The categories in use; those that occur if left out. */
  readonly values?: readonly string[]
  /** Category in use -> how it was written before. */
  readonly former?: Readonly<Record<string, string>>
  /** Categories that are no longer in use. */
  readonly retired?: readonly string[]
}

export type Column = NumberColumn | CategoryColumn
export type TableSchema = Readonly<Record<string, Column>>

export interface Table {
  readonly schema: TableSchema
  readonly rows: readonly Row[]
}

/** Names of the columns that may be changed. */
export function changeableColumns({ schema }: Table): string[] {
  return Object.entries(schema).flatMap(([name, column]) => (column.immutable === true ? [] : [name]))
}

/** A row's cell; null where the row does not have it. */
export function cellOf(row: Row, column: string): Cell {
  return Object.hasOwn(row, column) ? row[column]! : null
}

/** The numbers of a column, in the order of the rows, missing and other cells left out. */
export function numbersOf({ rows }: Table, column: string): number[] {
  return rows.flatMap((row) => {
    const cell = cellOf(row, column)
    return typeof cell === 'number' && Number.isFinite(cell) ? [cell] : []
  })
}
