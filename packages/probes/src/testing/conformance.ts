// What every probe has to do, whatever it measures. A probe's test calls this with the smallest system that has
// the weakness and the smallest that resists it; the cases are the contract that the rest of the program relies on.
import { catalogue } from '@failmode/catalogue'
import { type AnyProbe, checkResultSchema, type Outcome } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { type MemoryRunOptions, type MemorySystem, runInMemory } from './memory-system.ts'

export interface Conformance {
  readonly probe: AnyProbe
  readonly vulnerable: () => MemorySystem
  readonly resistant: () => MemorySystem
  /** A system of which no check of the probe can say anything. */
  readonly inapplicable: () => MemorySystem
  /** Options and budget for both fixtures. */
  readonly run?: MemoryRunOptions
  /** Whether the probe asks a model anything; one that does not has no budget to keep and nothing to abort. */
  readonly queries: boolean
}

export function probeConformance(spec: Conformance): void {
  const { probe, run: options = {} } = spec
  const outcomesOf = (result: Awaited<ReturnType<typeof runInMemory>>): readonly Outcome[] =>
    result.modes
      .filter((mode) => mode.slug === probe.meta.mode)
      .flatMap((mode) => mode.checks.map((c) => c.outcome))

  describe(`conformance of ${probe.meta.mode}`, () => {
    it('names a mode of the catalogue, its variants and its mitigations', async () => {
      const mode = catalogue.modes.find((candidate) => candidate.slug === probe.meta.mode)
      expect(mode).toBeDefined()
      for (const { meta } of probe.checks) {
        expect(meta.id.startsWith(`${probe.meta.mode}/`)).toBe(true)
        if (meta.variant !== null) expect(mode?.variants.map(({ id }) => id)).toContain(meta.variant)
      }
      const result = await runInMemory(probe, spec.vulnerable(), options)
      const known = new Set(catalogue.mitigations.map(({ id }) => id))
      for (const finding of result.findings) for (const id of finding.mitigations) expect(known).toContain(id)
    })

    it('has options that are complete without being given and refuse what they do not know', () => {
      expect(() => probe.options.parse({})).not.toThrow()
      expect(probe.options.safeParse({ noSuchOption: 1 }).success).toBe(false)
    })

    it('finds the planted weakness', async () => {
      const result = await runInMemory(probe, spec.vulnerable(), options)
      expect(outcomesOf(result)).toContain('finding')
      expect(result.findings.length).toBeGreaterThan(0)
    })

    it('finds nothing in the system that resists it, and says what it could have missed', async () => {
      const result = await runInMemory(probe, spec.resistant(), options)
      expect(result.findings).toEqual([])
      expect(outcomesOf(result)).toContain('no-finding')
      for (const check of result.modes.flatMap((mode) => mode.checks)) {
        if (check.outcome !== 'no-finding') continue
        expect(check.detectable).not.toBeNull()
        expect(check.notCovered.length).toBeGreaterThan(0)
      }
    })

    it('gives the same result for the same seed', async () => {
      const [a, b] = [
        await runInMemory(probe, spec.vulnerable(), options),
        await runInMemory(probe, spec.vulnerable(), options),
      ]
      expect(JSON.stringify({ modes: b.modes, findings: b.findings, sanity: b.sanity })).toBe(
        JSON.stringify({ modes: a.modes, findings: a.findings, sanity: a.sanity }),
      )
    })

    it('says not-applicable with a reason where it has nothing to test', async () => {
      const result = await runInMemory(probe, spec.inapplicable(), options)
      const checks = result.modes.flatMap((mode) => mode.checks)
      expect(checks.length).toBe(probe.checks.length)
      for (const check of checks) {
        expect(check.outcome).toBe('not-applicable')
        expect(check.reason.length).toBeGreaterThan(10)
      }
    })

    it('gives results that fit the run document, and only measurements that it names', async () => {
      const result = await runInMemory(probe, spec.vulnerable(), options)
      for (const check of result.modes.flatMap((mode) => mode.checks)) {
        checkResultSchema.parse(check)
        const declared = probe.checks.find(({ meta }) => meta.id === check.id)?.meta.measurements ?? []
        for (const { name } of check.measurements) expect(declared).toContain(name)
        for (const measurement of check.measurements) {
          if (measurement.unit === 'fraction' && measurement.n > 0) expect(measurement.interval).toBeDefined()
        }
      }
    })

    if (!spec.queries) return

    it('spends no more than it planned, nor than a limit allows', async () => {
      const free = await runInMemory(probe, spec.vulnerable(), options)
      expect(free.queries).toBeLessThanOrEqual(free.plan.cost.queries)
      expect(free.gradients).toBeLessThanOrEqual(free.plan.cost.gradients)
      const maxQueries = Math.ceil((free.plan.cost.queries + free.plan.cost.gradients) / 2)
      const limited = await runInMemory(probe, spec.vulnerable(), { ...options, maxQueries })
      expect(limited.queries + limited.gradients).toBeLessThanOrEqual(maxQueries)
    })

    it('stops when it is told to', async () => {
      const controller = new AbortController()
      controller.abort()
      await expect(
        runInMemory(probe, spec.vulnerable(), { ...options, signal: controller.signal }),
      ).rejects.toThrow()
    })
  })
}
