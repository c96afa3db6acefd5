// The losses that attacks use. z are logits of K classes, y the true class, t a target class; every loss grows as the
// sample gets "more adversarial" in its own sense, so attacks ascend. Derivatives are those of the formulas, with
// ties going to one index only.

import { EngineError } from '../errors.ts'
import type { GraphBuilder } from '../ir/graph-builder.ts'
import { float32, int64, scalar } from '../ir/tensor.ts'
import type { Loss, LossContext, LossGraph } from './loss.ts'

/** Classes of the logits, checked. */
function classesOf({ typeOf, logits, batch }: LossContext): number {
  const { dims } = typeOf(logits)
  const classes = dims[dims.length - 1] ?? 0
  if (dims[0] !== batch || dims.reduce((a, b) => a * b, 1) !== batch * classes) {
    throw new EngineError(
      'graph-invalid',
      `this loss works on scores of the shape [batch, classes]; "${logits}" has [${dims.join(', ')}] for a batch of ${batch}`,
    )
  }
  return classes
}

/** The logits as [batch, classes], and how to bring a gradient of that shape back to theirs. */
function scores(context: LossContext): {
  readonly z: string
  readonly classes: number
  readonly seed: (g: string) => LossGraph['seeds']
} {
  const { builder, logits, typeOf, batch } = context
  const classes = classesOf(context)
  const { dims } = typeOf(logits)
  const flat = dims.length === 2
  const shape = (value: string, to: readonly number[]) =>
    builder.node('Reshape', [value, builder.constant(int64(to))])
  return {
    z: flat ? logits : shape(logits, [batch, classes]),
    classes,
    seed: (g) => [{ value: logits, gradient: flat ? g : shape(g, dims) }],
  }
}

const zeroOne = float32([0, 1])

function oneHot(builder: GraphBuilder, indices: string, classes: number): string {
  return builder.node(
    'OneHot',
    [indices, builder.constant(int64([classes], [])), builder.constant(zeroOne)],
    { axis: -1 },
  )
}

function classInput(context: LossContext, name: string): string {
  return context.builder.input(name, 'int64', [context.batch])
}

function sumRows(builder: GraphBuilder, value: string): string {
  return builder.node('ReduceSum', [value, builder.constant(int64([1]))], { keepdims: 0 })
}

/** The number of each row that `mask` (one 1 a row) points at, as a column [batch, 1]. */
function pick(builder: GraphBuilder, z: string, mask: string): string {
  return builder.node('ReduceSum', [builder.node('Mul', [z, mask]), builder.constant(int64([1]))], {
    keepdims: 1,
  })
}

function column(builder: GraphBuilder, value: string): string {
  return builder.node('Squeeze', [value, builder.constant(int64([1]))])
}

/** Cross-entropy -log softmax(z)_y; derivative softmax(z) - e_y. Input `labels` [batch] int64. */
export function crossEntropy(): Loss {
  return {
    name: 'cross-entropy',
    emit(context) {
      const { builder } = context
      const { z, classes, seed } = scores(context)
      const y = oneHot(builder, classInput(context, 'labels'), classes)
      const logP = builder.node('LogSoftmax', [z], { axis: -1 })
      const loss = builder.node('Neg', [sumRows(builder, builder.node('Mul', [logP, y]))])
      return { loss, seeds: seed(builder.node('Sub', [builder.node('Exp', [logP]), y])) }
    },
  }
}

/** z with the true class pushed out of reach, so that a maximum over it is over the other classes. */
function others(builder: GraphBuilder, z: string, y: string): string {
  return builder.node('Sub', [z, builder.node('Mul', [y, builder.constant(scalar('float32', 1e30))])])
}

/** The largest of the other classes: its score [batch, 1] and the mask that points at it. */
function runnerUp(
  builder: GraphBuilder,
  z: string,
  y: string,
  classes: number,
): { readonly score: string; readonly mask: string } {
  const rest = others(builder, z, y)
  const at = builder.node('ArgMax', [rest], { axis: 1, keepdims: 0 })
  const mask = oneHot(builder, at, classes)
  return { score: pick(builder, z, mask), mask }
}

/** Margin max_{i != y} z_i - z_y (Carlini and Wagner 2017, f6): positive means misclassified. Input `labels`. */
export function margin(): Loss {
  return {
    name: 'margin',
    emit(context) {
      const { builder } = context
      const { z, classes, seed } = scores(context)
      const y = oneHot(builder, classInput(context, 'labels'), classes)
      const other = runnerUp(builder, z, y, classes)
      const loss = builder.node('Sub', [other.score, pick(builder, z, y)])
      return { loss: column(builder, loss), seeds: seed(builder.node('Sub', [other.mask, y])) }
    },
  }
}

/** Logarithm of the probability of class t, log softmax(z)_t; derivative e_t - softmax(z). Input `targets`. */
export function targetedCrossEntropy(): Loss {
  return {
    name: 'targeted-cross-entropy',
    emit(context) {
      const { builder } = context
      const { z, classes, seed } = scores(context)
      const t = oneHot(builder, classInput(context, 'targets'), classes)
      const logP = builder.node('LogSoftmax', [z], { axis: -1 })
      const loss = sumRows(builder, builder.node('Mul', [logP, t]))
      return { loss, seeds: seed(builder.node('Sub', [t, builder.node('Exp', [logP])])) }
    },
  }
}

/** Margin z_t - max_{i != t} z_i of class t (ibid.): positive means that t is the answer. Input `targets`. */
export function targetedMargin(): Loss {
  return {
    name: 'targeted-margin',
    emit(context) {
      const { builder } = context
      const { z, classes, seed } = scores(context)
      const t = oneHot(builder, classInput(context, 'targets'), classes)
      const other = runnerUp(builder, z, t, classes)
      const loss = builder.node('Sub', [pick(builder, z, t), other.score])
      return { loss: column(builder, loss), seeds: seed(builder.node('Sub', [t, other.mask])) }
    },
  }
}

/** Difference z_t - z_y of two classes, whose border attacks of minimum norm walk to. Inputs `labels` and `targets`. */
export function classDifference(): Loss {
  return {
    name: 'class-difference',
    emit(context) {
      const { builder } = context
      const { z, classes, seed } = scores(context)
      const y = oneHot(builder, classInput(context, 'labels'), classes)
      const t = oneHot(builder, classInput(context, 'targets'), classes)
      const mask = builder.node('Sub', [t, y])
      return { loss: sumRows(builder, builder.node('Mul', [z, mask])), seeds: seed(mask) }
    },
  }
}

/**
 * Difference of logits ratio (Croce and Hein 2020, arXiv:2003.01690, eq. 6):
 * -(z_y - max_{i != y} z_i) / (z_(1) - z_(3) + 1e-12). Needs 3 classes. Input `labels`.
 */
export function dlr(): Loss {
  return {
    name: 'dlr',
    emit(context) {
      const { builder } = context
      const { z, classes, seed } = scores(context)
      if (classes < 3) throw tooFewClasses('dlr', 3, classes)
      const y = oneHot(builder, classInput(context, 'labels'), classes)
      const other = runnerUp(builder, z, y, classes)
      const top = ranked(builder, z, 3, classes)
      const gap = builder.node('Sub', [pick(builder, z, y), other.score])
      const spread = plus(builder, builder.node('Sub', [top[0]!.score, top[2]!.score]), 1e-12)
      const spreadMask = builder.node('Sub', [top[0]!.mask, top[2]!.mask])
      return ratio(builder, { gap, spread, gapMask: builder.node('Sub', [y, other.mask]), spreadMask, seed })
    },
  }
}

/**
 * Targeted difference of logits ratio (ibid., eq. 7): -(z_y - z_t) / (z_(1) - (z_(3) + z_(4)) / 2 + 1e-12). Needs 4
 * classes. Inputs `labels` and `targets`.
 */
export function targetedDlr(): Loss {
  return {
    name: 'targeted-dlr',
    emit(context) {
      const { builder } = context
      const { z, classes, seed } = scores(context)
      if (classes < 4) throw tooFewClasses('targeted-dlr', 4, classes)
      const y = oneHot(builder, classInput(context, 'labels'), classes)
      const t = oneHot(builder, classInput(context, 'targets'), classes)
      const top = ranked(builder, z, 4, classes)
      const half = builder.constant(scalar('float32', 0.5))
      const mean = (a: string, b: string) => builder.node('Mul', [builder.node('Add', [a, b]), half])
      const gap = builder.node('Sub', [pick(builder, z, y), pick(builder, z, t)])
      const low = mean(top[2]!.score, top[3]!.score)
      const spread = plus(builder, builder.node('Sub', [top[0]!.score, low]), 1e-12)
      const spreadMask = builder.node('Sub', [top[0]!.mask, mean(top[2]!.mask, top[3]!.mask)])
      return ratio(builder, { gap, spread, gapMask: builder.node('Sub', [y, t]), spreadMask, seed })
    },
  }
}

/** L = -gap / spread, dL = -d gap / spread + gap / spread^2 d spread. */
function ratio(
  builder: GraphBuilder,
  parts: {
    readonly gap: string
    readonly spread: string
    readonly gapMask: string
    readonly spreadMask: string
    readonly seed: (g: string) => LossGraph['seeds']
  },
): LossGraph {
  const { gap, spread, gapMask, spreadMask, seed } = parts
  const quotient = builder.node('Div', [gap, spread])
  const inner = builder.node('Sub', [builder.node('Mul', [quotient, spreadMask]), gapMask])
  return {
    loss: column(builder, builder.node('Neg', [quotient])),
    seeds: seed(builder.node('Div', [inner, spread])),
  }
}

/** The `count` largest scores of each row, largest first, each with the mask that points at it. */
function ranked(builder: GraphBuilder, z: string, count: number, classes: number) {
  const [, indices] = builder.nodes('TopK', [z, builder.constant(int64([count]))], 2, {
    axis: 1,
    largest: 1,
    sorted: 1,
  })
  return Array.from({ length: count }, (_, rank) => {
    const at = builder.node('Gather', [indices!, builder.constant(int64([rank], []))], { axis: 1 })
    const mask = oneHot(builder, at, classes)
    return { score: pick(builder, z, mask), mask }
  })
}

function plus(builder: GraphBuilder, value: string, amount: number): string {
  return builder.node('Add', [value, builder.constant(scalar('float32', amount))])
}

function tooFewClasses(loss: string, needed: number, given: number): EngineError {
  return new EngineError(
    'graph-invalid',
    `the loss "${loss}" needs at least ${needed} classes, the model has ${given}`,
    {
      hint: 'Use the margin, which works for two.',
    },
  )
}

/** Kullback-Leibler divergence of softmax(z) from a reference: sum p log(p / softmax(z)). Input `reference` [batch, classes], rows summing to 1. */
export function klDivergence(): Loss {
  return {
    name: 'kl',
    emit(context) {
      const { builder, batch } = context
      const { z, classes, seed } = scores(context)
      const p = builder.input('reference', 'float32', [batch, classes])
      const logQ = builder.node('LogSoftmax', [z], { axis: -1 })
      const tiny = builder.constant(scalar('float32', 1e-38))
      const logP = builder.node('Log', [builder.node('Max', [p, tiny])])
      const loss = sumRows(builder, builder.node('Mul', [p, builder.node('Sub', [logP, logQ])]))
      return { loss, seeds: seed(builder.node('Sub', [builder.node('Exp', [logQ]), p])) }
    },
  }
}

/**
 * Mean squared difference of a value and what is fed for it, per sample: feature matching when `value` names an
 * intermediate, regression when it is the output (the default). Input `wanted`, of the value's dimensions.
 */
export function squaredError(value?: string): Loss {
  return {
    name: value === undefined ? 'mse' : `mse at ${value}`,
    emit({ builder, typeOf, named, logits, batch }) {
      const name = value === undefined ? logits : named(value)
      const { dims } = typeOf(name)
      const each = dims.reduce((a, b) => a * b, 1) / batch
      const difference = builder.node('Sub', [name, builder.input('wanted', 'float32', dims)])
      const axes = builder.constant(int64(dims.slice(1).map((_, i) => i + 1)))
      const square = builder.node('Mul', [difference, difference])
      const loss = dims.length === 1 ? square : builder.node('ReduceMean', [square, axes], { keepdims: 0 })
      const factor = builder.constant(scalar('float32', 2 / each))
      return { loss, seeds: [{ value: name, gradient: builder.node('Mul', [difference, factor]) }] }
    },
  }
}

/**
 * Total variation of a picture value [batch, C, H, W]: the sum over neighbours of sqrt(d^2 + 1e-8), both directions
 * (Rudin et al. 1992, anisotropic, smoothed where d is 0).
 */
export function totalVariation(value: string): Loss {
  return {
    name: 'total-variation',
    emit({ builder, typeOf, named, batch }) {
      const name = named(value)
      const { dims } = typeOf(name)
      if (dims.length !== 4)
        throw new EngineError(
          'graph-invalid',
          `total variation is of pictures [N, C, H, W]; "${name}" has [${dims.join(', ')}]`,
        )
      const tiny = builder.constant(scalar('float32', 1e-8))
      const parts = [2, 3]
        .filter((axis) => dims[axis]! > 1)
        .map((axis) => {
          const slice = (from: number, to: number) =>
            builder.node('Slice', [
              name,
              builder.constant(int64([from])),
              builder.constant(int64([to])),
              builder.constant(int64([axis])),
            ])
          const d = builder.node('Sub', [slice(1, dims[axis]!), slice(0, dims[axis]! - 1)])
          const size = builder.node('Sqrt', [builder.node('Add', [builder.node('Mul', [d, d]), tiny])])
          const loss = builder.node('ReduceSum', [size, builder.constant(int64([1, 2, 3]))], { keepdims: 0 })
          const g = builder.node('Div', [d, size])
          const pad = (before: number, after: number) =>
            builder.node('Pad', [
              g,
              builder.constant(
                int64([
                  0,
                  0,
                  axis === 2 ? before : 0,
                  axis === 3 ? before : 0,
                  0,
                  0,
                  axis === 2 ? after : 0,
                  axis === 3 ? after : 0,
                ]),
              ),
            ])
          return { loss, gradient: builder.node('Sub', [pad(1, 0), pad(0, 1)]) }
        })
      const zero = builder.constant(float32(new Float32Array(batch)))
      const loss = parts.reduce((sum, part) => builder.node('Add', [sum, part.loss]), zero)
      return { loss, seeds: parts.map(({ gradient }) => ({ value: name, gradient })) }
    },
  }
}

/** The caller's own seed: the gradient of some scalar with respect to `value` (the output unless named). Input `seed`; the loss given back is sum(value * seed). */
export function userSeed(value?: string): Loss {
  return {
    name: 'seed',
    emit({ builder, typeOf, named, logits }) {
      const name = value === undefined ? logits : named(value)
      const { dims } = typeOf(name)
      const gradient = builder.input('seed', 'float32', dims)
      const product = builder.node('Mul', [name, gradient])
      const axes = builder.constant(int64(dims.slice(1).map((_, i) => i + 1)))
      const loss = dims.length === 1 ? product : builder.node('ReduceSum', [product, axes], { keepdims: 0 })
      return { loss, seeds: [{ value: name, gradient }] }
    },
  }
}

/** A weighted sum of losses. Losses that take an input of the same name share nothing; use it with different ones. */
export function weighted(terms: readonly { readonly loss: Loss; readonly weight: number }[]): Loss {
  return {
    name: terms.map(({ loss, weight }) => `${weight} x ${loss.name}`).join(' + '),
    emit(context) {
      const { builder } = context
      const scaled = (value: string, weight: number) =>
        weight === 1 ? value : builder.node('Mul', [value, builder.constant(scalar('float32', weight))])
      const made = terms.map(({ loss, weight }) => ({ weight, graph: loss.emit(context) }))
      return {
        loss: made
          .map(({ graph, weight }) => scaled(graph.loss, weight))
          .reduce((a, b) => builder.node('Add', [a, b])),
        seeds: made.flatMap(({ graph, weight }) =>
          graph.seeds.map(({ value, gradient }) => ({ value, gradient: scaled(gradient, weight) })),
        ),
      }
    },
  }
}

/** Each sample's loss, and its gradient, times a number that is fed. Input `sampleWeights` [batch]. */
export function sampleWeighted(loss: Loss): Loss {
  return {
    name: `${loss.name}, weighted by sample`,
    emit(context) {
      const { builder, typeOf } = context
      const inner = loss.emit(context)
      const batch = inner.batch ?? context.batch
      const weights = builder.input('sampleWeights', 'float32', [batch])
      const along = (dims: readonly number[]): string => {
        const axis = dims.indexOf(batch)
        const shape = dims.map((_, i) => (i === axis ? batch : 1))
        return builder.node('Reshape', [weights, builder.constant(int64(shape))])
      }
      return {
        ...inner,
        loss: builder.node('Mul', [inner.loss, weights]),
        seeds: inner.seeds.map(({ value, gradient }) => ({
          value,
          gradient: builder.node('Mul', [gradient, along(typeOf(value).dims)]),
        })),
      }
    },
  }
}
