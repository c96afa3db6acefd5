// One row per measurement, for a spreadsheet (RFC 4180). A cell that a spreadsheet would run as a formula gets an
// apostrophe in front, because names in a run come from strangers.
import type { Measurement, RunDocument } from '@failmode/core'
import { formatSlice } from './format.ts'
import { visibleText } from './visible-text.ts'

const columns = [
  'mode',
  'check',
  'measurement',
  'value',
  'unit',
  'low',
  'high',
  'confidence',
  'method',
  'n',
  'denominator',
  'attack',
  'variant',
  'access',
  'slice',
  'queries',
  'gradients',
  'seed',
]

/** Headline measurements have an empty `check`. */
export function renderCsv(run: RunDocument): string {
  const rows = run.modes.flatMap((mode) => [
    ...mode.measurements.map((measurement) => row(mode.slug, '', measurement)),
    ...mode.checks.flatMap((check) =>
      check.measurements.map((measurement) => row(mode.slug, check.id, measurement)),
    ),
  ])
  return [columns, ...rows].map((cells) => `${cells.map(cell).join(',')}\r\n`).join('')
}

function row(
  mode: string,
  check: string,
  measurement: Measurement,
): readonly (string | number | undefined)[] {
  const { name, value, unit, interval, n, denominator, attack, variant, access, slice, cost, seed } =
    measurement
  return [
    mode,
    check,
    name,
    value,
    unit,
    interval?.low,
    interval?.high,
    interval?.confidence,
    interval?.method,
    n,
    denominator,
    attack,
    variant,
    access,
    formatSlice(slice),
    cost?.queries,
    cost?.gradients,
    seed,
  ]
}

function cell(value: string | number | undefined): string {
  if (value === undefined) return ''
  if (typeof value === 'number') return String(value)
  const text = visibleText(value)
  const inert = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(inert) ? `"${inert.replace(/"/g, '""')}"` : inert
}
