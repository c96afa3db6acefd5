import type { Cell } from './corrupt-step.ts'

/** 1 right, 0 wrong. */
export type Right = 0 | 1

/** What the model answered: row i of every array is about image `indices[i]` of the split. */
export interface Answers {
  readonly split: string
  readonly indices: readonly number[]
  readonly truth: readonly number[]
  readonly clean: readonly Right[]
  readonly cells: readonly CellAnswers[]
  /** What the errors are divided by; `right` of a reference is about the same images, clean and in each of `cells`. */
  readonly normaliser: AnsweredNormaliser
}

export type AnsweredNormaliser =
  | { readonly kind: 'none' | 'alexnet' }
  | {
      readonly kind: 'reference'
      readonly name: string
      readonly clean: readonly Right[]
      readonly cells: readonly (readonly Right[])[]
    }

export interface CellAnswers extends Cell {
  readonly correct: readonly Right[]
  readonly predictions: readonly number[]
}
