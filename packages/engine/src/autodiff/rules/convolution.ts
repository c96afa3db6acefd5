// Conv and ConvTranspose. What is fastest for the input's gradient hangs on stride, groups and channels, and is
// decided in `convolution.ts`; each of its forms is a variant here, so that documentation and tests can name them.
import type { VjpContext, VjpVariant } from '../../registry/operator.ts'
import {
  biasGradient,
  type Convolution,
  type LargeGradientForm,
  largeGradient,
  largeGradientForm,
  smallGradient,
  weightGradient,
} from '../convolution.ts'
import { dimsOf, rule } from '../rule-tools.ts'
import { groupOf, slidingWindow, transposedWindow } from '../window.ts'
import type { Rules } from './rules.ts'

/** The convolution that a Conv node (large side in) or ConvTranspose node (large side out) is. */
function convolutionOf(context: VjpContext, isTransposed: boolean): Convolution {
  const { node, typeOf } = context
  const input = dimsOf(context, 0)
  const { dims: output, dtype } = typeOf(node.outputs[0]!)
  const [large, small] = isTransposed ? [output, input] : [input, output]
  const window = isTransposed ? transposedWindow : slidingWindow
  return {
    axes: window(node, dimsOf(context, 1).slice(2), large.slice(2), small.slice(2)),
    batch: input[0]!,
    channels: large[1]!,
    filters: small[1]!,
    group: groupOf(node),
    dtype,
  }
}

function convVariant(name: string, form: LargeGradientForm): VjpVariant {
  return {
    name,
    applies: (context) => largeGradientForm(convolutionOf(context, false)) === form,
    emit: (context) => {
      const { node, builder, gradientOf, wants } = context
      const gradient = gradientOf(0)
      if (gradient === undefined) return []
      const conv = convolutionOf(context, false)
      const [x, weights] = node.inputs as [string, string]
      return [
        wants(0) ? largeGradient(builder, conv, gradient, weights, form) : undefined,
        wants(1) ? weightGradient(builder, conv, x, gradient) : undefined,
        wants(2) ? biasGradient(builder, conv.axes.length, gradient) : undefined,
      ]
    },
  }
}

export const convolutionRules: Rules = {
  Conv: [
    convVariant('conv-turned-kernel', 'turned'),
    convVariant('conv-depthwise-spread', 'spread'),
    convVariant('conv-transposed', 'transposed'),
  ],
  ConvTranspose: rule('conv-transpose', (context) => {
    const { node, builder, gradientOf, wants } = context
    const gradient = gradientOf(0)
    if (gradient === undefined) return []
    const conv = convolutionOf(context, true)
    const [x, weights] = node.inputs as [string, string]
    return [
      wants(0) ? smallGradient(builder, conv, gradient, weights) : undefined,
      wants(1) ? weightGradient(builder, conv, gradient, x) : undefined,
      wants(2) ? biasGradient(builder, conv.axes.length, gradient) : undefined,
    ]
  }),
}
