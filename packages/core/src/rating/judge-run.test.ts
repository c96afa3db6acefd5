import { catalogue } from '@failmode/catalogue'
import { describe, expect, it } from 'vitest'
import type { AnyProbe, Judgement } from '../probe/probe.ts'
import type { SanityEntry } from '../run/run-document.ts'
import { judgeRun } from './judge-run.ts'

/** A run of one check, whose judge says what the test wants. */
function judged(outcome: 'finding' | 'no-finding', sanity: readonly Partial<SanityEntry>[]) {
  const claim = {
    title: 'Something is wrong',
    description: '',
    variant: null,
    subject: null,
    facts: {},
    measurements: [],
    evidence: [],
    mitigations: [],
  }
  const judgement: Judgement = {
    outcome,
    reason: 'It was looked at.',
    detectable: null,
    claims: outcome === 'finding' ? [claim] : [],
  }
  const check = {
    meta: { id: 'common-corruption/accuracy', title: '', variant: null, access: 'label', knowledge: [] },
    judge: () => judgement,
  }
  const probe = { meta: { mode: 'common-corruption' }, checks: [check] } as unknown as AnyProbe
  const run = judgeRun({
    catalogue,
    systemName: 'x',
    assets: {},
    bugBar: 'sdl-aiml-2019',
    checks: [
      {
        probe,
        checkId: check.meta.id,
        options: {},
        cost: { queries: 1, gradients: 0 },
        result: { kind: 'measured', measured: { measurements: [], notCovered: [] } },
      },
    ],
    headlines: {},
    sanity: sanity.map((entry) => ({
      id: 'doubt',
      check: check.meta.id,
      fired: true,
      meaning: 'It moved.',
      ...entry,
    })),
    sha256: () => '0'.repeat(64),
    reproduce: () => '',
  })
  const [result] = run.modes.flatMap((mode) => mode.checks)
  return { outcome: result?.outcome, reason: result?.reason, findings: run.findings.length }
}

describe('a result in doubt', () => {
  it('is no result where nothing was found, and says why', () => {
    expect(judged('no-finding', [])).toMatchObject({ outcome: 'no-finding' })
    expect(judged('no-finding', [{}])).toEqual({
      outcome: 'inconclusive',
      reason: 'It was looked at. That does not count: It moved.',
      findings: 0,
    })
    expect(
      judged('no-finding', [{ fired: false }, { settledBy: 'another' }, { check: 'other/check' }]),
    ).toMatchObject({
      outcome: 'no-finding',
    })
  })

  it('stands where something was found, unless the doubt voids that, too', () => {
    expect(judged('finding', [{}])).toMatchObject({ outcome: 'finding', findings: 1 })
    expect(judged('finding', [{ voids: true }])).toMatchObject({ outcome: 'inconclusive', findings: 0 })
    expect(judged('finding', [{ voids: true, fired: false }])).toMatchObject({
      outcome: 'finding',
      findings: 1,
    })
  })
})
