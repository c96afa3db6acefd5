// Matrix products. With Y = A B: dA = dY B^T and dB = A^T dY, summed over what was broadcast. Transposes are emitted
// as nodes of their own: onnxruntime works out those of constants once and fuses the others into the product.

import { float } from '../../ir/attributes.ts'
import { floatAttribute, intAttribute, stringAttribute } from '../../ir/graph.ts'
import type { VjpContext } from '../../registry/operator.ts'
import { formulaOf } from '../formula.ts'
import { dimsOf, ints, product, reshape, rule, same, transpose, unbroadcast } from '../rule-tools.ts'
import { parseEinsum } from './einsum-equation.ts'
import type { Rules } from './rules.ts'

type Builder = VjpContext['builder']

/** Exchanges the last two axes of a value with this many. */
function flipped(builder: Builder, value: string, rank: number): string {
  const perm = Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i))
  return transpose(builder, value, perm)
}

function matMul(c: VjpContext): readonly (string | undefined)[] {
  const arriving = c.gradientOf(0)
  if (arriving === undefined) return []
  const { builder } = c
  const [a, b] = c.node.inputs as [string, string]
  const first = dimsOf(c, 0)
  const second = dimsOf(c, 1)
  // Vectors are matrices with one row on the left, with one column on the right.
  const left = first.length === 1 ? [1, ...first] : first
  const right = second.length === 1 ? [...second, 1] : second
  const [rows, inner] = left.slice(-2) as [number, number]
  const columns = right[right.length - 1]!
  const out = c.typeOf(c.node.outputs[0]!).dims
  const batch = out.slice(0, out.length - (first.length > 1 ? 1 : 0) - (second.length > 1 ? 1 : 0))
  const full = [...batch, rows, columns]
  const as = (value: string, from: readonly number[], to: readonly number[]): string =>
    same(from, to) ? value : reshape(builder, value, to)
  const matrixB = as(b, second, right)
  const g = as(arriving, out, full)

  const gradientA = (): string => {
    const made = builder.node('MatMul', [g, flipped(builder, matrixB, right.length)])
    return as(unbroadcast(builder, made, [...batch, rows, inner], left), left, first)
  }
  const gradientB = (): string => {
    if (product(right.slice(0, -2)) === 1 && product(left) === product(batch) * rows * inner) {
      // One matrix for all: the batch is just more rows, and summing over it is part of the product.
      const total = product(batch) * rows
      const tall = as(a, first, [total, inner])
      const tallG = as(arriving, out, [total, columns])
      return as(builder.node('MatMul', [transpose(builder, tall, [1, 0]), tallG]), [inner, columns], second)
    }
    const matrixA = as(a, first, left)
    const made = builder.node('MatMul', [flipped(builder, matrixA, left.length), g])
    return as(unbroadcast(builder, made, [...batch, inner, columns], right), right, second)
  }
  return [c.wants(0) ? gradientA() : undefined, c.wants(1) ? gradientB() : undefined]
}

/** alpha A' B' + beta C, where ' is a transpose or nothing; each gradient is one Gemm. */
function gemm(c: VjpContext): readonly (string | undefined)[] {
  const g = c.gradientOf(0)
  if (g === undefined) return []
  const { node, builder } = c
  const [a, b] = node.inputs as [string, string]
  const transA = intAttribute(node, 'transA', 0)
  const transB = intAttribute(node, 'transB', 0)
  const alpha = float(floatAttribute(node, 'alpha', 1))
  const beta = floatAttribute(node, 'beta', 1)
  const times = (x: string, transX: number, y: string, transY: number): string =>
    builder.node('Gemm', [x, y], { alpha, transA: transX, transB: transY })
  const gradientC = (): string => {
    const total = unbroadcast(builder, g, c.typeOf(node.outputs[0]!).dims, dimsOf(c, 2))
    return beta === 1 ? total : formulaOf(c).mul(total, beta)
  }
  return [
    c.wants(0) ? (transA ? times(b, transB, g, 1) : times(g, 0, b, 1 - transB)) : undefined,
    c.wants(1) ? (transB ? times(g, 1, a, transA) : times(a, 1 - transA, g, 0)) : undefined,
    node.inputs[2] && c.wants(2) ? gradientC() : undefined,
  ]
}

function einsum(c: VjpContext): readonly (string | undefined)[] {
  const g = c.gradientOf(0)
  if (g === undefined) return []
  const { node, builder } = c
  const { operands, result } = equationOf(c)!
  const sizes = new Map<string, number>()
  operands.forEach((labels, i) => {
    labels.forEach((label, axis) => {
      sizes.set(label, Math.max(sizes.get(label) ?? 1, dimsOf(c, i)[axis]!))
    })
  })
  return operands.map((labels, i) => {
    if (!c.wants(i)) return undefined
    const dims = dimsOf(c, i)
    const others = operands.flatMap((other, j) => (j === i ? [] : [{ labels: other, at: j }]))
    // The size with which a label comes back from the gradient and the other operands; 0 where it does not.
    const available = (label: string): number =>
      Math.max(
        result.includes(label) ? sizes.get(label)! : 0,
        ...others.map(({ labels: other, at }) =>
          other.includes(label) ? dimsOf(c, at)[other.indexOf(label)]! : 0,
        ),
      )
    const kept = labels.filter((label, axis) => available(label) > 0 && available(label) <= dims[axis]!)
    const equation = `${[result, ...others.map((other) => other.labels)]
      .map((item) => item.join(''))
      .join()}->${kept.join('')}`
    const made = builder.node('Einsum', [g, ...others.map(({ at }) => node.inputs[at]!)], { equation })
    // What was summed over in this operand alone, or repeated, comes back by spreading.
    const keptDims = kept.map(available)
    const spaced = labels.map((label) => (kept.includes(label) ? available(label) : 1))
    const shaped = same(keptDims, spaced) ? made : reshape(builder, made, spaced)
    return same(spaced, dims) ? shaped : builder.node('Expand', [shaped, ints(builder, dims)])
  })
}

function equationOf(c: VjpContext): ReturnType<typeof parseEinsum> {
  return parseEinsum(
    stringAttribute(c.node, 'equation', ''),
    c.node.inputs.map((_, i) => dimsOf(c, i).length),
  )
}

export const matmulRules: Rules = {
  MatMul: rule('transposed products', matMul),
  Gemm: rule('transposed products', gemm),
  Einsum: [
    {
      name: 'exchanged subscripts',
      // A label twice in one operand means its diagonal, which Einsum can read but not write.
      applies: (c) => equationOf(c)?.operands.every((item) => new Set(item).size === item.length) ?? false,
      emit: einsum,
    },
  ],
}
