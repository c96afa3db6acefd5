// What changed between two runs, measurement by measurement. Numbers whose samples were stored are compared in pairs, and
// the p-values of a whole comparison are corrected together (Holm); of the others the difference is given and it is said
// why there is no test. Two intervals that overlap prove nothing, and are never asked.
import { canonicalJson } from '../json.ts'
import type { SampleOutcomes } from '../probe/probe.ts'
import { createRandom } from '../random/random.ts'
import type { Blob, Finding, Measurement, RunDocument } from '../run/run-document.ts'
import { holm } from '../statistics/multiple-tests.ts'
import type { Outcome } from '../words.ts'
import { compareSamples, type PairedComparison } from './compare-samples.ts'

export interface MeasurementDiff {
  readonly mode: string
  /** Null for a headline number of the mode. */
  readonly check: string | null
  readonly name: string
  readonly slice: NonNullable<Measurement['slice']> | null
  readonly unit: string
  readonly from: number
  readonly to: number
  readonly paired: PairedComparison | null
  /** Corrected for all tests of the comparison; null where there is none. */
  readonly p: number | null
  /** Why there is no test. */
  readonly unpaired: string | null
}

export interface OutcomeDiff {
  readonly check: string
  readonly from: Outcome | null
  readonly to: Outcome | null
}

export interface RunDiff {
  readonly from: string
  readonly to: string
  /** What makes the runs hard to compare: other data, another model, another budget. */
  readonly differences: readonly string[]
  readonly measurements: readonly MeasurementDiff[]
  /** Checks whose outcome is another one, or that only one run has. */
  readonly outcomes: readonly OutcomeDiff[]
  readonly appeared: readonly Finding[]
  readonly gone: readonly Finding[]
}

export interface DiffSide {
  readonly run: RunDocument
  readSamples(blob: Blob): Promise<SampleOutcomes>
}

export async function diffRuns(first: DiffSide, second: DiffSide): Promise<RunDiff> {
  const [before, after] = [listOf(first.run), listOf(second.run)]
  const random = createRandom(0).split('diff')
  const raw: MeasurementDiff[] = []
  for (const [key, a] of before) {
    const b = after.get(key)
    if (b === undefined) continue
    const { mode, check, measurement } = a
    const { paired, unpaired } = await pair(first, second, measurement, b.measurement, random.split(key))
    raw.push({
      mode,
      check,
      name: measurement.name,
      slice: measurement.slice ?? null,
      unit: measurement.unit,
      from: measurement.value,
      to: b.measurement.value,
      paired,
      p: null,
      unpaired,
    })
  }
  const tested = raw.filter(({ paired }) => paired !== null)
  const corrected = holm(tested.map(({ paired }) => paired?.p ?? 1))
  const p = new Map(tested.map((entry, i) => [entry, corrected[i] as number]))
  return {
    from: first.run.id,
    to: second.run.id,
    differences: differencesOf(first.run, second.run),
    measurements: raw.map((entry) => ({ ...entry, p: p.get(entry) ?? null })),
    outcomes: outcomesOf(first.run, second.run),
    appeared: missingFrom(first.run, second.run.findings),
    gone: missingFrom(second.run, first.run.findings),
  }
}

interface Listed {
  readonly mode: string
  readonly check: string | null
  readonly measurement: Measurement
}

/** Every measurement under what names it in both runs: where it stands, its name and its slice, not its attack. */
function listOf({ modes }: RunDocument): ReadonlyMap<string, Listed> {
  const all = modes.flatMap(({ slug, measurements, checks }) => [
    ...measurements.map((measurement): Listed => ({ mode: slug, check: null, measurement })),
    ...checks.flatMap(({ id, measurements: own }) =>
      own.map((measurement): Listed => ({ mode: slug, check: id, measurement })),
    ),
  ])
  return new Map(
    all.map((entry) => [
      canonicalJson([entry.mode, entry.check, entry.measurement.name, entry.measurement.slice ?? null]),
      entry,
    ]),
  )
}

async function pair(
  first: DiffSide,
  second: DiffSide,
  a: Measurement,
  b: Measurement,
  random: ReturnType<typeof createRandom>,
): Promise<Pick<MeasurementDiff, 'paired' | 'unpaired'>> {
  if (a.samples === undefined || b.samples === undefined)
    return { paired: null, unpaired: 'the outcomes of its samples were not stored' }
  const [x, y] = [await first.readSamples(a.samples.blob), await second.readSamples(b.samples.blob)]
  const digest = (run: RunDocument, split: string) => run.system.data[split]?.digest
  if (x.split !== y.split || digest(first.run, x.split) !== digest(second.run, y.split))
    return { paired: null, unpaired: 'the two runs used other data' }
  const paired = compareSamples(x, y, a.samples.column, random)
  return paired === null ? { paired, unpaired: 'no sample is in both runs' } : { paired, unpaired: null }
}

function differencesOf(a: RunDocument, b: RunDocument): readonly string[] {
  const list: string[] = []
  const note = (what: string, from: string, to: string) => {
    if (from !== to) list.push(`${what}: ${from}, then ${to}`)
  }
  note('system', a.system.name, b.system.name)
  note('model', a.system.model?.digest.slice(0, 12) ?? 'none', b.system.model?.digest.slice(0, 12) ?? 'none')
  for (const split of new Set([...Object.keys(a.system.data), ...Object.keys(b.system.data)])) {
    const digest = (run: RunDocument) => run.system.data[split]?.digest.slice(0, 12) ?? 'none'
    note(`data ${split}`, digest(a), digest(b))
  }
  note('budget', a.budget.name, b.budget.name)
  note('seed', String(a.seed), String(b.seed))
  note('version', a.tool.version, b.tool.version)
  for (const mode of Object.keys({ ...a.system.options, ...b.system.options })) {
    if (canonicalJson(a.system.options[mode] as never) !== canonicalJson(b.system.options[mode] as never))
      list.push(`options of ${mode}`)
  }
  return list
}

function outcomesOf(a: RunDocument, b: RunDocument): readonly OutcomeDiff[] {
  const of = (run: RunDocument) =>
    new Map(run.modes.flatMap(({ checks }) => checks.map(({ id, outcome }) => [id, outcome] as const)))
  const [before, after] = [of(a), of(b)]
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((check) => {
    const [from, to] = [before.get(check) ?? null, after.get(check) ?? null]
    return from === to ? [] : [{ check, from, to }]
  })
}

function missingFrom(run: RunDocument, findings: readonly Finding[]): readonly Finding[] {
  const known = new Set(run.findings.map(({ fingerprint }) => fingerprint))
  return findings.filter(({ fingerprint }) => !known.has(fingerprint))
}
