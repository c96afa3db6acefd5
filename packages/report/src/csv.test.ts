import { parse } from 'csv-parse/sync'
import { expect, it } from 'vitest'
import { renderCsv } from './csv.ts'
import { exampleRun, hostileRun } from './testing/example-run.ts'

it('has a row per measurement that another reader reads back', () => {
  const { run } = exampleRun()
  const rows: Record<string, string>[] = parse(renderCsv(run), { columns: true })
  const count = run.modes.reduce(
    (sum, mode) =>
      sum + mode.measurements.length + mode.checks.reduce((n, check) => n + check.measurements.length, 0),
    0,
  )
  expect(rows).toHaveLength(count)
  expect(rows[0]).toMatchObject({
    mode: 'perturbation',
    check: '',
    measurement: 'robust-accuracy',
    value: '0.045',
    n: '200',
    method: 'wilson',
    slice: 'eps 0.1, norm linf',
    gradients: '40000',
  })
})

it('holds no cell that a spreadsheet would run', () => {
  const { run } = hostileRun()
  const measurement = { ...run.modes[0]?.measurements[0], denominator: '=HYPERLINK("http://evil.example")' }
  const modes = run.modes.map((mode) => ({ ...mode, checks: [], measurements: [measurement as never] }))
  const rows: string[][] = parse(renderCsv({ ...run, modes }))
  for (const cell of rows.flat()) expect(cell).not.toMatch(/^[=+@]/)
  expect(rows[1]).toContain('\'=HYPERLINK("http://evil.example")')
})
