// A probe tests for one failure mode and holds one or more checks. What a probe is (`meta`) is static data; what
// it does is split in two: `measure` asks for steps and returns numbers, `judge` is a pure function from those
// numbers and the thresholds to an outcome and to claims. The bug bar then rates the claims. Nothing outside a
// probe's folder asks which probe it is.
import type { ZodType } from 'zod'
import type { Conditions } from '../conditions/conditions.ts'
import type { DataFacts, Metadata } from '../data-target.ts'
import type { Cost } from '../model/budget-door.ts'
import type { ModelFacts } from '../model/model-target.ts'
import type { Random } from '../random/random.ts'
import type { Blob, Detectable, Evidence, Measurement } from '../run/run-document.ts'
import type { CheckSanity } from '../run/sanity.ts'
import type { AnyStepHandler, StepHandler, StepResult } from '../run/step.ts'
import type { TrainerFacts } from '../trainer-target.ts'
import type { Access, BudgetName, Knowledge, Outcome, Task } from '../words.ts'

/** What planning knows of the system under test; plain data. */
export interface SystemFacts {
  readonly name: string
  readonly task: Task
  readonly model: ModelFacts | null
  /** Another model of the same task that an attacker could have, to carry attacks over from. */
  readonly surrogate?: ModelFacts | null
  /** Other models of the same task, by name, that results are set beside. */
  readonly references?: Readonly<Record<string, ModelFacts>>
  readonly data: Readonly<Record<string, DataFacts>>
  /** How models of this kind are trained, where the configuration says. */
  readonly training?: TrainerFacts | null
  /** The conditions that the system will meet, where they are declared. */
  readonly conditions?: Conditions
  /** Paths of the artifacts, or empty. */
  readonly artifacts: readonly string[]
  /** Answers to rating facts that the configuration gives. */
  readonly assets: Readonly<Record<string, string | boolean>>
}

/** How much a check may do. */
export interface Budget {
  readonly name: BudgetName
  /** The most queries and gradients together that this check may spend; null for no limit. */
  readonly maxQueries: number | null
}

export interface CheckMeta {
  /** `<probe>/<what>`, stable: gates, baselines and links name it. */
  readonly id: string
  readonly title: string
  /** Catalogue variant, such as `1c`, when the check speaks of one only. */
  readonly variant: string | null
  readonly access: Access | null
  readonly knowledge: readonly Knowledge[]
  /** What a result of this check shows, in one sentence. */
  readonly proves: string
  /** Names of the measurements it can give, so that a gate that names another one is refused. */
  readonly measurements: readonly string[]
}

export interface ProbeMeta {
  /** Slug of the failure mode; also the probe's key in the configuration. */
  readonly mode: string
  readonly title: string
  readonly summary: string
  /** For selection: `tag:privacy`. */
  readonly tags: readonly string[]
  /** Names of the mode's headline measurements, first the one that a table shows. */
  readonly headline: readonly string[]
}

/** Whether a check can say something about this system, and what it will cost. */
export type Applicability =
  | {
      readonly applies: true
      /** An upper bound on what it will spend. */
      readonly cost: Cost
      /** What it will do, one line. */
      readonly work: string
    }
  | { readonly applies: false; readonly outcome: 'not-applicable' | 'skipped'; readonly reason: string }

/** What a check may touch while it measures. It runs in the parent; the work is in the steps. */
export interface CheckContext<O> {
  readonly system: SystemFacts
  readonly options: O
  readonly budget: Budget
  readonly seed: number
  readonly random: Random
  readonly signal: AbortSignal
  /** Labels of a split, [count]; null when it has none. */
  labels(split: string): Int32Array | null
  /** What is known of the samples of a split besides their classes; no columns when nothing is. */
  metadata(split: string): Metadata
  step<I, Out>(handler: StepHandler<I, Out>, input: I): Promise<StepResult<Out>>
  putSamples(outcomes: SampleOutcomes): Promise<Blob>
}

/** Per-sample results behind a rate: row i is the outcome of sample `indices[i]` of `split`. */
export interface SampleOutcomes {
  readonly split: string
  readonly indices: readonly number[]
  readonly columns: Readonly<Record<string, readonly (number | null)[]>>
}

/** What `measure` gives. Plain data: it is stored, and judged again later with other thresholds. */
export interface Measured {
  readonly measurements: readonly Measurement[]
  /** What this check did not look at, in words. */
  readonly notCovered: readonly string[]
  /** Answers to rating facts that were measured. */
  readonly facts?: Readonly<Record<string, string | number | boolean>>
  readonly sanity?: readonly Omit<CheckSanity, 'check'>[]
}

/** A statement that the bug bar rates. */
export interface Claim {
  readonly title: string
  readonly description: string
  readonly variant: string | null
  /** Which part of the system or data it is about, for the fingerprint; no numbers. */
  readonly subject: string | null
  /** Answers to rating facts that this claim settles. */
  readonly facts: Readonly<Record<string, string | boolean>>
  /** True when the mode's row in the bug bar describes something else, so that only our own scale can rate it. */
  readonly offBar?: boolean
  readonly measurements: readonly string[]
  readonly evidence: readonly Evidence[]
  readonly mitigations: readonly string[]
}

export interface Judgement {
  readonly outcome: Outcome
  readonly reason: string
  readonly detectable: Detectable | null
  readonly claims: readonly Claim[]
}

export interface Check<O> {
  readonly meta: CheckMeta
  applies(system: SystemFacts, options: O, budget: Budget): Applicability
  measure(context: CheckContext<O>): Promise<Measured>
  judge(measured: Measured, options: O): Judgement
}

/** Results of a probe's checks and the means to read their per-sample outcomes. */
export interface SummaryContext {
  readonly measured: ReadonlyMap<string, Measured>
  readonly seed: number
  readSamples(blob: Blob): Promise<SampleOutcomes>
  putSamples(outcomes: SampleOutcomes): Promise<Blob>
}

export interface Summary {
  readonly measurements: readonly Measurement[]
  readonly sanity: readonly CheckSanity[]
}

export interface Probe<O> {
  readonly meta: ProbeMeta
  /** zod schema with defaults, thresholds and help text; `parse({})` gives the defaults. */
  readonly options: ZodType<O>
  readonly checks: readonly Check<O>[]
  readonly steps: readonly AnyStepHandler[]
  /** What only shows over all checks of the mode: the worst case per sample, a comparison between attacks. */
  summarize?(context: SummaryContext): Promise<Summary>
}

// biome-ignore lint/suspicious/noExplicitAny: a registry holds probes of all option types
export type AnyProbe = Probe<any>

/** Gives a probe its types; checks what can be checked without running it. */
export function defineProbe<O>(probe: Probe<O>): Probe<O> {
  const ids = probe.checks.map((check) => check.meta.id)
  if (new Set(ids).size !== ids.length) throw new TypeError(`probe ${probe.meta.mode} names a check twice`)
  const names = probe.steps.map((step) => step.name)
  if (new Set(names).size !== names.length) throw new TypeError(`probe ${probe.meta.mode} names a step twice`)
  return probe
}
