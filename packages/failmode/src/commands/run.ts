import { join, resolve } from 'node:path'
import { catalogue } from '@failmode/catalogue'
import { FailmodeError } from '@failmode/core'
import type { ReportFormat } from '@failmode/report'
import { exists, openSystem, readJournal, runSystem, type SystemSource } from '@failmode/system'
import { exitOf } from '../exit-of.ts'
import { interruption } from '../interruption.ts'
import { loadSource } from '../load-source.ts'
import { readBaseline } from '../read-baseline.ts'
import { type RunChoice, runChoice, runSettings } from '../run-choice.ts'
import { type Options, oneOf, text, whole } from '../terminal/options.ts'
import { printRun } from '../terminal/print-run.ts'
import { createReporter } from '../terminal/reporter.ts'
import { reportFormats, writeReports } from '../write-reports.ts'

export async function run(_: readonly string[], options: Options): Promise<number> {
  const formats = (text(options, 'format') ?? 'html')
    .split(',')
    .map((word) => oneOf(word.trim(), reportFormats, '--format'))
  const resume = text(options, 'resume')
  const choice = resume === undefined ? runChoice(options) : await storedChoice(resolve(resume), options)
  const folder = resume === undefined ? await newFolder(text(options, 'out')) : resolve(resume)
  return execute({
    choice,
    folder,
    resume: resume !== undefined,
    formats,
    json: options.json === true,
    options,
  })
}

export interface Execution {
  readonly choice: RunChoice
  readonly folder: string
  readonly resume: boolean
  readonly formats: readonly ReportFormat[]
  readonly json: boolean
  readonly options: Options
}

/** Opens the system, runs it, writes the reports, prints the table, and gives the exit status. */
export async function execute({
  choice,
  folder,
  resume,
  formats,
  json,
  options,
}: Execution): Promise<number> {
  const { signal, dispose } = interruption()
  try {
    const source = await loadSource(choice.source, { signal })
    const { failOn } = choice
    const config =
      failOn === null ? source.config : { ...source.config, gate: { ...source.config.gate, failOn } }
    const named =
      choice.baseline ??
      (config.gate?.baseline === undefined ? null : join(source.folder, config.gate.baseline))
    // Before anything is measured: a baseline that cannot be read is a mistake of the command line.
    const baseline = named === null ? null : await readBaseline(named)
    const system = await openSystem({ ...source, config }, { signal })
    const workers = whole(options, 'workers', { flag: '--workers', min: 1 })
    const document = await runSystem(
      system,
      runSettings(pinned(choice, source), config, { workers, baseline }),
      {
        folder,
        resume,
        signal,
        events: createReporter(),
      },
    )
    const written = await writeReports(document, { folder, formats, catalogue })
    if (json) process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
    else printRun(document, { folder, written })
    return exitOf(document)
  } finally {
    dispose()
  }
}

/** A configuration that was found by its name is kept by its path, so that its run can be resumed from anywhere. */
function pinned(choice: RunChoice, { folder, configName }: SystemSource): RunChoice {
  if (configName === null || choice.source.kind !== 'config') return choice
  return { ...choice, source: { ...choice.source, path: join(folder, configName) } }
}

export async function newFolder(out: string | undefined): Promise<string> {
  const folder = resolve(
    out ?? join('failmode-runs', new Date().toISOString().replace(/[:.]/g, '-').slice(0, 19)),
  )
  if ((await exists(join(folder, 'run.json'))) || (await exists(join(folder, 'journal.jsonl')))) {
    throw new FailmodeError('file-exists', {
      message: `${folder} already holds a run.`,
      hint: 'Give another --out, or go on with it: --resume.',
    })
  }
  return folder
}

async function storedChoice(folder: string, options: Options): Promise<RunChoice> {
  if (!(await exists(join(folder, 'journal.jsonl')))) {
    throw new FailmodeError('run-invalid', {
      message: `${folder} holds no journal, so there is nothing to resume.`,
      hint: 'Give the folder that an interrupted run named.',
    })
  }
  const chosen = [
    'config',
    'model',
    'data',
    'only',
    'budget',
    'seed',
    'maxQueries',
    'bugBar',
    'failOn',
    'baseline',
    'referenceCompatible',
    'out',
  ]
  const given = chosen.find((name) => options[name] !== undefined)
  if (given !== undefined) {
    const flag = given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    throw new FailmodeError('usage', {
      message: `--${flag} cannot be given with --resume: a run goes on with what it was started with.`,
    })
  }
  const { header } = await readJournal(folder)
  return header.settings as RunChoice
}
