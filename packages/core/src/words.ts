// The closed vocabularies of the design, as values and types. Everything that prints, stores or compares one of
// these words takes it from here.
import { z } from 'zod'

/** What the adversary can touch. */
export const accesses = [
  'label',
  'score',
  'gradient',
  'weights',
  'training-data',
  'training',
  'artifact',
  'environment',
] as const
export const accessSchema = z.enum(accesses)
export type Access = z.infer<typeof accessSchema>

/** What the adversary knows. */
export const knowledges = ['algorithm', 'source', 'training-data'] as const
export const knowledgeSchema = z.enum(knowledges)
export type Knowledge = z.infer<typeof knowledgeSchema>

/**
 * The seed's own word. White box: knows the algorithm or the source, or has gradients or weights. Black box:
 * none of these.
 */
export function box(access: Access, knowledge: readonly Knowledge[]): 'white-box' | 'black-box' {
  const sees = access === 'gradient' || access === 'weights'
  return sees || knowledge.includes('algorithm') || knowledge.includes('source') ? 'white-box' : 'black-box'
}

/**
 * Outcomes in the order in which they decide a mode's outcome: a mode shows the first of these that any of its
 * checks has. What could not be observed stands before what was found clean.
 */
export const outcomes = [
  'finding',
  'error',
  'inconclusive',
  'manual',
  'skipped',
  'no-finding',
  'not-applicable',
] as const
export const outcomeSchema = z.enum(outcomes)
export type Outcome = z.infer<typeof outcomeSchema>

/** The outcome of a mode from those of its checks. A mode without checks is `skipped`. */
export function combineOutcomes(present: readonly Outcome[]): Outcome {
  return outcomes.find((outcome) => present.includes(outcome)) ?? 'skipped'
}

/** Ratings of the SDL bug bar, worst first. */
export const sdlSeverities = ['critical', 'important', 'moderate', 'low'] as const
export const sdlSeveritySchema = z.enum(sdlSeverities)
export type SdlSeverity = z.infer<typeof sdlSeveritySchema>

/** Ratings of our own safety scale for modes the bug bar has no row for, worst first. */
export const safetySeverities = ['high', 'medium', 'low'] as const
export const safetySeveritySchema = z.enum(safetySeverities)
export type SafetySeverity = z.infer<typeof safetySeveritySchema>

export const scales = ['sdl', 'safety'] as const
export const scaleSchema = z.enum(scales)
export type Scale = z.infer<typeof scaleSchema>

/** How much work a run may do. */
export const budgets = ['quick', 'standard', 'thorough'] as const
export const budgetSchema = z.enum(budgets)
export type BudgetName = z.infer<typeof budgetSchema>

export const tasks = [
  'image-classification',
  'text-classification',
  'audio-classification',
  'tabular-classification',
  'regression',
  'sequence',
  'detection',
  'embedding',
  'policy',
] as const
export const taskSchema = z.enum(tasks)
export type Task = z.infer<typeof taskSchema>
