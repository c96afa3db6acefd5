import {
  type ArtifactTarget,
  type CheckContext,
  createRandom,
  FailmodeError,
  type Judgement,
  type Measured,
  type MeasuredArtifact,
  runDocumentSchema,
  type ScannedArtifact,
  type StepContext,
} from '@failmode/core'
import { createLock, formatLock } from '@failmode/scanner'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { probeConformance } from '../testing/conformance.ts'
import { collection, resistant, system, vulnerable } from './fixtures.ts'
import probe from './index.ts'
import type { SupplyChainOptions } from './options.ts'

const check = probe.checks[0]!
const defaults = probe.options.parse({})

async function measure(artifacts: ArtifactTarget, options = defaults, measured = check): Promise<Measured> {
  const refuse = () => {
    throw new Error('this probe needs nothing but artifacts')
  }
  const signal = new AbortController().signal
  const context = {
    system,
    options,
    budget: { name: 'quick', maxQueries: 0 },
    seed: 7,
    random: createRandom(7),
    signal,
    labels: refuse,
    metadata: refuse,
    putSamples: refuse,
    step: async (handler, input) => {
      const output = await handler.run(input, {
        artifacts,
        signal,
        model: refuse,
        samples: refuse,
      } as unknown as StepContext)
      return { output: JSON.parse(JSON.stringify(output)), cost: { queries: 0, gradients: 0 } }
    },
  } satisfies CheckContext<SupplyChainOptions>
  return JSON.parse(JSON.stringify(await measured.measure(context))) as Measured
}

async function judge(artifacts: ArtifactTarget, options = defaults): Promise<Judgement> {
  return check.judge(await measure(artifacts, options), options)
}

const values = (measured: Measured) =>
  Object.fromEntries(measured.measurements.map(({ name, value }) => [name, value]))

const digest = (i: number): string => i.toString(16).padStart(64, '0')
const file = (i: number): MeasuredArtifact => ({
  state: 'present',
  path: `zoo/${i}.onnx`,
  bytes: i,
  sha256: digest(i),
})
const zoo = (count: number) => Array.from({ length: count }, (_, i) => file(i + 1))
const locked = (files: readonly MeasuredArtifact[]): string =>
  formatLock(
    createLock(
      files.filter((f) => f.state === 'present'),
      { tool: 'test' },
    ),
  )

describe('the contents of artifacts', () => {
  const contents = probe.checks[1]!
  const scannedAs = (verdict: ScannedArtifact['verdict'], path = 'model.onnx'): ScannedArtifact => ({
    path,
    format: 'pickle',
    bytes: 10,
    verdict,
    findings:
      verdict === 'clean'
        ? []
        : [
            {
              rule: 'pickle/dangerous-import',
              verdict,
              severity: 'critical',
              title: 'The pickle calls a function of the system',
              part: `${path}!data.pkl`,
              offset: 3,
              message: 'It imports os.system.',
              call: "os.system('true')",
              why: 'Whoever loads it runs it.',
              advice: 'Do not load it.',
            },
          ],
    more: 0,
  })
  const judgeScan = async (...scanned: ScannedArtifact[]): Promise<Judgement> =>
    contents.judge(await measure(collection([], null, scanned), defaults, contents), defaults)

  it('rates a malicious file by the bar, with the call that loading it would make', async () => {
    const judged = await judgeScan(scannedAs('malicious'), scannedAs('clean', 'b.onnx'))
    expect(judged.outcome).toBe('finding')
    expect(judged.claims).toHaveLength(1)
    expect(judged.claims[0]).toMatchObject({
      title: 'model.onnx is malicious: the pickle calls a function of the system',
      facts: {},
      subject: 'contents of model.onnx: pickle/dangerous-import',
    })
    expect(judged.claims[0]?.offBar).toBeUndefined()
    expect(judged.claims[0]?.description).toContain("os.system('true')")
  })

  it('rates a suspicious and a malformed file on our scale only', async () => {
    const judged = await judgeScan(scannedAs('suspicious'), scannedAs('malformed', 'b.onnx'))
    expect(judged.claims.map(({ offBar, facts }) => [offBar, facts.harm])).toEqual([
      [true, 'noticeable'],
      [true, 'slight'],
    ])
  })

  it('never calls what could not be examined clean', async () => {
    expect((await judgeScan(scannedAs('not-examined'), scannedAs('clean', 'b.onnx'))).outcome).toBe(
      'inconclusive',
    )
    expect((await judgeScan()).outcome).toBe('inconclusive')
    expect((await judgeScan(scannedAs('clean'))).outcome).toBe('no-finding')
  })

  it('measures only what its meta names, in the form of the run document', async () => {
    const measured = await measure(collection([], null, [scannedAs('malicious')]), defaults, contents)
    expect(measured.measurements.map(({ name }) => name).sort()).toEqual(
      [...contents.meta.measurements].sort(),
    )
    const { measurements: schema } = runDocumentSchema.shape.modes.element.shape
    expect(schema.parse(measured.measurements)).toEqual(measured.measurements)
  })
})

describe('the supply-chain probe', () => {
  it('finds the changed file of the fixture, and nothing in the untouched one', async () => {
    const found = await judge(vulnerable)
    expect(found.outcome).toBe('finding')
    expect(found.claims).toHaveLength(1)
    expect(found.claims[0]).toMatchObject({
      subject: 'changed model.onnx',
      facts: {},
      evidence: [{ kind: 'file', expected: 'a1'.repeat(32), actual: 'c3'.repeat(32) }],
    })
    expect(found.claims[0]?.title).toContain('tampering, or an unrecorded change')
    const clean = await judge(resistant)
    expect(clean).toMatchObject({ outcome: 'no-finding', claims: [], detectable: { value: 1 } })
  })

  it('counts the model zoo of the taxonomy: 22 models without a digest and one with the wrong one', async () => {
    const files = zoo(30)
    const swapped = files.map((f, i) => (i === 0 && f.state === 'present' ? { ...f, sha256: digest(99) } : f))
    const measured = await measure(collection(swapped, locked(files.slice(0, 8))))
    expect(values(measured)).toEqual({
      'verified-artifacts': 7,
      artifacts: 30,
      'digest-mismatches': 1,
      'without-digest': 22,
      'weak-digests': 0,
      'missing-artifacts': 0,
    })
    const { claims } = check.judge(measured, defaults)
    expect(claims.map(({ title, offBar = false }) => [title, offBar])).toEqual([
      ['zoo/1.onnx is not the file whose digest was recorded: tampering, or an unrecorded change', false],
      ['22 of 30 artifacts have no digest to verify them by', true],
    ])
  })

  it('calls a forgeable digest no digest, and still sees a changed size beside it', async () => {
    const lock = (bytes: number) =>
      `{"lockVersion":1,"tool":"t","artifacts":{"zoo/5.onnx":{"bytes":${bytes},"sha1":"${'ab'.repeat(20)}"}}}`
    const weak = await measure(collection([file(5)], lock(5)))
    expect(values(weak)).toMatchObject({ 'weak-digests': 1, 'without-digest': 0, 'digest-mismatches': 0 })
    expect(check.judge(weak, defaults).claims).toMatchObject([{ offBar: true, facts: { harm: 'slight' } }])
    const resized = await measure(collection([file(5)], lock(4)))
    expect(values(resized)).toMatchObject({ 'weak-digests': 0, 'digest-mismatches': 1 })
  })

  it('finds every artifact without a digest where there is no lock file, and says so', async () => {
    const measured = await measure(collection(zoo(3), null))
    expect(values(measured)['without-digest']).toBe(3)
    expect(check.judge(measured, defaults).reason).toContain('There is no models.lock.json.')
  })

  it('is inconclusive about a file that is not there', async () => {
    const files = zoo(2)
    const judged = await judge(collection([file(1), { state: 'missing', path: 'zoo/2.onnx' }], locked(files)))
    expect(judged).toMatchObject({ outcome: 'inconclusive', claims: [] })
    expect(judged.reason).toContain('zoo/2.onnx')
  })

  it('names entries of the lock that it did not measure', async () => {
    const measured = await measure(collection([file(1)], locked(zoo(2))))
    expect(values(measured)).toMatchObject({ artifacts: 1, 'digest-mismatches': 0 })
    expect(measured.notCovered.join(' ')).toContain('zoo/2.onnx')
  })

  it('stops with a coded error at a lock file that could be read two ways', async () => {
    const text = locked(zoo(1)).replace('"artifacts"', '"tool": "x",\n  "artifacts"')
    const error = await measure(collection(zoo(1), text)).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(FailmodeError)
    expect((error as FailmodeError).code).toBe('file-unreadable')
    expect((error as FailmodeError).message).toContain('twice')
  })

  it('judges by its thresholds, and never less harshly when one more file is wrong', async () => {
    const rank = ({ outcome, claims }: Judgement): number =>
      outcome === 'no-finding' ? 0 : claims.some(({ offBar = false }) => !offBar) ? 2 : 1
    const options = fc.record({ mismatches: fc.nat(3), withoutDigest: fc.nat(3) })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('ok', 'swapped', 'new'), { minLength: 2, maxLength: 6 }),
        options,
        async (kinds, threshold) => {
          const build = (kinds: readonly string[]) => {
            const files = kinds.map((_, i) => file(i + 1))
            const now = files.map((f, i) =>
              kinds[i] === 'swapped' && f.state === 'present' ? { ...f, sha256: digest(1000 + i) } : f,
            )
            return collection(now, locked(files.filter((_, i) => kinds[i] !== 'new')))
          }
          const chosen = probe.options.parse({ threshold })
          const before = rank(await judge(build(kinds), chosen))
          for (const [at, kind] of kinds.entries()) {
            if (kind !== 'ok') continue
            for (const worse of ['swapped', 'new'] as const) {
              expect(rank(await judge(build(kinds.with(at, worse)), chosen))).toBeGreaterThanOrEqual(before)
            }
          }
          const swapped = kinds.filter((kind) => kind === 'swapped').length
          const fresh = kinds.filter((kind) => kind === 'new').length
          expect(before > 0).toBe(swapped > threshold.mismatches || fresh > threshold.withoutDigest)
        },
      ),
    )
  })

  it('gives another fingerprint subject when the set of undigested files changes', async () => {
    const subject = async (count: number) => (await judge(collection(zoo(count), null))).claims[0]?.subject
    expect(await subject(2)).not.toBe(await subject(3))
    expect(await subject(3)).toBe((await judge(collection(zoo(3).reverse(), null))).claims[0]?.subject)
  })

  it('does not apply without artifacts, and costs no queries with some', () => {
    const budget = { name: 'quick', maxQueries: null } as const
    expect(check.applies({ ...system, artifacts: [] }, defaults, budget)).toMatchObject({
      applies: false,
      outcome: 'not-applicable',
      reason: 'The configuration names no artifacts.',
    })
    expect(check.applies(system, defaults, budget)).toMatchObject({
      applies: true,
      cost: { queries: 0, gradients: 0 },
    })
  })

  it('measures only what its meta names, in the form of the run document', async () => {
    const measured = await measure(vulnerable)
    expect(measured.measurements.map(({ name }) => name).sort()).toEqual([...check.meta.measurements].sort())
    const inside = await measure(vulnerable, defaults, probe.checks[1]!)
    const summary = await probe.summarize?.({
      measured: new Map([
        [check.meta.id, measured],
        ['supply-chain/contents', inside],
      ]),
    } as never)
    expect(summary?.measurements.map(({ name }) => name)).toEqual(probe.meta.headline)
    const { measurements: schema } = runDocumentSchema.shape.modes.element.shape
    expect(schema.parse(measured.measurements)).toEqual(measured.measurements)
  })
})

const memory = (artifacts: ArtifactTarget, facts = system) => ({ facts, models: {}, data: {}, artifacts })

probeConformance({
  probe,
  vulnerable: () => memory(vulnerable),
  resistant: () => memory(resistant),
  inapplicable: () => memory(resistant, { ...system, artifacts: [] }),
  queries: false,
})
