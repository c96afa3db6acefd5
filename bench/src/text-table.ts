// Figures as people read them: a table for the terminal, and the words it shares with the Markdown one.

import type { BarResult } from './bar.ts'

/** A value with four significant digits and its unit; `not measured` when there is none. */
export function valueText({ value, unit }: Pick<BarResult, 'value' | 'unit'>): string {
  if (value === null) return 'not measured'
  // 1,000 and above keep their whole digits; only what follows them is cut.
  const number = Math.abs(value) >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(4)))
  return unit === '' ? number : `${number} ${unit}`
}

/** `yes`, `no`, or `not measured`. */
export function metText({ met }: Pick<BarResult, 'met'>): string {
  return met === null ? 'not measured' : met ? 'yes' : 'no'
}

/** One row for each bar under a row of headings, columns aligned. */
export function textTable(results: readonly BarResult[]): string {
  const rows = [
    ['bar', 'target', 'value', 'met', 'n', 'detail'],
    ...results.map((result) => [
      result.bar,
      result.target,
      valueText(result),
      metText(result),
      String(result.n),
      result.detail,
    ]),
  ]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
