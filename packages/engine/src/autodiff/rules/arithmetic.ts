// Elementwise arithmetic with broadcasting: the gradient of each operand is summed over what was repeated.
import { type Tensor, toNumbers } from '../../ir/tensor.ts'
import type { VjpContext, VjpVariant } from '../../registry/operator.ts'
import { type Formula, formulaOf, type Term } from '../formula.ts'
import { leakyStep, positive, zero } from '../masks.ts'
import { broadcastDims, dimsOf, product, rule, unbroadcast } from '../rule-tools.ts'
import type { Rules } from './rules.ts'

type Gradient = (o: Formula, g: string) => string

/** Both operands' gradients, from functions that give the gradient at the broadcast size. */
function binary(context: VjpContext, first: Gradient, second: Gradient): readonly (string | undefined)[] {
  const g = context.gradientOf(0)
  if (g === undefined) return []
  const o = formulaOf(context)
  const a = dimsOf(context, 0)
  const b = dimsOf(context, 1)
  const full = broadcastDims(a, b)
  return [
    context.wants(0) ? unbroadcast(o.builder, first(o, g), full, a) : undefined,
    context.wants(1) ? unbroadcast(o.builder, second(o, g), full, b) : undefined,
  ]
}

/** Every operand gets the gradient, times a factor. */
function addends(context: VjpContext, factor: number): readonly (string | undefined)[] {
  const g = context.gradientOf(0)
  if (g === undefined) return []
  const o = formulaOf(context)
  const from = context.typeOf(context.node.outputs[0]!).dims
  const scaled = factor === 1 ? g : o.mul(g, factor)
  return context.node.inputs.map((_, i) =>
    context.wants(i) ? unbroadcast(o.builder, scaled, from, dimsOf(context, i)) : undefined,
  )
}

/** The one number that an input is, where it is a constant with one element. */
function constantNumber(context: VjpContext, input: number): number | undefined {
  const value: Tensor | undefined = context.constantOf(context.node.inputs[input]!)
  return value !== undefined && product(value.dims) === 1 ? toNumbers(value)[0] : undefined
}

/** Whether the first operand is as large as the result, so that no sum over repeated axes is needed. */
function firstIsFull(context: VjpContext): boolean {
  return product(dimsOf(context, 0)) === product(context.typeOf(context.node.outputs[0]!).dims)
}

/** d/dx x^p = p x^(p-1), with the cheap forms of common powers. */
function powerSlope(o: Formula, x: string, y: string, p: number): Term {
  switch (p) {
    case 0:
      return o.mul(x, 0)
    case 1:
      return 1
    case 2:
      return o.mul(x, 2)
    case 0.5:
      return o.div(0.5, y)
    case -0.5:
      return o.mul(o.mul(o.mul(y, y), y), -0.5)
    case -1:
      return o.of('Neg', o.mul(y, y))
    default:
      return o.mul(o.of('Pow', [x, p - 1]), p)
  }
}

const pow: readonly VjpVariant[] = [
  {
    name: 'constant exponent',
    applies: (c) => constantNumber(c, 1) !== undefined && firstIsFull(c),
    emit: (c) => {
      const [x] = c.node.inputs as [string]
      const p = constantNumber(c, 1)!
      return binary(
        c,
        (o, g) => o.mul(g, powerSlope(o, x, c.node.outputs[0]!, p)),
        // A constant's gradient is never wanted.
        () => '',
      )
    },
  },
  {
    name: 'general',
    emit: (c) => {
      const [x, exponent] = c.node.inputs as [string, string]
      const y = c.node.outputs[0]!
      return binary(
        c,
        (o, g) => {
          const p = c.typeOf(exponent).dtype === o.dtype ? exponent : o.cast(exponent)
          // Where p = 0 the slope is 0 whatever x is; 0 * 0^(-1) would be no number.
          return o.mul(g, o.mul(p, o.of('Pow', [x, o.add(o.sub(p, 1), zero(o, p))])))
        },
        // d/dp x^p = x^p log x, which is 0 for x = 0.
        (o, g) => o.mul(g, o.mul(y, o.of('Log', o.add(x, zero(o, x))))),
      )
    },
  },
]

const mul: readonly VjpVariant[] = [
  {
    name: 'square',
    applies: ({ node }) => node.inputs[0] === node.inputs[1],
    emit: (c) => {
      const g = c.gradientOf(0)
      if (g === undefined) return []
      const o = formulaOf(c)
      return [o.mul(g, o.mul(c.node.inputs[0]!, 2))]
    },
  },
  {
    name: 'product',
    emit: (c) => {
      const [a, b] = c.node.inputs as [string, string]
      return binary(
        c,
        (o, g) => o.mul(g, b),
        (o, g) => o.mul(g, a),
      )
    },
  },
]

export const arithmeticRules: Rules = {
  Add: rule('add', (c) => addends(c, 1)),
  Sub: rule('sub', (c) =>
    binary(
      c,
      (_, g) => g,
      (o, g) => o.of('Neg', g),
    ),
  ),
  Mul: mul,
  Div: rule('quotient', (c) => {
    const b = c.node.inputs[1]!
    return binary(
      c,
      (o, g) => o.div(g, b),
      (o, g) => o.of('Neg', o.div(o.mul(g, c.node.outputs[0]!), b)),
    )
  }),
  Pow: pow,
  Sum: rule('sum', (c) => addends(c, 1)),
  Mean: rule('mean', (c) => addends(c, 1 / c.node.inputs.length)),
  // a - b trunc(a / b), the only form that ONNX has for floats. The quotient comes from the result, which knows
  // how it was rounded.
  Mod: rule('remainder', (c) => {
    const [a, b] = c.node.inputs as [string, string]
    return binary(
      c,
      (_, g) => g,
      (o, g) => o.mul(g, o.of('Round', o.div(o.sub(c.node.outputs[0]!, a), b))),
    )
  }),
  PRelu: rule('from the input', (c) => {
    const [x, slope] = c.node.inputs as [string, string]
    const known = constantNumber(c, 1)
    return binary(
      c,
      (o, g) =>
        o.mul(
          g,
          known !== undefined ? leakyStep(o, x, known) : o.add(o.mul(positive(o, x), o.sub(1, slope)), slope),
        ),
      (o, g) => o.mul(g, o.of('Min', [x, 0])),
    )
  }),
}
