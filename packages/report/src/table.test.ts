import { describe, expect, it } from 'vitest'
import { findingMeasurements, modesTable } from './table.ts'
import { exampleRun } from './testing/example-run.ts'

describe('the table of modes', () => {
  const { run } = exampleRun()
  const rows = modesTable(run)

  it('has a row for each of the 17 modes and for each mode of a plugin', () => {
    expect(rows.map((row) => row.number)).toEqual([...Array.from({ length: 17 }, (_, i) => i + 1), null])
  })

  it('says what was measured, or that nothing was', () => {
    expect(rows[0]?.headline).toBe('robust-accuracy 4.5 % [2.4, 8.3] (n 200)')
    expect(rows[5]).toMatchObject({
      outcome: 'error',
      headline: 'not measured',
      measurement: null,
      rating: null,
    })
  })

  it('heads a row with a measurement that its findings rest on, and not with one that they leave untouched', () => {
    const [mode] = run.modes
    const [robust] = mode!.measurements
    const other = { ...robust!, name: 'clean-accuracy' }
    const changed = {
      ...run,
      modes: [{ ...mode!, measurements: [{ ...other, name: 'unconcerned' }, robust!] }],
    }
    expect(modesTable(changed)[0]?.measurement?.name).toBe('robust-accuracy')
    expect(modesTable({ ...changed, findings: [] })[0]?.measurement?.name).toBe('unconcerned')
  })

  it('shows the worst open finding before a waived one', () => {
    expect(rows[2]?.rating).toEqual({ severity: 'important', scale: 'sdl', waived: true })
    expect(rows[14]?.rating).toEqual({ severity: 'medium', scale: 'safety', waived: false })
    expect(rows[14]?.meaning).toBe('One in five hard samples is read wrongly (and 1 more)')
  })

  it('gives the reason where there is no finding', () => {
    expect(rows[16]?.meaning).toBe('no probe in this version')
  })
})

it('finds the measurements that a finding rests on', () => {
  const { run } = exampleRun()
  const finding = run.findings.find(({ check }) => check === 'perturbation/pgd')
  expect(finding && findingMeasurements(run, finding).map(({ name, attack }) => [name, attack])).toEqual([
    ['clean-accuracy', undefined],
    ['robust-accuracy', 'pgd'],
    ['attack-success-rate', 'pgd'],
  ])
})
