import { describe, expect, it } from 'vitest'
import type { Finding } from '../run/run-document.ts'
import { applyWaivers, type Waiver, waiverSchema } from './waivers.ts'

const finding = (over: Partial<Finding> = {}): Finding => ({
  id: 'perturbation-0a0a0a0a',
  fingerprint: '0a'.repeat(32),
  title: 'It falls',
  mode: 'perturbation',
  variant: '1c',
  check: 'perturbation/x',
  severity: 'important',
  scale: 'sdl',
  rule: { id: 'r', bar: 'b', text: 't', open: [] },
  description: '',
  evidence: [],
  measurements: [],
  reproduce: '',
  mitigations: [],
  waived: null,
  ...over,
})
const waiver = (over: Partial<Waiver> = {}): Waiver => ({
  finding: 'perturbation-0a0a0a0a',
  owner: 'ana',
  reason: 'behind a login until March',
  until: '2027-03-01',
  covers: 'important',
  ...over,
})
const today = '2026-11-23'

describe('waivers', () => {
  it('mark the findings they name, by id, fingerprint, mode, variant or check', () => {
    const other = finding({ id: 'other', fingerprint: 'b', variant: '1a', check: 'perturbation/y' })
    for (const by of [
      { finding: 'perturbation-0a0a0a0a' },
      { finding: '0a'.repeat(32) },
      { finding: undefined, mode: 'perturbation', variant: '1c' },
      { finding: undefined, check: 'perturbation/x' },
    ] as Partial<Waiver>[]) {
      const { findings, problems } = applyWaivers([finding(), other], [waiver(by)], today)
      expect(problems).toEqual([])
      expect(findings[0]?.waived).toEqual({
        owner: 'ana',
        reason: 'behind a login until March',
        until: '2027-03-01',
      })
      expect(findings[1]?.waived).toBeNull()
    }
  })

  it('hold on their last day and not after it', () => {
    expect(applyWaivers([finding()], [waiver({ until: today })], today).problems).toEqual([])
    const { findings, problems } = applyWaivers([finding()], [waiver({ until: '2026-11-22' })], today)
    expect(findings[0]?.waived).toBeNull()
    expect(problems[0]).toContain('expired on 2026-11-22')
  })

  it('fail where they match nothing, and where the finding is worse than they cover', () => {
    expect(applyWaivers([], [waiver()], today).problems[0]).toContain('matches no finding')
    const { findings, problems } = applyWaivers([finding({ severity: 'critical' })], [waiver()], today)
    expect(findings[0]?.waived).toBeNull()
    expect(problems[0]).toContain('covers important')
    // Each scale by its own words: "high" says nothing of the bug bar.
    expect(applyWaivers([finding()], [waiver({ covers: 'high' })], today).problems).toHaveLength(1)
    const safety = finding({ scale: 'safety', severity: 'medium' })
    expect(applyWaivers([safety], [waiver({ covers: 'high' })], today).problems).toEqual([])
  })

  it('are refused without an owner, a reason, a date or anything they are about', () => {
    for (const key of ['owner', 'reason', 'until', 'covers', 'finding'] as const) {
      expect(waiverSchema.safeParse({ ...waiver(), [key]: undefined }).success).toBe(false)
    }
    expect(waiverSchema.safeParse(waiver()).success).toBe(true)
  })
})
