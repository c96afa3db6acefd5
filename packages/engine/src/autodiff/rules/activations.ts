// Activation functions. Most bend at a few points, and there the derivative is a mask (masks.ts); it is taken from
// the output wherever the output still tells on which side of the bend the input was, so that onnxruntime can fuse
// the activation into the convolution before it. At a bend the flat side's derivative is taken: Relu has 0 at 0, and
// Clip has 0 at its bounds (PyTorch's relu6 does the same, its clamp has 1 there).
import { float } from '../../ir/attributes.ts'
import { floatAttribute, stringAttribute } from '../../ir/graph.ts'
import { toNumbers } from '../../ir/tensor.ts'
import type { VjpContext, VjpVariant } from '../../registry/operator.ts'
import { type Formula, formulaOf } from '../formula.ts'
import { between, beyond, leakyStep, positive, within } from '../masks.ts'
import { dimsOf, elementwise, type Point, unbroadcast } from '../rule-tools.ts'
import type { Rules } from './rules.ts'

/**
 * scale * x for x > 0, scale * alpha * (e^x - 1) else: the derivative of the second part is y + scale * alpha, as
 * long as the output has the input's sign.
 */
function exponential(o: Formula, { x, y }: Point, alpha: number, scale: number): string {
  const limit = scale * alpha
  const signed = scale > 0 && alpha > 0
  const tail = signed ? o.add(o.of('Min', [y, 0]), limit) : o.mul(o.of('Exp', o.of('Min', [x, 0])), limit)
  // For x > 0 the tail is `limit` and should be `scale`.
  return limit === scale ? tail : o.add(tail, o.mul(positive(o, signed ? y : x), scale - limit))
}

/** (1 + erf(u)) / 2 and the like: HardSigmoid never reaches its bounds here, so it is just the line, in one pass. */
function half(o: Formula, x: string): string {
  return o.dtype === 'float64'
    ? o.add(o.mul(x, 0.5), 0.5)
    : o.of('HardSigmoid', x, { alpha: float(0.5), beta: float(0.5) })
}

function gelu(o: Formula, { x, node }: Point): string {
  if (stringAttribute(node, 'approximate', 'none') === 'none') {
    // x Phi(x): Phi(x) + x phi(x).
    const u = o.mul(x, Math.SQRT1_2)
    const density = o.of('Exp', o.sub(-0.5 * Math.log(2 * Math.PI), o.mul(u, u)))
    return o.add(half(o, o.of('Erf', u)), o.mul(x, density))
  }
  // x (1 + tanh u) / 2 with u = k (x + a x^3): (1 + t) / 2 + x (1 - t^2) k (1 + 3 a x^2) / 2.
  const k = Math.sqrt(2 / Math.PI)
  const a = 0.044715
  const squared = o.mul(x, x)
  const t = o.of('Tanh', o.mul(x, o.add(o.mul(squared, k * a), k)))
  const inner = o.add(o.mul(squared, 1.5 * k * a), 0.5 * k)
  return o.add(half(o, t), o.mul(o.mul(x, inner), o.sub(1, o.mul(t, t))))
}

/** A bound of Clip as a number; its type's end where it is left out, undefined where it is computed. */
function bound(context: VjpContext, input: 1 | 2): number | undefined {
  const name = context.node.inputs[input]
  if (!name) return input === 1 ? -Infinity : Infinity
  const value = context.constantOf(name)
  if (value === undefined) return undefined
  const limit = toNumbers(value)[0]!
  // Exporters write "no bound" as the largest number there is.
  return Math.abs(limit) >= 3.4e38 ? Math.sign(limit) * Infinity : limit
}

const clip: readonly VjpVariant[] = [
  {
    name: 'constant bounds, from the output',
    applies: (c) => bound(c, 1) !== undefined && bound(c, 2) !== undefined && bound(c, 1)! < bound(c, 2)!,
    emit: (c) => {
      const g = c.gradientOf(0)
      if (g === undefined || !c.wants(0)) return []
      const [low, high] = [bound(c, 1)!, bound(c, 2)!]
      if (low === -Infinity && high === Infinity) return [g]
      const o = formulaOf(c)
      return [o.mul(g, between(o, c.node.outputs[0]!, low, high))]
    },
  },
  {
    // min(max(x, low), high), whatever the bounds are; they get their gradient too.
    name: 'any bounds',
    emit: (c) => {
      const g = c.gradientOf(0)
      if (g === undefined) return []
      const o = formulaOf(c)
      const [x, low, high] = c.node.inputs as [string, string | undefined, string | undefined]
      const raised = low ? o.of('Max', [x, low]) : x
      const under = high ? positive(o, o.sub(high, raised)) : undefined
      const passed = under === undefined ? g : o.mul(g, under)
      const scalarOf = (input: number, value: string): string =>
        unbroadcast(o.builder, value, dimsOf(c, 0), dimsOf(c, input))
      return [
        c.wants(0) ? (low ? o.mul(passed, positive(o, o.sub(x, low))) : passed) : undefined,
        low && c.wants(1) ? scalarOf(1, o.mul(passed, positive(o, o.sub(low, x)))) : undefined,
        high && c.wants(2) ? scalarOf(2, o.sub(g, passed)) : undefined,
      ]
    },
  },
]

export const activationRules: Rules = {
  Relu: [
    {
      // MaxPool's rule has masked it, at the pool's size.
      name: 'masked after the pool',
      applies: ({ node, isBetween }) => isBetween(node.outputs[0]!, 'Relu', 'MaxPool'),
      emit: ({ gradientOf }) => [gradientOf(0)],
    },
    ...elementwise('from the output', (o, { y }) => positive(o, y)),
  ],
  LeakyRelu: elementwise('mask', (o, { x, y, node }) => {
    const alpha = floatAttribute(node, 'alpha', 0.01)
    return leakyStep(o, alpha >= 0 ? y : x, alpha)
  }),
  ThresholdedRelu: elementwise('mask', (o, { x, y, node }) => {
    const alpha = floatAttribute(node, 'alpha', 1)
    return alpha >= 0 ? positive(o, y) : positive(o, o.sub(x, alpha))
  }),
  Elu: elementwise('exponential', (o, at) => exponential(o, at, floatAttribute(at.node, 'alpha', 1), 1)),
  Selu: elementwise('exponential', (o, at) =>
    exponential(
      o,
      at,
      floatAttribute(at.node, 'alpha', 1.6732632423543772),
      floatAttribute(at.node, 'gamma', 1.0507009873554805),
    ),
  ),
  // max(0, x) + min(0, alpha (e^(x / alpha) - 1)): the second part's slope is y / alpha + 1.
  Celu: elementwise('from the output', (o, { y, node }) =>
    o.add(o.div(o.of('Min', [y, 0]), floatAttribute(node, 'alpha', 1)), 1),
  ),
  HardSigmoid: elementwise('from the output', (o, { y, node }) =>
    o.mul(between(o, y, 0, 1), floatAttribute(node, 'alpha', 0.2)),
  ),
  // x h(x) with h the ramp from -3 to 3: h + x h'.
  HardSwish: elementwise('from the input', (o, { x }) =>
    o.add(
      o.of('HardSigmoid', x, { alpha: float(1 / 6), beta: float(0.5) }),
      o.mul(o.mul(x, within(o, x, 3)), 1 / 6),
    ),
  ),
  Shrink: elementwise('from the input', (o, { x, node }) => beyond(o, x, floatAttribute(node, 'lambd', 0.5))),
  Gelu: elementwise('from the input', gelu),
  // x tanh(s) with s = log(1 + e^x): t + x (1 - t^2) sigmoid(x). In this order, because onnxruntime would fuse
  // x sigmoid(x) also in float64, where it has no kernel for it.
  Mish: elementwise('from the input', (o, { x }) => {
    const t = o.of('Tanh', o.of('Softplus', x))
    return o.add(t, o.mul(o.mul(x, o.sub(1, o.mul(t, t))), o.of('Sigmoid', x)))
  }),
  // x s with s = sigmoid(a x): s + a x s (1 - s) = s + a (y - y s).
  Swish: elementwise('from input and output', (o, { x, y, node }) => {
    const a = floatAttribute(node, 'alpha', 1)
    const s = o.of('Sigmoid', a === 1 ? x : o.mul(x, a))
    const rest = o.sub(y, o.mul(y, s))
    return o.add(s, a === 1 ? rest : o.mul(rest, a))
  }),
  Clip: clip,
}
