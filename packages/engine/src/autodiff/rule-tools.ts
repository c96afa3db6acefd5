// Small pieces that gradient rules are written with. All shapes are known numbers, so what would be shape
// arithmetic in a general framework is a constant here.

import type { Node } from '../ir/graph.ts'
import { type DataType, fromNumbers, int64, scalar, type Tensor, toNumbers } from '../ir/tensor.ts'
import type { VjpContext, VjpVariant } from '../registry/operator.ts'
import { type Formula, formulaOf } from './formula.ts'

type Builder = VjpContext['builder']

/** A rule that always holds. */
export function rule(name: string, emit: VjpVariant['emit']): readonly VjpVariant[] {
  return [{ name, emit }]
}

export function dimsOf(context: VjpContext, input: number): readonly number[] {
  return context.typeOf(context.node.inputs[input]!).dims
}

/** A float scalar of the type of the node's first input. */
export function number(context: VjpContext, value: number): string {
  return context.builder.constant(scalar(context.typeOf(context.node.inputs[0]!).dtype, value))
}

export function ints(builder: Builder, values: readonly number[]): string {
  return builder.constant(int64(values), 'ints')
}

export function constant(builder: Builder, tensor: Tensor): string {
  return builder.constant(tensor)
}

export function reshape(builder: Builder, value: string, dims: readonly number[]): string {
  return builder.node('Reshape', [value, ints(builder, dims)])
}

export function transpose(builder: Builder, value: string, perm: readonly number[]): string {
  return perm.every((axis, i) => axis === i) ? value : builder.node('Transpose', [value], { perm })
}

/** Sum over `axes`, which are kept as size 1 unless `keep` is false. */
export function sum(
  builder: Builder,
  value: string,
  axes: readonly number[],
  { keep = true }: { readonly keep?: boolean } = {},
): string {
  if (axes.length === 0) return value
  return builder.node('ReduceSum', [value, ints(builder, axes)], { keepdims: keep ? 1 : 0 })
}

/**
 * The gradient of a broadcast: `gradient` has the dimensions `from`, the value that was broadcast has `to`. Sums over
 * the axes that were repeated.
 */
export function unbroadcast(
  builder: Builder,
  gradient: string,
  from: readonly number[],
  to: readonly number[],
): string {
  if (same(from, to)) return gradient
  const lead = from.length - to.length
  const axes = from.flatMap((size, i) => (i < lead || (to[i - lead] === 1 && size !== 1) ? [i] : []))
  const summed = sum(builder, gradient, axes)
  return lead === 0 ? summed : reshape(builder, summed, to)
}

/** The dimensions that two shapes broadcast to (numpy's rule). */
export function broadcastDims(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1
    const y = b[b.length - rank + i] ?? 1
    return x === 1 ? y : x
  })
}

export function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i])
}

export function product(dims: readonly number[]): number {
  return dims.reduce((a, b) => a * b, 1)
}

/** An axis counted from the front. */
export function axisOf(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis
}

/** A variant list that lets no gradient through, in any form that no variant before it took. */
export function blocked(name: string, reason: string): readonly VjpVariant[] {
  return [{ name, blocks: reason, emit: () => [] }]
}

/** A rule of one variant that gives the gradient of the first input from that of the first output. */
export function unary(
  name: string,
  gradient: (context: VjpContext, g: string) => string,
): readonly VjpVariant[] {
  return rule(name, (context) => {
    const g = context.gradientOf(0)
    return g === undefined || !context.wants(0) ? [] : [gradient(context, g)]
  })
}

export function outputDims(context: VjpContext, output = 0): readonly number[] {
  return context.typeOf(context.node.outputs[output]!).dims
}

/** The numbers of a constant input; undefined when it is left out or not constant. */
export function numbersOf(context: VjpContext, input: number): readonly number[] | undefined {
  const name = context.node.inputs[input]
  const tensor = name ? context.constantOf(name) : undefined
  return tensor && Array.from(toNumbers(tensor))
}

/** Whether an input is left out or a constant. */
export function isKnown(context: VjpContext, input: number): boolean {
  return !context.node.inputs[input] || context.constantOf(context.node.inputs[input]!) !== undefined
}

export function range(count: number, from = 0): readonly number[] {
  return Array.from({ length: count }, (_, i) => from + i)
}

/** Zeros that are not stored but made when the graph is loaded. */
export function zerosOf(builder: Builder, dtype: DataType, dims: readonly number[]): string {
  return builder.node('ConstantOfShape', [ints(builder, dims)], { value: fromNumbers(dtype, [1], [0]) })
}

/** `value` from `start` to before `end` along one axis. */
export function slice(builder: Builder, value: string, axis: number, start: number, end: number): string {
  return builder.node('Slice', [value, ints(builder, [start]), ints(builder, [end]), ints(builder, [axis])])
}

/** Zeros added around a value; negative amounts take away. */
export function pad(
  builder: Builder,
  value: string,
  before: readonly number[],
  after: readonly number[],
): string {
  const amounts = [...before, ...after]
  return amounts.every((amount) => amount === 0)
    ? value
    : builder.node('Pad', [value, ints(builder, amounts)])
}

export function concat(builder: Builder, values: readonly string[], axis: number): string {
  return values.length === 1 ? values[0]! : builder.node('Concat', values, { axis })
}

/**
 * A linear map along one axis: `matrix` [to, from], by name, applied to `value` of dimensions `dims`, whose `axis`
 * is of size `from` and becomes of size `to`. `transposed`: the matrix is [from, to], which is cheaper along the
 * last axis as the other is along any other.
 */
export function applyMatrix(
  builder: Builder,
  value: string,
  dims: readonly number[],
  axis: number,
  matrix: string,
  to: number,
  { transposed = false }: { readonly transposed?: boolean } = {},
): string {
  const from = dims[axis]!
  const before = product(dims.slice(0, axis))
  const after = product(dims.slice(axis + 1))
  const turned = (): string => builder.node('Transpose', [matrix], { perm: [1, 0] })
  const result =
    after === 1
      ? builder.node('MatMul', [reshape(builder, value, [before, from]), transposed ? matrix : turned()])
      : builder.node('MatMul', [
          transposed ? turned() : matrix,
          reshape(builder, value, [before, from, after]),
        ])
  return reshape(builder, result, dims.with(axis, to))
}

/** Grows one axis of a value of `rank` axes by `begin` and `end` elements; negative counts cut elements off. */
export function padAxis(
  builder: Builder,
  value: string,
  rank: number,
  axis: number,
  { begin, end, fill = '' }: { readonly begin: number; readonly end: number; readonly fill?: string },
): string {
  if (begin === 0 && end === 0) return value
  const pads = Array.from({ length: 2 * rank }, (_, i) => (i === axis ? begin : i === rank + axis ? end : 0))
  return builder.node('Pad', [value, ints(builder, pads), fill])
}

/** A function of one number at work: its input, its output, and the node for attributes. */
export interface Point {
  readonly x: string
  readonly y: string
  readonly node: Node
}

/** The rule of a function that acts on each element alone: `slope` times the gradient that arrives. */
export function elementwise(name: string, slope: (o: Formula, at: Point) => string): readonly VjpVariant[] {
  return rule(name, (context) => {
    const g = context.gradientOf(0)
    if (g === undefined || !context.wants(0)) return []
    const { node } = context
    const o = formulaOf(context)
    return [o.mul(g, slope(o, { x: node.inputs[0]!, y: node.outputs[0]!, node }))]
  })
}
