// Losses that a model computes itself. Both are minus the weighted logarithm of the probability of the right class, so
// with respect to that logarithm the gradient is minus the weight at the right class and zero at all others; where the
// model's scores are not yet logarithms, a log-softmax is gone through as well.
import { intAttribute, stringAttribute } from '../../ir/graph.ts'
import { int64 } from '../../ir/tensor.ts'
import type { VjpContext, VjpVariant } from '../../registry/operator.ts'
import { type Formula, formulaOf } from '../formula.ts'
import { constant, dimsOf, product, range, reshape } from '../rule-tools.ts'
import type { Rules } from './rules.ts'

/** The weight of the right class at its place, else zero; dimensions of the scores, [samples, classes, ...]. */
function weightsAtTargets(c: VjpContext, o: Formula): string {
  const { builder, node, typeOf } = c
  const [, targets, weights] = node.inputs as [string, string, string | undefined]
  const dims = dimsOf(c, 0)
  const [samples, classes, ...rest] = dims as [number, number, ...number[]]
  const wide = builder.node('CastLike', [
    reshape(builder, targets, [samples, 1, ...rest]),
    constant(builder, int64([0])),
  ])
  const alongClasses = [1, classes, ...rest.map(() => 1)]
  const isTarget = o.cast(
    builder.node('Equal', [wide, constant(builder, int64(range(classes), alongClasses))]),
  )
  const ignored = intAttribute(node, 'ignore_index')
  // A target outside of the classes is at no place anyway.
  const isCounted =
    ignored === undefined || ignored < 0 || ignored >= classes
      ? isTarget
      : o.mul(
          isTarget,
          o.cast(builder.node('Not', [builder.node('Equal', [wide, constant(builder, int64([ignored]))])])),
        )
  if (!weights) return isCounted
  const shaped = typeOf(weights).dtype === o.dtype ? weights : o.cast(weights)
  return o.mul(isCounted, reshape(builder, shaped, alongClasses))
}

/** The gradient with respect to the logarithms of the probabilities, [samples, classes, ...]. */
function logGradient(c: VjpContext, o: Formula, g: string): string {
  const { builder, node } = c
  const dims = dimsOf(c, 0)
  const at = weightsAtTargets(c, o)
  switch (stringAttribute(node, 'reduction', 'mean')) {
    case 'none':
      return o.of('Neg', o.mul(at, reshape(builder, g, dims.with(1, 1))))
    case 'sum':
      return o.of('Neg', o.mul(at, g))
    default:
      return o.of(
        'Neg',
        o.mul(at, o.div(g, reshape(builder, o.reduce('ReduceSum', at, range(dims.length)), []))),
      )
  }
}

const applies: VjpVariant['applies'] = (c) => !c.wants(2) && product(dimsOf(c, 0)) > 0

const negativeLogLikelihood: VjpVariant = {
  name: 'minus the weight at the target',
  applies,
  emit: (c) => {
    const g = c.gradientOf(0)
    return g === undefined || !c.wants(0) ? [] : [logGradient(c, formulaOf(c), g)]
  },
}

const softmaxCrossEntropy: VjpVariant = {
  name: 'through log-softmax',
  applies,
  emit: (c) => {
    const toLoss = c.gradientOf(0)
    const toLogarithms = c.gradientOf(1)
    if (!c.wants(0)) return []
    const { node } = c
    const o = formulaOf(c)
    const parts = [
      ...(toLoss === undefined ? [] : [logGradient(c, o, toLoss)]),
      ...(toLogarithms === undefined ? [] : [toLogarithms]),
    ]
    if (parts.length === 0) return []
    const g = parts.length === 2 ? o.add(parts[0]!, parts[1]!) : parts[0]!
    const probabilities = node.outputs[1]
      ? o.of('Exp', node.outputs[1])
      : o.of('Softmax', node.inputs[0]!, { axis: 1 })
    return [o.sub(g, o.mul(probabilities, o.reduce('ReduceSum', g, [1])))]
  },
}

export const lossRules: Rules = {
  NegativeLogLikelihoodLoss: [negativeLogLikelihood],
  SoftmaxCrossEntropyLoss: [softmaxCrossEntropy],
}
