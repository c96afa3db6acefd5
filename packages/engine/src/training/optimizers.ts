// Optimizers as graph. All trained weights lie in one flat vector, and so do the optimizer's own, so an update is a few
// nodes however many weights there are. Formulas are PyTorch's, whose recipes people bring: the decay of SGD and Adam is
// added to the gradient, that of AdamW taken off the weight (Loshchilov and Hutter 2019, arXiv:1711.05101); the first
// momentum is the first gradient; Adam divides by sqrt(v) / sqrt(1 - beta2^t) + epsilon (Kingma and Ba 2015,
// arXiv:1412.6980, the order of section 2's last paragraph is not taken).
import { formula } from '../autodiff/formula.ts'
import type { GraphBuilder } from '../ir/graph-builder.ts'

export interface Sgd {
  readonly kind: 'sgd'
  /** Learning rate. */
  readonly rate: number
  readonly momentum?: number
  readonly nesterov?: boolean
  /** Weight decay. */
  readonly decay?: number
}

export interface Adam {
  readonly kind: 'adam' | 'adamw'
  readonly rate: number
  /** 0.9 unless given. */
  readonly beta1?: number
  /** 0.999 unless given. */
  readonly beta2?: number
  /** 1e-8 unless given. */
  readonly epsilon?: number
  readonly decay?: number
}

export type Optimizer = Sgd | Adam

/** How many vectors of the weights' size the optimizer keeps. */
export function slotCount(optimizer: Optimizer): number {
  if (optimizer.kind !== 'sgd') return 2
  return (optimizer.momentum ?? 0) === 0 ? 0 : 1
}

/** What is fed at every step: the step's size, and one over the correction of the second moment's root. */
export interface StepNumbers {
  readonly stepSize: number
  readonly rootCorrection: number
  /** What a weight keeps of itself, for decay that is taken off the weight. */
  readonly keep: number
}

/** The numbers of step `count` (from 1) at this learning rate. */
export function stepNumbers(optimizer: Optimizer, rate: number, count: number): StepNumbers {
  const keep = optimizer.kind === 'adamw' ? 1 - rate * (optimizer.decay ?? 0) : 1
  if (optimizer.kind === 'sgd') return { stepSize: rate, rootCorrection: 1, keep }
  const { beta1 = 0.9, beta2 = 0.999 } = optimizer
  return {
    stepSize: rate / (1 - beta1 ** count),
    rootCorrection: 1 / Math.sqrt(1 - beta2 ** count),
    keep,
  }
}

export interface Update {
  /** Flat, all of one size: weights, their gradient, the optimizer's vectors. */
  readonly weights: string
  readonly gradient: string
  readonly slots: readonly string[]
  /** Scalars, as `StepNumbers`. */
  readonly stepSize: string
  readonly rootCorrection: string
  readonly keep: string
  /** 1 where decay applies, else 0; a constant of the weights' size, or undefined where it applies to all. */
  readonly decayed?: string
}

/** Emits one step; gives back the names of the new weights and slots. */
export function emitUpdate(
  builder: GraphBuilder,
  optimizer: Optimizer,
  update: Update,
): { readonly weights: string; readonly slots: readonly string[] } {
  const o = formula(builder, 'float32')
  const { weights, slots, stepSize } = update
  const decay = optimizer.decay ?? 0
  const decaying = (): string => (update.decayed === undefined ? weights : o.mul(weights, update.decayed))
  const gradient =
    decay === 0 || optimizer.kind === 'adamw'
      ? update.gradient
      : o.add(update.gradient, o.mul(decaying(), decay))
  if (optimizer.kind === 'sgd') {
    const { momentum = 0, nesterov = false } = optimizer
    if (momentum === 0) return { weights: o.sub(weights, o.mul(gradient, stepSize)), slots: [] }
    const velocity = o.add(o.mul(slots[0]!, momentum), gradient)
    const step = nesterov ? o.add(gradient, o.mul(velocity, momentum)) : velocity
    return { weights: o.sub(weights, o.mul(step, stepSize)), slots: [velocity] }
  }
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = optimizer
  const [first, second] = slots as [string, string]
  const mean = o.add(o.mul(first, beta1), o.mul(gradient, 1 - beta1))
  const square = o.add(o.mul(second, beta2), o.mul(o.mul(gradient, gradient), 1 - beta2))
  const root = o.add(o.mul(o.of('Sqrt', square), update.rootCorrection), epsilon)
  const step = o.mul(o.div(mean, root), stepSize)
  const kept =
    optimizer.kind === 'adamw' && decay !== 0
      ? update.decayed === undefined
        ? o.mul(weights, update.keep)
        : o.mul(weights, o.sub(1, o.mul(o.sub(1, update.keep), update.decayed)))
      : weights
  return { weights: o.sub(kept, step), slots: [mean, square] }
}
