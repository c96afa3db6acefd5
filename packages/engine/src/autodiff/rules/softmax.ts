// Softmax and its logarithm along one axis, both from the output. Softmax: y (g - sum g y). LogSoftmax, with e^y for
// the probabilities: g - e^y sum g. (ReduceLogSumExp is with the reductions.)
import { intAttribute } from '../../ir/graph.ts'
import type { VjpContext } from '../../registry/operator.ts'
import { formulaOf } from '../formula.ts'
import { axisOf, dimsOf, unary } from '../rule-tools.ts'
import type { Rules } from './rules.ts'

function axesOf(c: VjpContext): readonly number[] {
  return [axisOf(intAttribute(c.node, 'axis', -1), dimsOf(c, 0).length)]
}

export const softmaxRules: Rules = {
  Softmax: unary('from the output', (c, g) => {
    const o = formulaOf(c)
    const y = c.node.outputs[0]!
    const weighted = o.mul(g, y)
    return o.sub(weighted, o.mul(y, o.reduce('ReduceSum', weighted, axesOf(c))))
  }),
  LogSoftmax: unary('from the output', (c, g) => {
    const o = formulaOf(c)
    return o.sub(g, o.mul(o.of('Exp', c.node.outputs[0]!), o.reduce('ReduceSum', g, axesOf(c))))
  }),
}
