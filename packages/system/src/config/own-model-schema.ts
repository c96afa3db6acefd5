// The two kinds of models that run the user's own code: a program that is started, and functions of a configuration in
// TypeScript or JavaScript.
import type { LossClasses, LossName, Tensor } from '@failmode/core'
import { z } from 'zod'

/** One row of numbers for each sample, or all of them in one row. */
export type Rows = ArrayLike<number> | ArrayLike<ArrayLike<number>>

/**
 * Answers for a batch, [N, ...sample] as the input block says the model takes it: N rows of scores, or N classes when
 * `output` is `labels`.
 */
export type ModelFunction = (batch: Tensor) => Rows | Promise<Rows>

/** What a gradient function gives for a batch of N. */
export interface FunctionGradient {
  /** N values. */
  readonly loss: Rows
  /** By each number of the batch, in its shape. */
  readonly gradient: Rows
  /** What `predict` gives for the same batch. */
  readonly scores: Rows
}

export type GradientFunction = (
  batch: Tensor,
  loss: LossName,
  classes: LossClasses,
) => FunctionGradient | Promise<FunctionGradient>

export interface ModelFunctions {
  readonly predict: ModelFunction
  readonly gradient?: GradientFunction | undefined
  readonly maxBatch?: number | undefined
  readonly version?: string | undefined
}

const text = z.string().min(1)
const version = text
  .optional()
  .describe('any text that changes when the model does, where its files or functions do not show it')

export const commandFields = {
  command: z.array(text).min(1).describe('program and arguments; it runs in the folder of the configuration'),
  env: z
    .array(
      z
        .string()
        // The message does not repeat what stands there: it may be a secret with its name.
        .refine((name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name), {
          error: 'is no name of an environment variable, expected one such as MODEL_FOLDER, without a value',
        }),
    )
    .optional()
    .describe('variables that the program may see besides PATH, HOME and LANG'),
  timeout: z.number().positive().max(86_400).optional().describe('seconds for an answer; 60 unless said'),
  restarts: z.int().min(0).optional().describe('times that a worker starts it again; 2 unless said'),
  version,
}

const isFunction = (value: unknown): boolean => typeof value === 'function'
const noFunction = ({ input }: { readonly input?: unknown }): string =>
  input === undefined ? 'expected a function' : 'is no function, expected one'

export const functionFields = {
  predict: z.custom<ModelFunction>(isFunction, { error: noFunction }),
  gradient: z.custom<GradientFunction>(isFunction, { error: noFunction }).optional(),
  maxBatch: z.int().min(1).optional().describe('most samples of one call'),
  version,
}
