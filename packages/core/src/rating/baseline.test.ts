import { describe, expect, it } from 'vitest'
import type { SampleOutcomes } from '../probe/probe.ts'
import type { Blob, Finding, RunDocument } from '../run/run-document.ts'
import {
  baselineSchema,
  compareWithBaseline,
  createBaseline,
  pruneBaseline,
  updateBaseline,
} from './baseline.ts'
import { gateRun } from './gate.ts'

interface Check {
  readonly id: string
  readonly robust: readonly number[]
  readonly severity?: Finding['severity']
  readonly eps?: number
}

/** A run of checks, each with one finding when a severity is given. */
function runOf(id: string, checks: readonly Check[], data = 'd') {
  const samples = new Map<string, SampleOutcomes>()
  const blobOf = (check: string): Blob => ({ path: check, sha256: '', bytes: 0, mediaType: '' })
  for (const { id: check, robust } of checks) {
    samples.set(check, { split: 'test', indices: robust.map((_, i) => i), columns: { robust: [...robust] } })
  }
  const run = {
    id,
    createdAt: '2026-11-23T00:00:00Z',
    system: { name: 's', data: { test: { digest: data } } },
    modes: [
      {
        slug: 'perturbation',
        outcome: 'finding',
        reason: '',
        measurements: [],
        checks: checks.map(({ id: check, robust, severity, eps = 0.1 }) => ({
          id: check,
          outcome: severity === undefined ? 'no-finding' : 'finding',
          measurements: [
            { name: 'clean-accuracy', value: 1, samples: { blob: blobOf('none'), column: 'clean' } },
            {
              name: 'robust-accuracy',
              value: robust.filter((v) => v === 1).length / robust.length,
              slice: { eps },
              samples: { blob: blobOf(check), column: 'robust' },
            },
          ],
        })),
      },
    ],
    findings: checks.flatMap(({ id: check, severity }) =>
      severity === undefined
        ? []
        : [
            {
              id: check,
              fingerprint: `f-${check}`,
              title: check,
              mode: 'perturbation',
              variant: null,
              check,
              severity,
              scale: 'sdl',
              waived: null,
            },
          ],
    ),
  } as unknown as RunDocument
  return { run, read: async (blob: Blob) => samples.get(blob.path) as SampleOutcomes }
}

const ones = (n: number) => Array.from({ length: n }, () => 1)
const with0 = (n: number, zeros: number) => ones(n).map((_, i) => (i < zeros ? 0 : 1))
const a = (robust: readonly number[], more: Partial<Check> = {}): Check => ({ id: 'a', robust, ...more })

describe('a baseline', () => {
  it('accepts what it knows, and what is only noise beside it', async () => {
    const base = runOf('one', [a(with0(60, 20), { severity: 'important' }), { id: 'b', robust: ones(60) }])
    const baseline = baselineSchema.parse(await createBaseline(base.run, base.read))
    // The same weakness, one sample more; and a check that crossed its threshold by two samples of 60.
    const next = runOf('two', [
      a(with0(60, 21), { severity: 'important' }),
      { id: 'b', robust: with0(60, 2), severity: 'important' },
    ])
    const against = await compareWithBaseline(next.run, baseline, next.read)
    expect(against.map(({ status }) => status)).toEqual(['known', 'within-noise'])
    const { result } = gateRun(next.run, { failOn: 'low' }, { today: '2026-11-23', against })
    expect(result).toMatchObject({ passed: true, reasons: [] })
  })

  it('calls worse what a paired test finds worse, and what is rated worse', async () => {
    const base = runOf('one', [a(with0(60, 20), { severity: 'important' })])
    const baseline = await createBaseline(base.run, base.read)
    for (const [robust, severity, reason] of [
      [with0(60, 30), 'important', 'p ='],
      [with0(60, 20), 'critical', 'was important and is critical'],
    ] as const) {
      const next = runOf('two', [a(robust, { severity })])
      const [against] = await compareWithBaseline(next.run, baseline, next.read)
      expect(against?.status).toBe('worse')
      expect(against?.reason).toContain(reason)
      const gate = { failOn: 'important' } as const
      expect(gateRun(next.run, gate, { today: '2026-11-23', against: [against!] }).result.passed).toBe(false)
    }
  })

  it('calls new what it has no samples of, and what was measured on other data or in another ball', async () => {
    const base = runOf('one', [a(ones(60))])
    const baseline = await createBaseline(base.run, base.read)
    for (const next of [
      runOf('two', [{ id: 'c', robust: with0(60, 1), severity: 'low' }]),
      runOf('two', [a(with0(60, 1), { severity: 'low' })], 'other'),
      runOf('two', [a(with0(60, 1), { severity: 'low', eps: 0.2 })]),
      // And a finding with a real fall behind it.
      runOf('two', [a(with0(60, 12), { severity: 'low' })]),
    ]) {
      const [against] = await compareWithBaseline(next.run, baseline, next.read)
      expect(against?.status).toBe('new')
    }
  })

  it('is brought up to date by what a run observed, and pruned of what is gone', async () => {
    const base = runOf('one', [
      a(with0(60, 20), { severity: 'important' }),
      { id: 'b', robust: with0(60, 9), severity: 'low' },
    ])
    const baseline = await createBaseline(base.run, base.read)
    const next = runOf('two', [a(ones(60))])
    const updated = await updateBaseline(baseline, next.run, next.read)
    expect(updated.findings.map(({ check }) => check)).toEqual(['b'])
    expect(updated.outcomes.find(({ check }) => check === 'a')?.values).toEqual(ones(60))
    const pruned = pruneBaseline(baseline, next.run)
    expect(pruned.findings.map(({ check }) => check)).toEqual(['b'])
    // Pruning adds nothing and keeps the samples it was made of.
    expect(pruned.outcomes).toEqual(baseline.outcomes)
  })
})
