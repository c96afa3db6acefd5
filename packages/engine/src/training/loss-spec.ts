// A loss as data, for recipes that are written down and for workers on other threads, where functions cannot go.

import { ctc } from '../gradients/ctc.ts'
import type { Loss } from '../gradients/loss.ts'
import { crossEntropy, klDivergence, squaredError } from '../gradients/losses.ts'

export type LossSpec =
  /** Input `labels`. */
  | { readonly kind: 'cross-entropy' }
  /** Input `reference`: the share of each class, rows that sum to 1. */
  | { readonly kind: 'soft-cross-entropy' }
  /** Input `wanted`. */
  | { readonly kind: 'squared-error' }
  /** Inputs `labels`, `labelLengths`, `inputLengths`; scores [N, T, K]. */
  | { readonly kind: 'ctc'; readonly maxLabels: number; readonly blank?: number }

export function lossOf(spec: LossSpec): Loss {
  switch (spec.kind) {
    case 'cross-entropy':
      return crossEntropy()
    case 'soft-cross-entropy':
      return klDivergence()
    case 'squared-error':
      return squaredError()
    case 'ctc':
      return ctc(spec)
  }
}
