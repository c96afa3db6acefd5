// One run, from an opened system to run.json: plan, measure by steps with a journal, judge, gate, write. Checks
// run side by side and wait for steps; the pool is what limits the work. An error inside a check is that check's
// outcome and stops no other check. The document is written last and by rename, so a folder with run.json holds a
// whole run.
import { setMaxListeners } from 'node:events'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { catalogue } from '@failmode/catalogue'
import {
  type AnyProbe,
  type BarChoice,
  type Baseline,
  type BudgetName,
  type CheckContext,
  type CheckSanity,
  type CheckState,
  type Cost,
  canonicalJson,
  chooseBar,
  createRandom,
  errorToData,
  FailmodeError,
  gateDocument,
  judgeRun,
  type Measured,
  type Measurement,
  makePlan,
  mergeSanity,
  type Plan,
  type PlannedCheck,
  parseSelection,
  type RunDocument,
  runDocumentSchema,
  type SampleOutcomes,
  type SanityEntry,
  schemaVersion,
} from '@failmode/core'
import type { OpenedSystem } from '../open-system.ts'
import { createStepPool, type StepPool } from '../pool/step-pool.ts'
import { libraryVersions, toolVersion } from '../versions.ts'
import { driftSanity, type SentinelInput, sentinelStep, sentinelsOf } from './drift.ts'
import { createJournal, type JournalFile, readJournal, reopenJournal } from './journal-file.ts'
import { createProgress, type Progress } from './progress.ts'
import type { RunEvents } from './run-events.ts'
import { createBlobStore, sha256, writeWhole } from './run-folder.ts'
import { createStepRunner, type StepRunner } from './step-runner.ts'

export interface RunSettings {
  readonly probes: readonly AnyProbe[]
  readonly only?: string
  readonly budget: BudgetName
  readonly maxQueries: number | null
  readonly seed: number
  readonly workers?: number
  readonly bugBar: BarChoice
  /** What is known and accepted; only what is new or worse fails the gate. */
  readonly baseline?: Baseline
  /** Kept in the journal's first line, so that the folder alone can be resumed. */
  readonly origin: unknown
  /** Words of the command line that repeat one check. */
  readonly reproduce: (checkId: string) => string
}

export interface RunOptions {
  readonly folder: string
  readonly resume: boolean
  readonly signal: AbortSignal
  readonly events?: RunEvents
}

/** The plan of a run, without running it. */
export function planRun(system: OpenedSystem, settings: RunSettings): Plan {
  return makePlan({
    system: system.facts,
    probes: settings.probes,
    options: system.options,
    selection: parseSelection(settings.only, { probes: settings.probes, modes: catalogue.modes }),
    budget: { name: settings.budget, maxQueries: maxQueriesOfChecks(system, settings) },
  })
}

/** What is left for the checks when the samples that watch the model are paid for. */
function maxQueriesOfChecks(system: OpenedSystem, settings: RunSettings): number | null {
  const limit = maxQueries(system, settings)
  return limit === null ? null : limit - 3 * (sentinelsOf(system, limit)?.indices.length ?? 0)
}

/** The smaller of what the settings allow and what the configuration pays for; null for no limit. */
function maxQueries({ costLimit }: OpenedSystem, settings: RunSettings): number | null {
  if (costLimit === null || settings.maxQueries === null) return costLimit ?? settings.maxQueries
  return Math.min(costLimit, settings.maxQueries)
}

/**
 * Runs the checks and writes the run folder.
 *
 * @returns the run document; `complete` is false when `signal` stopped it, and the folder can be resumed
 * @throws FailmodeError when nothing could be started: run-changed, run-invalid, usage
 */
export async function runSystem(
  system: OpenedSystem,
  settings: RunSettings,
  { folder, resume, signal, events = {} }: RunOptions,
): Promise<RunDocument> {
  const started = performance.now()
  // Every waiting step listens to this signal, and there are hundreds.
  setMaxListeners(0, signal)
  const plan = planRun(system, settings)
  const planDigest = sha256(
    canonicalJson([
      toolVersion,
      system.digest,
      system.options,
      settings.only ?? null,
      settings.budget,
      maxQueries(system, settings),
      settings.seed,
    ]),
  )
  const past = resume ? await readJournal(folder) : null
  if (past !== null && past.header.planDigest !== planDigest) {
    throw new FailmodeError('run-changed', {
      message: `the model, the data, the configuration or this program changed since the run in ${folder} was started, so its measurements cannot be continued.`,
      hint: 'Start a new run.',
    })
  }
  const header = past?.header ?? {
    journal: 1 as const,
    runId: createRunId(),
    createdAt: new Date().toISOString(),
    tool: toolVersion,
    planDigest,
    settings: settings.origin,
  }
  const journal: JournalFile =
    past === null ? await createJournal(folder, header) : await reopenJournal(folder, past)
  const pool = createStepPool({
    descriptor: system.descriptor,
    folder,
    seed: settings.seed,
    ...(settings.workers === undefined ? {} : { workers: settings.workers }),
    ...(system.host === null ? {} : { host: system.host }),
  })
  const progress = createProgress(plan)
  const tell = () => events.progress?.(progress.share(), progress.secondsLeft())
  const steps = createStepRunner({
    folder,
    journal,
    past,
    pool,
    targets: system.digest,
    seed: settings.seed,
    signal,
  })
  events.planned?.(plan, folder)
  try {
    const run: Running = { system, settings, steps, progress, folder, signal, events, tell }
    const watched = await watchModel(run)
    const measured = await Promise.all(plan.checks.map((planned) => runCheck(planned, run)))
    const drift = signal.aborted ? [] : await watched(measured)
    const interrupted = signal.aborted
    const summary = interrupted ? { headlines: {}, sanity: [] } : await summarize(measured, run, drift)
    const judged = assemble({
      system,
      settings,
      header,
      measured,
      summary,
      pool,
      steps,
      interrupted,
      started,
    })
    const store = createBlobStore(folder)
    const document = await gateDocument(judged, {
      gate: system.config.gate ?? null,
      baseline: settings.baseline ?? null,
      // Of the start, so that a resumed run is gated as it would have been.
      today: header.createdAt.slice(0, 10),
      readSamples: async (blob) => JSON.parse(new TextDecoder().decode(await store.get(blob))),
    })
    await writeWhole(join(folder, 'run.json'), `${JSON.stringify(document, null, 2)}\n`)
    events.finished?.(document)
    return document
  } finally {
    await pool.close()
    await journal.close()
  }
}

/**
 * Asks the model about samples that watch it, where it can change.
 * @returns what asks again at the end and says of all checks that asked the model whether it changed
 */
async function watchModel(run: Running): Promise<(done: readonly Done[]) => Promise<readonly CheckSanity[]>> {
  const sentinels = sentinelsOf(run.system, maxQueries(run.system, run.settings))
  if (sentinels === null) return async () => []
  // A model that does not answer now will not answer the checks, which say so themselves.
  const ask = async (moment: SentinelInput['moment']) =>
    run.steps.run(sentinelStep, { ...sentinels, moment }).then(
      ({ output }) => output,
      () => null,
    )
  const start = await ask('start')
  const again = await ask('start-again')
  return async (done) => {
    const asked = done.filter(({ state }) => state.result.kind === 'measured' && state.cost.queries > 0)
    if (asked.length === 0) return []
    const end = await ask('end')
    return driftSanity(
      start === null || again === null || end === null ? null : { start, again, end },
      asked.map(({ state }) => state.checkId),
    )
  }
}

interface Running {
  readonly system: OpenedSystem
  readonly settings: RunSettings
  readonly steps: StepRunner
  readonly progress: Progress
  readonly folder: string
  readonly signal: AbortSignal
  readonly events: RunEvents
  readonly tell: () => void
}

interface Done {
  readonly state: CheckState
  readonly seconds: number
}

async function runCheck(planned: PlannedCheck, run: Running): Promise<Done> {
  const { probe, check, options, state } = planned
  const base = { probe, checkId: check.meta.id, options }
  const nothing: Cost = { queries: 0, gradients: 0 }
  if (state.kind !== 'run') return { state: { ...base, cost: nothing, result: state }, seconds: 0 }

  const started = performance.now()
  const spent = { queries: 0, gradients: 0 }
  const { system, settings, progress, events, signal } = run
  const id = check.meta.id
  events.checkStarted?.(id)
  const context: CheckContext<unknown> = {
    system: system.facts,
    options,
    budget: planned.budget,
    seed: settings.seed,
    random: createRandom(settings.seed).split(probe.meta.mode),
    signal,
    labels: (split) => system.labels(split),
    metadata: (split) => system.metadata(split),
    async step(handler, input) {
      let reported = 0
      const weight = state.cost.queries + 2 * state.cost.gradients
      const result = await run.steps.run(handler, input, {
        onProgress: (share) => {
          // A step does not know its part of the check; this only keeps the line moving between steps.
          const now = share * Math.min(weight * 0.1, weight)
          progress.reported(id, now - reported)
          reported = now
          run.tell()
        },
      })
      progress.reported(id, -reported)
      progress.spent(id, result.cost)
      spent.queries += result.cost.queries
      spent.gradients += result.cost.gradients
      run.tell()
      return result
    },
    putSamples: (outcomes) => putSamples(run.folder, outcomes),
  }
  const end = (
    result: CheckState['result'],
    kind: 'measured' | 'error' | 'interrupted',
    reason: string | null,
  ) => {
    progress.ended(id)
    events.checkEnded?.(id, kind, reason)
    run.tell()
    return {
      state: { ...base, cost: { ...spent }, result },
      seconds: (performance.now() - started) / 1000,
    }
  }
  try {
    const measured = await check.measure(context)
    return end({ kind: 'measured', measured }, 'measured', null)
  } catch (error) {
    if (signal.aborted) {
      return end(
        { kind: 'skipped', reason: 'The run was interrupted before this check ended.' },
        'interrupted',
        null,
      )
    }
    const { code, message } = errorToData(error)
    const reason = `${code}: ${message}`
    return end({ kind: 'error', reason }, 'error', reason)
  }
}

async function putSamples(folder: string, outcomes: SampleOutcomes) {
  return createBlobStore(folder).put(new TextEncoder().encode(`${JSON.stringify(outcomes)}\n`), {
    folder: 'samples',
    extension: 'json',
    mediaType: 'application/json',
  })
}

interface RunSummary {
  readonly headlines: Readonly<Record<string, readonly Measurement[]>>
  readonly sanity: readonly SanityEntry[]
}

async function summarize(
  done: readonly Done[],
  run: Running,
  drift: readonly CheckSanity[],
): Promise<RunSummary> {
  const store = createBlobStore(run.folder)
  const headlines: Record<string, readonly Measurement[]> = {}
  const sanity: CheckSanity[] = [...drift]
  for (const probe of run.settings.probes) {
    const measured = new Map<string, Measured>()
    for (const { state } of done) {
      if (state.probe !== probe || state.result.kind !== 'measured') continue
      measured.set(state.checkId, state.result.measured)
      for (const entry of state.result.measured.sanity ?? []) sanity.push({ ...entry, check: state.checkId })
    }
    if (measured.size === 0) continue
    if (probe.summarize === undefined) {
      headlines[probe.meta.mode] = headlineOf(probe, measured)
      continue
    }
    const summary = await probe.summarize({
      measured,
      seed: run.settings.seed,
      readSamples: async (blob) =>
        JSON.parse(new TextDecoder().decode(await store.get(blob))) as SampleOutcomes,
      putSamples: (outcomes) => putSamples(run.folder, outcomes),
    })
    headlines[probe.meta.mode] = summary.measurements
    sanity.push(...summary.sanity)
  }
  return { headlines, sanity: mergeSanity(sanity) }
}

/** The measurements a probe names as headline, from its checks, the whole ones and not the slices. */
function headlineOf(probe: AnyProbe, measured: ReadonlyMap<string, Measured>): Measurement[] {
  const all = [...measured.values()].flatMap(({ measurements }) => measurements)
  return probe.meta.headline.flatMap((name) => {
    const found = all.find((measurement) => measurement.name === name && measurement.slice === undefined)
    return found === undefined ? [] : [found]
  })
}

function assemble(parts: {
  readonly system: OpenedSystem
  readonly settings: RunSettings
  readonly header: { readonly runId: string; readonly createdAt: string }
  readonly measured: readonly Done[]
  readonly summary: RunSummary
  readonly pool: StepPool
  readonly steps: StepRunner
  readonly interrupted: boolean
  readonly started: number
}): RunDocument {
  const { system, settings, header, measured, summary, pool, steps } = parts
  const { config, facts } = system
  const { bugBar, ownBugBar, ...bar } = chooseBar(catalogue, settings.bugBar)
  const judged = judgeRun({
    catalogue: bar.catalogue,
    systemName: facts.name,
    assets: facts.assets,
    bugBar,
    checks: measured.map(({ state }) => state),
    headlines: summary.headlines,
    sanity: summary.sanity,
    sha256,
    reproduce: settings.reproduce,
  })
  const { model } = facts
  return runDocumentSchema.parse({
    schemaVersion,
    id: header.runId,
    tool: { name: 'failmode', version: toolVersion, catalogue: catalogue.asOf },
    createdAt: header.createdAt,
    seed: settings.seed,
    budget: { name: settings.budget, maxQueries: maxQueries(system, settings) },
    system: {
      name: facts.name,
      task: facts.task,
      digest: system.digest,
      config: system.configName,
      model:
        model === null
          ? null
          : {
              kind: model.kind,
              digest: model.digest,
              access: [...model.access],
              missingAccess: { ...model.missingAccess },
              sampleShape: [...model.sampleShape],
              classes: model.classes,
              labels: [...model.labels],
              output: model.output,
              ...(model.note === undefined ? {} : { note: model.note }),
              ...(model.gradientNotes === undefined ? {} : { gradientNotes: [...model.gradientNotes] }),
            },
      data: Object.fromEntries(
        Object.entries(facts.data).map(([name, { digest, count, sampleShape, labelled }]) => [
          name,
          { digest, count, sampleShape: [...sampleShape], labelled },
        ]),
      ),
      artifacts: [...facts.artifacts],
      assets: { ...facts.assets },
      options: system.options,
      authorized: config.authorized ?? null,
    },
    environment: {
      runtime: `node ${process.versions.node}`,
      platform: `${process.platform} ${process.arch}`,
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      workers: pool.workers,
      threadsPerWorker: pool.threadsPerWorker,
      libraries: libraryVersions(),
    },
    complete: !parts.interrupted,
    bugBar,
    ownBugBar,
    modes: judged.modes,
    findings: judged.findings,
    sanity: summary.sanity,
    gate: null,
    timing: {
      seconds: Math.round(performance.now() - parts.started) / 1000,
      steps: steps.count.done,
      reusedSteps: steps.count.reused,
      checks: Object.fromEntries(
        measured.map(({ state, seconds }) => [state.checkId, Math.round(seconds * 1000) / 1000]),
      ),
      ...(pool.transport.requests === 0 ? {} : { transport: { ...pool.transport } }),
    },
  })
}

/** Sortable by time, unique without coordination. */
function createRunId(): string {
  const time = new Date().toISOString().replace(/[-:]/g, '').slice(0, 15)
  return `${time}-${crypto.randomUUID().slice(0, 8)}`
}
