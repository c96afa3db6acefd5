// Formulas as graph: gradient rules are mostly arithmetic on tensors, and read best as arithmetic. A term is the name
// of a value or a plain number, which becomes a scalar constant of the tensors' type. Every call emits one node.
import type { PlainAttribute } from '../ir/attributes.ts'
import type { GraphBuilder } from '../ir/graph-builder.ts'
import { type DataType, dataTypeCode, int64, scalar } from '../ir/tensor.ts'
import type { VjpContext } from '../registry/operator.ts'

/** The name of a value, or a number. */
export type Term = string | number

export interface Formula {
  readonly builder: GraphBuilder
  /** Type of the values that the formula works on. */
  readonly dtype: DataType
  number(value: number): string
  add(a: Term, b: Term): string
  sub(a: Term, b: Term): string
  mul(a: Term, b: Term): string
  div(a: Term, b: Term): string
  /** Any operator with one output. */
  of(
    opType: string,
    inputs: Term | readonly Term[],
    plain?: Readonly<Record<string, PlainAttribute | undefined>>,
  ): string
  /** A reduction that keeps its axes as size 1. */
  reduce(
    opType: 'ReduceSum' | 'ReduceMean' | 'ReduceL1' | 'ReduceL2',
    x: Term,
    axes: readonly number[],
  ): string
  /** A value of another type, in the formula's. */
  cast(x: string): string
}

export function formula(builder: GraphBuilder, dtype: DataType): Formula {
  const name = (term: Term): string =>
    typeof term === 'number' ? builder.constant(scalar(dtype, term), 'number') : term
  const of: Formula['of'] = (opType, inputs, plain) =>
    builder.node(opType, (Array.isArray(inputs) ? inputs : [inputs as Term]).map(name), plain)
  return {
    builder,
    dtype,
    number: name,
    add: (a, b) => of('Add', [a, b]),
    sub: (a, b) => of('Sub', [a, b]),
    mul: (a, b) => of('Mul', [a, b]),
    div: (a, b) => of('Div', [a, b]),
    of,
    reduce: (opType, x, axes) =>
      axes.length === 0
        ? opType === 'ReduceL1' || opType === 'ReduceL2'
          ? of('Abs', x)
          : name(x)
        : builder.node(opType, [name(x), builder.constant(int64(axes), 'axes')], { keepdims: 1 }),
    cast: (x) => builder.node('Cast', [x], { to: dataTypeCode(dtype) }),
  }
}

/** A formula in the type of the node's first output. */
export function formulaOf({ builder, node, typeOf }: VjpContext): Formula {
  return formula(builder, typeOf(node.outputs.find((output) => output !== '')!).dtype)
}
