// The one way to a corrupted table: look the corruption up and apply it at the strength of the severity. Cells of numeric
// columns stay numbers, of integer columns integers, of categories texts, or become null; columns that are immutable or
// that the schema does not name stay as they are. The label belongs to the latter.
import type { Severity } from '../corruptions/corruption.ts'
import { decimalMistakes } from './decimal-mistakes.ts'
import { duplicatedRows } from './duplicated-rows.ts'
import { missingAtRandom, missingCompletelyAtRandom, missingNotAtRandom } from './missing.ts'
import { outliers } from './outliers.ts'
import { rounding } from './rounding.ts'
import { staleCategories } from './stale-categories.ts'
import { swappedColumns } from './swapped-columns.ts'
import type { Table } from './table.ts'
import type { CorruptedTable, TableContext, TableCorruption } from './table-corruption.ts'
import { unitMixUp } from './unit-mix-up.ts'

export const tableCorruptionNames = [
  'missing-completely-at-random',
  'missing-at-random',
  'missing-not-at-random',
  'unit-mix-up',
  'swapped-columns',
  'stale-categories',
  'outliers',
  'duplicated-rows',
  'rounding',
  'decimal-mistakes',
] as const
export type TableCorruptionName = (typeof tableCorruptionNames)[number]

export const tableCorruptions: Readonly<Record<TableCorruptionName, TableCorruption>> = {
  'missing-completely-at-random': missingCompletelyAtRandom,
  'missing-at-random': missingAtRandom,
  'missing-not-at-random': missingNotAtRandom,
  'unit-mix-up': unitMixUp,
  'swapped-columns': swappedColumns,
  'stale-categories': staleCategories,
  outliers,
  'duplicated-rows': duplicatedRows,
  rounding,
  'decimal-mistakes': decimalMistakes,
}

export interface CorruptTableOptions extends TableContext {
  readonly corruption: TableCorruptionName
  readonly severity: Severity
}

/**
 * A corrupted copy of a table, with the cells that changed.
 * @throws RangeError when a column that is named is not in the schema or is immutable
 */
export function corruptTable(table: Table, options: CorruptTableOptions): CorruptedTable {
  const { corruption, severity, columns = [], by } = options
  for (const name of [...columns, ...(by === undefined ? [] : [by])]) {
    if (!Object.hasOwn(table.schema, name)) throw new RangeError(`the schema has no column "${name}"`)
  }
  const fixed = columns.find((name) => table.schema[name]!.immutable === true)
  if (fixed !== undefined) throw new RangeError(`the column "${fixed}" is immutable and cannot be corrupted`)
  const { apply, constants } = tableCorruptions[corruption]
  return apply(table, constants[severity - 1], options)
}
