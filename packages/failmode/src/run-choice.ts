// What a run is started with, as plain data: it goes into the journal's first line, and resuming reads it there.
import { resolve } from 'node:path'
import {
  type BarChoice,
  type Baseline,
  type BudgetName,
  FailmodeError,
  type SdlSeverity,
} from '@failmode/core'
import { configNames, type RunSettings, type SystemConfig } from '@failmode/system'
import type { SourceChoice } from './load-source.ts'
import { bugBarOf } from './read-bug-bar.ts'
import { registry } from './registry.ts'
import { budgetOf, failOnOf, type Options, text, whole } from './terminal/options.ts'

export const defaultBugBar = 'sdl-aiml-2019'
const defaultSeed = 0

export interface RunChoice {
  readonly source: SourceChoice
  readonly only: string | null
  readonly budget: BudgetName
  readonly maxQueries: number | null
  /** Null takes the configuration's. */
  readonly seed: number | null
  /** A bar from a file is kept whole, so that a resumed run is rated by what it was started with. */
  readonly bugBar: BarChoice
  /** Takes the place of the configuration's. */
  readonly failOn: SdlSeverity | null
  /** Path of a baseline, in the place of the configuration's. */
  readonly baseline?: string | null
}

export function runChoice(options: Options): RunChoice {
  return {
    source: sourceChoice(options),
    only: text(options, 'only') ?? null,
    budget: budgetOf(options),
    maxQueries: whole(options, 'maxQueries', { flag: '--max-queries', min: 1 }) ?? null,
    seed: whole(options, 'seed', { flag: '--seed', min: 0 }) ?? null,
    bugBar: bugBarOf(options) ?? defaultBugBar,
    failOn: failOnOf(options) ?? null,
    baseline: resolved(text(options, 'baseline')),
  }
}

function resolved(path: string | undefined): string | null {
  return path === undefined ? null : resolve(path)
}

export function sourceChoice(options: Options): SourceChoice {
  const config = text(options, 'config')
  const model = text(options, 'model')
  const data = text(options, 'data')
  const how = options.referenceCompatible === true ? { referenceCompatible: true } : {}
  if (model === undefined && data === undefined) {
    return { kind: 'config', path: config === undefined ? null : resolve(config), ...how }
  }
  if (config !== undefined) {
    throw new FailmodeError('usage', {
      message: '--config and --model/--data were both given; a run takes one of them.',
    })
  }
  if (model === undefined || data === undefined) {
    throw new FailmodeError('usage', {
      message: `--${model === undefined ? 'data' : 'model'} was given without --${model === undefined ? 'model' : 'data'}.`,
      hint: 'Give both, or a configuration with --config.',
    })
  }
  return { kind: 'inferred', model: resolve(model), data: resolve(data), ...how }
}

export function runSettings(
  choice: RunChoice,
  config: SystemConfig,
  { workers, baseline }: { readonly workers: number | undefined; readonly baseline: Baseline | null },
): RunSettings {
  const seed = choice.seed ?? config.seed ?? defaultSeed
  return {
    probes: registry,
    ...(choice.only === null ? {} : { only: choice.only }),
    budget: choice.budget,
    maxQueries: choice.maxQueries,
    seed,
    ...(workers === undefined ? {} : { workers }),
    bugBar: choice.bugBar,
    ...(baseline === null ? {} : { baseline }),
    origin: choice,
    reproduce: (checkId) =>
      `failmode ${sourceWords(choice.source)} --only ${checkId} --budget ${choice.budget} --seed ${seed}${choice.source.referenceCompatible === true ? ' --reference-compatible' : ''}`,
  }
}

/** The words of the command line that name this source again. */
function sourceWords(source: SourceChoice): string {
  if (source.kind === 'inferred') {
    return `run --model ${quoted(relativeName(source.model))} --data ${quoted(relativeName(source.data))}`
  }
  if (source.bundled === true) return 'demo'
  const name = source.path === null ? null : relativeName(source.path)
  // A name that is looked for anyway needs no words.
  return name === null || configNames.some((known) => known === name) ? 'run' : `run --config ${quoted(name)}`
}

/** The file name alone: a report may travel, and folders of this machine mean nothing elsewhere. */
function relativeName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path
}

function quoted(name: string): string {
  return /^[\w./@+-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`
}
