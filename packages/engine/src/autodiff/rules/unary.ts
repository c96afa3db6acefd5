// Functions of one number, applied to each element. Where the derivative can be said in terms of the result,
// it is: the input then need not be kept, and onnxruntime can still fuse the operator with the one before it.
import { type Formula, formulaOf } from '../formula.ts'
import { sign } from '../masks.ts'
import { elementwise, type Point, unary } from '../rule-tools.ts'
import type { Rules } from './rules.ts'

/** A function whose gradient is the gradient that arrives divided by `by`. */
function divided(name: string, by: (o: Formula, at: Point) => string): Rules[string] {
  return unary(name, (c, g) => {
    const { node } = c
    const o = formulaOf(c)
    return o.div(g, by(o, { x: node.inputs[0]!, y: node.outputs[0]!, node }))
  })
}

const square = (o: Formula, x: string): string => o.mul(x, x)
const root = (o: Formula, x: string): string => o.of('Sqrt', x)

export const unaryRules: Rules = {
  Abs: elementwise('from the input', (o, { x }) => sign(o, x)),
  Neg: unary('negated', (c, g) => formulaOf(c).of('Neg', g)),
  Reciprocal: elementwise('from the output', (o, { y }) => o.of('Neg', square(o, y))),
  Sqrt: divided('from the output', (o, { y }) => o.mul(y, 2)),
  Exp: elementwise('from the output', (_, { y }) => y),
  Log: divided('from the input', (_, { x }) => x),
  // 2 / sqrt(pi) e^(-x^2), the factor moved into the exponent.
  Erf: elementwise('from the input', (o, { x }) =>
    o.of('Exp', o.sub(Math.log(2 / Math.sqrt(Math.PI)), square(o, x))),
  ),
  Sigmoid: elementwise('from the output', (o, { y }) => o.mul(y, o.sub(1, y))),
  Tanh: elementwise('from the output', (o, { y }) => o.sub(1, square(o, y))),
  Softplus: elementwise('from the input', (o, { x }) => o.of('Sigmoid', x)),
  // x / (1 + |x|) has the slope 1 / (1 + |x|)^2 = (1 - |y|)^2.
  Softsign: elementwise('from the output', (o, { y }) => square(o, o.sub(1, o.of('Abs', y)))),
  Sin: elementwise('from the input', (o, { x }) => o.of('Cos', x)),
  Cos: elementwise('from the input', (o, { x }) => o.of('Neg', o.of('Sin', x))),
  Tan: elementwise('from the output', (o, { y }) => o.add(1, square(o, y))),
  Asin: divided('from the input', (o, { x }) => root(o, o.sub(1, square(o, x)))),
  Acos: divided('from the input', (o, { x }) => o.of('Neg', root(o, o.sub(1, square(o, x))))),
  Atan: divided('from the input', (o, { x }) => o.add(1, square(o, x))),
  Sinh: elementwise('from the input', (o, { x }) => o.of('Cosh', x)),
  Cosh: elementwise('from the input', (o, { x }) => o.of('Sinh', x)),
  Asinh: divided('from the input', (o, { x }) => root(o, o.add(1, square(o, x)))),
  Acosh: divided('from the input', (o, { x }) => root(o, o.sub(square(o, x), 1))),
  Atanh: divided('from the input', (o, { x }) => o.sub(1, square(o, x))),
}
