import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Finding, ModeResult } from '../run/run-document.ts'
import { type Outcome, outcomes, safetySeverities, sdlSeverities } from '../words.ts'
import { applyGate, findMeasurements } from './gate.ts'

function finding(severity: Finding['severity'], scale: Finding['scale']): Finding {
  return {
    id: 'f',
    fingerprint: '0'.repeat(64),
    title: 'title',
    mode: 'perturbation',
    variant: null,
    check: 'perturbation/x',
    severity,
    scale,
    rule: { id: 'r', bar: 'b', text: 't', open: [] },
    description: '',
    evidence: [],
    measurements: [],
    reproduce: '',
    mitigations: [],
    waived: null,
  }
}

function mode(outcome: Outcome, value: number): ModeResult {
  const measurement = { name: 'robust-accuracy', value, unit: 'fraction', n: 10, denominator: 'samples' }
  return {
    id: '1',
    number: 1,
    slug: 'perturbation',
    name: 'Perturbation',
    outcome,
    reason: 'because',
    measurements: [measurement],
    checks: [],
  }
}

describe('the gate', () => {
  it('fails on a finding at or above its severity and on none below, on each scale by itself', () => {
    for (const [i, failOn] of sdlSeverities.entries()) {
      for (const [j, severity] of sdlSeverities.entries()) {
        const result = applyGate({ modes: [], findings: [finding(severity, 'sdl')] }, { failOn })
        expect(result.passed).toBe(j > i)
      }
      for (const severity of safetySeverities) {
        expect(applyGate({ modes: [], findings: [finding(severity, 'safety')] }, { failOn }).passed).toBe(
          true,
        )
      }
    }
    expect(applyGate({ modes: [], findings: [finding('high', 'safety')] }, { safety: 'medium' }).passed).toBe(
      false,
    )
    expect(applyGate({ modes: [], findings: [finding('low', 'safety')] }, { safety: 'medium' }).passed).toBe(
      true,
    )
  })

  it('lets a waived finding pass', () => {
    const waived = { ...finding('critical', 'sdl'), waived: { reason: 'r', owner: 'o', until: '2027-01-01' } }
    expect(applyGate({ modes: [], findings: [waived] }, { failOn: 'low' }).passed).toBe(true)
  })

  it('never takes what was not observed for a pass', () => {
    for (const outcome of outcomes) {
      const result = applyGate({ modes: [mode(outcome, 1)], findings: [] }, { require: ['perturbation'] })
      const observed = outcome === 'finding' || outcome === 'no-finding' || outcome === 'not-applicable'
      expect(result.incomplete).toBe(!observed)
    }
    expect(applyGate({ modes: [], findings: [] }, { require: ['perturbation'] }).incomplete).toBe(true)
    const assert = [{ measurement: 'perturbation/median-l2', max: 1 }]
    expect(applyGate({ modes: [mode('no-finding', 1)], findings: [] }, { assert }).incomplete).toBe(true)
  })

  it('holds a measurement to the bounds asserted for it', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (value, min) => {
          const assert = [{ measurement: 'perturbation/robust-accuracy', min }]
          const result = applyGate({ modes: [mode('finding', value)], findings: [] }, { assert })
          expect(result.passed).toBe(value >= min)
        },
      ),
    )
  })

  it('finds a measurement by mode and name and none by a part of a name', () => {
    const modes = [mode('finding', 0.5)]
    expect(findMeasurements(modes, 'perturbation/robust-accuracy')).toHaveLength(1)
    expect(findMeasurements(modes, 'perturbation/robust')).toHaveLength(0)
    expect(findMeasurements(modes, 'robust-accuracy')).toHaveLength(0)
  })
})
