// A fitted regression as an ONNX model, so that it is attacked and measured like any other.
import type { Model } from '../ir/graph.ts'
import { graphBuilder } from '../ir/graph-builder.ts'
import { float32 } from '../ir/tensor.ts'
import type { LinearFit } from './linear.ts'
import type { LogisticFit } from './logistic-regression.ts'

/** Input `x` [N, columns]; output `y` [N, 1]. */
export function linearModel({ coefficients, intercept }: LinearFit): Model {
  const builder = graphBuilder(undefined, { name: 'linear-regression' })
  const x = builder.input('x', 'float32', ['batch', coefficients.length])
  const weight = builder.constant(float32(coefficients, [coefficients.length, 1]), 'coefficients')
  const bias = builder.constant(float32([intercept]), 'intercept')
  const y = builder.node('Gemm', [x, weight, bias])
  builder.output(y, 'y', { kind: 'tensor', dtype: 'float32', dims: ['batch', 1] })
  return builder.finish()
}

/** Input `x` [N, columns]; output `logits` [N, classes], for two classes 0 and z. */
export function logisticModel({ coefficients, intercepts, classes }: LogisticFit): Model {
  const columns = coefficients.length / intercepts.length
  const builder = graphBuilder(undefined, { name: 'logistic-regression' })
  const x = builder.input('x', 'float32', ['batch', columns])
  const rows = classes === 2 ? [...new Float64Array(columns), ...coefficients] : coefficients
  const biases = classes === 2 ? [0, intercepts[0]!] : intercepts
  const weight = builder.constant(float32(rows, [classes, columns]), 'coefficients')
  const logits = builder.node(
    'Gemm',
    [x, weight, builder.constant(float32(biases, [classes]), 'intercepts')],
    {
      transB: 1,
    },
  )
  builder.output(logits, 'logits', { kind: 'tensor', dtype: 'float32', dims: ['batch', classes] })
  return builder.finish()
}
