import { catalogue } from '@failmode/catalogue'
import type { Measurement, RunDocument } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { exampleRun } from '../testing/example-run.ts'
import { withoutAttacker } from './without-attacker.ts'

const { run } = exampleRun()
const attacked = run.findings.find(({ check }) => check === 'perturbation/pgd')!

const measured = (value: number, slice: Measurement['slice'], name = 'corruption-accuracy'): Measurement => ({
  name,
  value,
  unit: 'fraction',
  n: 200,
  denominator: 'images',
  interval: { low: value - 0.02, high: value + 0.02, confidence: 0.95, method: 'wilson' },
  ...(slice === undefined ? {} : { slice }),
})

/** The example with these measurements in place of all of the modes without an attacker. */
function withConditions(measurements: readonly Measurement[]): RunDocument {
  return {
    ...run,
    modes: run.modes.map((mode) => ({
      ...mode,
      checks: mode.checks.map((check) => {
        if (mode.slug === 'common-corruption') return { ...check, measurements: [...measurements] }
        return mode.number !== null && mode.number >= 12 ? { ...check, measurements: [] } : check
      }),
    })),
  }
}
const beside = (...measurements: Measurement[]) =>
  withoutAttacker(withConditions(measurements), catalogue, attacked)

describe('what is said beside an attack of what happens without one', () => {
  it('counts the conditions that leave as little accuracy, and those that surely do', () => {
    // The attack leaves 4.5 %.
    const text = beside(
      measured(0.022, { corruption: 'fog', severity: 5 }),
      measured(0.03, { corruption: 'snow', severity: 5 }),
      measured(0.5, { corruption: 'snow', severity: 1 }),
      measured(0.9, undefined, 'clean-accuracy'),
    )
    expect(text).toContain('2 of 3 conditions')
    expect(text).toContain('(1 with confidence)')
    expect(text).toContain('corruption fog, severity 5')
  })

  it('says what the worst is where none is as bad, and that nothing is known where nothing was measured', () => {
    const text = beside(
      measured(0.6, { corruption: 'fog', severity: 5 }),
      measured(0.7, { corruption: 'fog', severity: 1 }),
    )
    expect(text).toContain('Of 2 conditions without an attacker that this run measured none is as bad')
    expect(text).toContain('with 60.0 %')
    expect(beside()).toContain('is not known')
  })

  it('does not count a condition again that is measured by its parts, nor the worst of all', () => {
    const text = beside(
      measured(0.65, { corruption: 'fog' }),
      measured(0.6, { corruption: 'fog', severity: 5 }),
      measured(0.7, { corruption: 'fog', severity: 1 }),
      measured(0.6, { corruption: 'fog' }, 'worst-corruption-accuracy'),
    )
    expect(text).toContain('Of 2 conditions')
  })

  it('is not said of findings without an attack, nor of attacks on something else than accuracy', () => {
    const said = run.findings.map(
      (finding) => [finding.mode, withoutAttacker(run, catalogue, finding)] as const,
    )
    expect(said.filter(([, text]) => text !== null).map(([mode]) => mode)).toContain('perturbation')
    for (const [mode, text] of said) if (mode === 'common-corruption') expect(text).toBeNull()
    const leak = { ...attacked, measurements: ['auc'] }
    expect(withoutAttacker(run, catalogue, leak)).toBeNull()
  })
})
