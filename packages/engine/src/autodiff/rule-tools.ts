// Small pieces that gradient rules are written with. All shapes are known numbers, so what would be shape
// arithmetic in a general framework is a constant here.
import { int64, scalar, type Tensor } from '../ir/tensor.ts'
import type { VjpContext, VjpVariant } from '../registry/operator.ts'

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
