// What loading and `init` have in common: a value becomes a configuration or one clear error. Beyond the schema
// this checks the names that only the rest of the program knows: probes and their options, the measurements
// and checks that a gate names, the facts under `assets`.
import { type AnyProbe, FailmodeError, nearest } from '@failmode/core'
import type { ZodType } from 'zod'
import { type ConfigIssue, explain, keyPath, show } from './config-issue.ts'
import { type SystemConfig, systemConfigSchema } from './config-schema.ts'

/** A fact that the owner of a system can state; the catalogue's rating facts have this shape. */
export interface AssetFact {
  readonly name: string
  readonly answers: readonly (string | boolean)[]
  readonly from: 'measurement' | 'owner'
}

export interface ValidateOptions {
  /** Name shown in front of messages, such as `failmode.config.json`. */
  readonly file: string
  /** Probes of this version. Without them neither `probes` nor the names in `gate` are checked. */
  readonly probes?: readonly AnyProbe[]
  /** Without them any key may stand under `assets`. */
  readonly ratingFacts?: readonly AssetFact[]
}

export interface ValidConfig {
  readonly config: SystemConfig
  /** Options of every probe by mode, defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>
}

/**
 * @throws FailmodeError `config-invalid`, `probe-unknown`, `measurement-unknown`; the message names the file and
 * the key, and lists up to five problems
 */
export function validateConfig(value: unknown, given: ValidateOptions): ValidConfig {
  refuseOddValues(value, given.file)
  const read = explain(systemConfigSchema, value)
  if ('issues' in read) throw invalid(given.file, read.issues)
  const config = read.value
  if (given.ratingFacts !== undefined) checkAssets(config, given.ratingFacts, given.file)
  if (given.probes === undefined) return { config, options: config.probes ?? {} }
  const options = readOptions(config, given.probes, given.file)
  checkGate(config, given.probes, given.file)
  return { config, options }
}

/** One error from all issues, the first five in words. */
function invalid(file: string, issues: readonly ConfigIssue[]): FailmodeError {
  const shown = issues.slice(0, 5)
  const more = issues.length - shown.length
  const message =
    shown.length === 1
      ? `${file}: ${shown[0]!.message}.`
      : `${file} has ${issues.length} problems:\n${shown.map((issue) => `  - ${issue.message}`).join('\n')}${
          more > 0 ? `\n  - and ${more} more` : ''
        }`
  const hint = shown.find((issue) => issue.hint !== undefined)?.hint
  return new FailmodeError('config-invalid', {
    message,
    hint: hint ?? 'Correct the file; `failmode schema config` prints all keys.',
  })
}

/** Keys that would reach into the objects of JavaScript itself. */
const oddKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** Refuses what plain data cannot hold: cycles, absurd depth, keys that pollute prototypes. */
function refuseOddValues(root: unknown, file: string): void {
  const above = new Set<object>()
  const refuse = (message: string) => {
    throw new FailmodeError('config-invalid', {
      message: `${file}: ${message}.`,
      hint: 'Take it out of the file.',
    })
  }
  const walk = (value: unknown, path: readonly PropertyKey[]): void => {
    if (typeof value !== 'object' || value === null) return
    if (above.has(value)) refuse(`"${keyPath(path)}" contains itself`)
    if (path.length > 64) refuse('values are nested deeper than 64')
    above.add(value)
    if (Array.isArray(value)) {
      for (const [i, item] of value.entries()) walk(item, [...path, i])
    } else {
      for (const key of Object.keys(value)) {
        if (oddKeys.has(key)) refuse(`the key "${keyPath([...path, key])}" is not allowed`)
        walk((value as Record<string, unknown>)[key], [...path, key])
      }
    }
    above.delete(value)
  }
  walk(root, [])
}

function readOptions(
  config: SystemConfig,
  probes: readonly AnyProbe[],
  file: string,
): Readonly<Record<string, unknown>> {
  const modes = probes.map((probe) => probe.meta.mode)
  for (const slug of Object.keys(config.probes ?? {})) {
    if (modes.includes(slug)) continue
    const near = nearest(slug, modes)
    throw new FailmodeError('probe-unknown', {
      message: `${file}: "${keyPath(['probes', slug])}" names no probe of this version.`,
      hint: near === undefined ? `Probes: ${modes.join(', ')}.` : `Did you mean "${near}"?`,
    })
  }
  return Object.fromEntries(
    probes.map((probe) => {
      const slug = probe.meta.mode
      const read = explain(probe.options as ZodType<unknown>, config.probes?.[slug] ?? {}, ['probes', slug])
      if ('issues' in read) throw invalid(file, read.issues)
      return [slug, read.value]
    }),
  )
}

function checkAssets(config: SystemConfig, facts: readonly AssetFact[], file: string): void {
  const known = facts.filter((fact) => fact.from === 'owner')
  const issues = Object.entries(config.assets ?? {}).flatMap(([name, answer]): ConfigIssue[] => {
    const key = keyPath(['assets', name])
    const fact = known.find((candidate) => candidate.name === name)
    if (fact === undefined) {
      const names = known.map((candidate) => candidate.name)
      const near = nearest(name, names)
      const hint = near === undefined ? `Keys known here: ${names.join(', ')}.` : `Did you mean "${near}"?`
      return [{ key, message: `unknown key "${key}"`, hint }]
    }
    if (fact.answers.includes(answer)) return []
    const answers = fact.answers.map((option) => JSON.stringify(option)).join(', ')
    return [{ key, message: `"${key}" is ${show(answer)}, expected one of ${answers}` }]
  })
  if (issues.length > 0) throw invalid(file, issues)
}

function checkGate(config: SystemConfig, probes: readonly AnyProbe[], file: string): void {
  const names = probes.flatMap((probe) => [probe.meta.mode, ...probe.checks.map((check) => check.meta.id)])
  config.gate?.require?.forEach((name, i) => {
    if (names.includes(name)) return
    const near = nearest(name, names)
    throw new FailmodeError('probe-unknown', {
      message: `${file}: "gate.require[${i}]" is ${show(name)}, which no probe of this version measures.`,
      hint: near === undefined ? 'Name a mode or a check; see failmode list.' : `Did you mean "${near}"?`,
    })
  })
  const measurements = probes.flatMap((probe) => {
    const own = [...probe.meta.headline, ...probe.checks.flatMap((check) => check.meta.measurements)]
    return [...new Set(own)].map((name) => `${probe.meta.mode}/${name}`)
  })
  config.gate?.assert?.forEach(({ measurement }, i) => {
    if (measurements.includes(measurement)) return
    const near = nearest(measurement, measurements)
    throw new FailmodeError('measurement-unknown', {
      message: `${file}: "gate.assert[${i}].measurement" is ${show(measurement)}, expected <mode>/<measurement> of a probe.`,
      hint:
        near === undefined
          ? 'See failmode list for the measurements of each probe.'
          : `Did you mean "${near}"?`,
    })
  })
}
