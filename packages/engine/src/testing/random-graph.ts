// Random small graphs for property tests: a list of draws is read as a walk that keeps a set of values and at each
// step puts one more piece on one of them. A piece is one operator, with what keeps it smooth and well conditioned
// around it (a square root gets a positive argument, a normalisation gets spread-out values), since finite
// differences say nothing at a kink. Weights are constants or fed, by the draw: rules choose other forms by that.
import { type attributes, float } from '../ir/attributes.ts'
import type { Model } from '../ir/graph.ts'
import { type GraphBuilder, graphBuilder } from '../ir/graph-builder.ts'
import { elementCount, fromNumbers, int64, scalar, type Tensor } from '../ir/tensor.ts'
import { randomNumbers, randomTensor } from './models.ts'

export interface Recipe {
  /** Dimensions of the first input. */
  readonly dims: readonly number[]
  /** For each step: which piece, on which value, and numbers the piece may use. */
  readonly steps: readonly { readonly piece: number; readonly on: number; readonly draw: number }[]
  readonly fedWeights: boolean
  readonly seed: number
}

interface Value {
  readonly name: string
  readonly dims: readonly number[]
}

/** What a piece is built with. */
interface Site {
  readonly b: GraphBuilder
  readonly x: Value
  /** Another value of the walk. */
  readonly other: Value
  /** A whole number from 0 to n - 1. */
  pick(n: number): number
  one<T>(choices: readonly T[]): T
  /** Random weights, fed or constant. */
  weight(dims: readonly number[], scale?: number): string
  /** A random constant. */
  fixed(dims: readonly number[], scale?: number): string
}

interface Piece {
  readonly operators: readonly string[]
  fits(dims: readonly number[]): boolean
  emit(site: Site): Value | readonly Value[]
}

const any = (): boolean => true
const rank =
  (n: number) =>
  (dims: readonly number[]): boolean =>
    dims.length === n
const atLeast =
  (n: number) =>
  (dims: readonly number[]): boolean =>
    dims.length >= n
const product = elementCount

/** Operators that work on each element alone, with what leads their argument into where they are smooth. */
function elementwise(
  operator: string,
  plain: Parameters<typeof attributes>[0] = {},
  lead?: 'bounded' | 'positive',
): Piece {
  const around = lead === 'bounded' ? ['Tanh'] : lead === 'positive' ? ['Softplus', 'Add'] : []
  return {
    operators: [operator, ...around],
    fits: any,
    emit: ({ b, x }) => {
      let argument = x.name
      if (lead === 'bounded') argument = b.node('Tanh', [argument])
      if (lead === 'positive') {
        argument = b.node('Add', [b.node('Softplus', [argument]), b.constant(scalar('float32', 0.5))])
      }
      return { name: b.node(operator, [argument], plain), dims: x.dims }
    },
  }
}

/** Arithmetic with another operand that broadcasts: a value of the walk where it fits, else weights. */
function arithmetic(operator: string): Piece {
  return {
    operators: [operator],
    fits: any,
    emit: ({ b, x, other, pick, weight }) => {
      const same = other.dims.join() === x.dims.join()
      const cut = x.dims.map((size) => (pick(2) === 0 ? 1 : size)).slice(pick(x.dims.length + 1))
      let second = same ? other.name : weight(cut)
      if (operator === 'Div') {
        second = b.node('Add', [b.node('Sigmoid', [second]), b.constant(scalar('float32', 0.7))])
      }
      const flipped = operator !== 'Div' && pick(2) === 0
      return { name: b.node(operator, flipped ? [second, x.name] : [x.name, second]), dims: x.dims }
    },
  }
}

function reduction(operator: string): Piece {
  return {
    operators: [operator],
    fits: atLeast(2),
    emit: ({ b, x, pick, fixed }) => {
      const axis = pick(x.dims.length)
      const keepdims = pick(2)
      // Keeps norms and logarithms away from zero.
      const shifted = b.node('Add', [x.name, fixed(x.dims)])
      const argument =
        operator === 'ReduceLogSum' || operator === 'ReduceProd' ? positive(b, shifted) : shifted
      const signed = pick(2) === 0 ? axis : axis - x.dims.length
      const name = b.node(operator, [argument, b.constant(int64([signed]))], { keepdims })
      return { name, dims: keepdims ? x.dims.with(axis, 1) : x.dims.toSpliced(axis, 1) }
    },
  }
}

function positive(b: GraphBuilder, x: string): string {
  return b.node('Add', [b.node('Softplus', [x]), b.constant(scalar('float32', 0.5))])
}

const output = (large: number, kernel: number, stride: number, dilation: number, pads: number): number =>
  Math.floor((large + pads - (kernel - 1) * dilation - 1) / stride) + 1

/** Choices of a window along one axis that fit into it. */
function windowOf({ pick, one }: Site, size: number) {
  const kernel = Math.min(size, 1 + pick(3))
  const dilation = kernel > 1 && (kernel - 1) * 2 + 1 <= size ? 1 + pick(2) : 1
  const stride = 1 + pick(2)
  const begin = pick(kernel)
  const end = one([begin, pick(kernel)])
  return { kernel, dilation, stride, begin, end, out: output(size, kernel, stride, dilation, begin + end) }
}

const convolution: Piece = {
  operators: ['Conv'],
  fits: (dims) => dims.length === 3 || dims.length === 4,
  emit: (site) => {
    const { b, x, one, weight, pick } = site
    const [n, c, ...space] = x.dims as [number, number, ...number[]]
    const group = one([1, c, c % 2 === 0 ? 2 : 1])
    const out = group * (1 + pick(3))
    const windows = space.map((size) => windowOf(site, size))
    const kernel = windows.map((w) => w.kernel)
    const fan = (c / group) * product(kernel)
    const inputs = [x.name, weight([out, c / group, ...kernel], 1.5 / Math.sqrt(fan))]
    if (pick(2) === 0) inputs.push(weight([out]))
    const name = b.node('Conv', inputs, {
      group,
      strides: windows.map((w) => w.stride),
      dilations: windows.map((w) => w.dilation),
      pads: [...windows.map((w) => w.begin), ...windows.map((w) => w.end)],
    })
    return { name, dims: [n, out, ...windows.map((w) => w.out)] }
  },
}

const transposedConvolution: Piece = {
  operators: ['ConvTranspose'],
  fits: rank(4),
  emit: (site) => {
    const { b, x, weight, pick, one } = site
    const [n, c, ...space] = x.dims as [number, number, number, number]
    const group = one([1, c % 2 === 0 ? 2 : 1])
    const each = 1 + pick(2)
    const kernel = space.map(() => 1 + pick(3))
    const strides = space.map(() => 1 + pick(2))
    const padding = kernel.map((k) => pick(Math.ceil(k / 2)))
    const outputPadding = strides.map((stride) => pick(stride))
    const name = b.node('ConvTranspose', [x.name, weight([c, each, ...kernel], 1 / Math.sqrt(c))], {
      group,
      strides,
      pads: [...padding, ...padding],
      output_padding: outputPadding,
    })
    const spread = space.map(
      (size, i) => (size - 1) * strides[i]! + kernel[i]! + outputPadding[i]! - 2 * padding[i]!,
    )
    return { name, dims: [n, group * each, ...spread] }
  },
}

const averagePool: Piece = {
  operators: ['AveragePool'],
  fits: (dims) => dims.length === 3 || dims.length === 4,
  emit: (site) => {
    const { b, x, pick } = site
    const windows = x.dims.slice(2).map((size) => windowOf(site, size))
    const outs = windows.map((w, i) => output(x.dims[i + 2]!, w.kernel, w.stride, 1, w.begin + w.end))
    const name = b.node('AveragePool', [x.name], {
      kernel_shape: windows.map((w) => w.kernel),
      strides: windows.map((w) => w.stride),
      pads: [...windows.map((w) => w.begin), ...windows.map((w) => w.end)],
      count_include_pad: pick(2),
    })
    return { name, dims: [...x.dims.slice(0, 2), ...outs] }
  },
}

/** Spread-out values: what is nearly constant would be divided by nearly zero. */
const spread = ({ b, x, fixed }: Site): string => b.node('Add', [x.name, fixed(x.dims, 2)])

export const pieces: readonly Piece[] = [
  ...['Sigmoid', 'Tanh', 'Erf', 'Softplus', 'Sin', 'Cos', 'Atan', 'Neg', 'Identity', 'Mish', 'Softsign'].map(
    (operator) => elementwise(operator),
  ),
  ...['Exp', 'Sinh', 'Cosh', 'Asinh'].map((operator) => elementwise(operator, {}, 'bounded')),
  ...['Sqrt', 'Log', 'Reciprocal', 'Abs', 'Relu', 'LeakyRelu'].map((operator) =>
    elementwise(operator, {}, 'positive'),
  ),
  ...['Add', 'Sub', 'Mul', 'Div', 'Mean', 'Sum'].map(arithmetic),
  ...['Sum', 'Mean', 'SumSquare', 'L2', 'LogSumExp', 'LogSum', 'Prod'].map((kind) =>
    reduction(`Reduce${kind}`),
  ),
  convolution,
  convolution,
  transposedConvolution,
  averagePool,
  {
    operators: ['GlobalAveragePool'],
    fits: atLeast(3),
    emit: ({ b, x }) => ({
      name: b.node('GlobalAveragePool', [x.name]),
      dims: x.dims.map((size, i) => (i < 2 ? size : 1)),
    }),
  },
  {
    operators: ['Pow'],
    fits: any,
    emit: ({ b, x, one }) => {
      const exponent = one([2, 3, 0.5, -1.5])
      const base = Number.isInteger(exponent) ? b.node('Tanh', [x.name]) : positive(b, x.name)
      return { name: b.node('Pow', [base, b.constant(scalar('float32', exponent))]), dims: x.dims }
    },
  },
  {
    operators: ['MatMul'],
    fits: atLeast(2),
    emit: ({ b, x, weight, pick }) => {
      const [rows, inner] = x.dims.slice(-2) as [number, number]
      const batch = x.dims.slice(0, -2).map((size) => (pick(2) === 0 ? 1 : size))
      const columns = 1 + pick(5)
      const w = weight([...(pick(2) === 0 ? [] : batch), inner, columns], 1 / Math.sqrt(inner))
      return { name: b.node('MatMul', [x.name, w]), dims: [...x.dims.slice(0, -2), rows, columns] }
    },
  },
  {
    // A value with itself: both operands carry gradient.
    operators: ['MatMul', 'Transpose'],
    fits: atLeast(2),
    emit: ({ b, x }) => {
      const last = x.dims.length - 1
      const perm = x.dims.map((_, i) => (i === last ? i - 1 : i === last - 1 ? i + 1 : i))
      const [rows, inner] = x.dims.slice(-2) as [number, number]
      const scaled = b.node('Mul', [x.name, b.constant(scalar('float32', 1 / Math.sqrt(inner)))])
      const name = b.node('MatMul', [scaled, b.node('Transpose', [x.name], { perm })])
      return { name, dims: [...x.dims.slice(0, -2), rows, rows] }
    },
  },
  {
    operators: ['Gemm'],
    fits: rank(2),
    emit: ({ b, x, weight, pick, one }) => {
      const [transA, transB] = [pick(2), pick(2)]
      const [rows, inner] = (transA ? [x.dims[1], x.dims[0]] : x.dims) as [number, number]
      const columns = 1 + pick(5)
      const w = weight(transB ? [columns, inner] : [inner, columns], 1 / Math.sqrt(inner))
      const inputs = [x.name, w]
      if (pick(3) > 0) inputs.push(weight(one([[columns], [rows, 1], []])))
      const name = b.node('Gemm', inputs, {
        transA,
        transB,
        alpha: float(one([1, 0.5])),
        beta: float(one([1, -2])),
      })
      return { name, dims: [rows, columns] }
    },
  },
  {
    operators: ['Einsum'],
    fits: rank(3),
    emit: ({ b, x, weight }) => {
      const [n, t, d] = x.dims as [number, number, number]
      const name = b.node('Einsum', [x.name, weight([d, 3], 1 / Math.sqrt(d))], { equation: 'ntd,dk->nkt' })
      return { name, dims: [n, 3, t] }
    },
  },
  ...['Softmax', 'LogSoftmax'].map(
    (operator): Piece => ({
      operators: [operator],
      fits: atLeast(1),
      emit: (site) => {
        const axis = site.pick(site.x.dims.length)
        return { name: site.b.node(operator, [spread(site)], { axis }), dims: site.x.dims }
      },
    }),
  ),
  {
    operators: ['LayerNormalization'],
    fits: (dims) => dims.length >= 2 && dims.at(-1)! >= 3,
    emit: (site) => {
      const { b, x, weight, pick } = site
      const axis = x.dims.length > 2 ? one(site, [-1, -2]) : -1
      const size = x.dims.slice(axis)
      const inputs = [spread(site), weight(size), ...(pick(2) === 0 ? [] : [weight(size)])]
      return { name: b.node('LayerNormalization', inputs, { axis, epsilon: float(1e-3) }), dims: x.dims }
    },
  },
  {
    operators: ['InstanceNormalization'],
    fits: (dims) => dims.length >= 3 && product(dims.slice(2)) >= 4,
    emit: (site) => {
      const { b, x, weight } = site
      const inputs = [spread(site), weight([x.dims[1]!]), weight([x.dims[1]!])]
      return { name: b.node('InstanceNormalization', inputs, { epsilon: float(1e-3) }), dims: x.dims }
    },
  },
  {
    operators: ['BatchNormalization'],
    fits: atLeast(3),
    emit: ({ b, x, weight, fixed }) => {
      const c = [x.dims[1]!]
      const variance = b.constant(
        fromNumbers(
          'float32',
          c,
          randomNumbers(9, c[0]!).map((v) => 1 + v / 2),
        ),
      )
      const name = b.node('BatchNormalization', [x.name, weight(c), weight(c), fixed(c), variance])
      return { name, dims: x.dims }
    },
  },
  {
    operators: ['Reshape'],
    fits: any,
    emit: ({ b, x, one }) => {
      const total = product(x.dims)
      const splits = [1, 2, 3, 4, 5, 6].filter((size) => total % size === 0)
      const first = one(splits)
      const dims = one([
        [first, total / first],
        [1, first, total / first],
        [total / first, 1, first],
      ])
      return { name: b.node('Reshape', [x.name, b.constant(int64(dims))]), dims }
    },
  },
  {
    operators: ['Transpose'],
    fits: any,
    emit: ({ b, x, pick }) => {
      const perm = x.dims.map((_, i) => i)
      for (let i = perm.length - 1; i > 0; i--) {
        const j = pick(i + 1)
        ;[perm[i], perm[j]] = [perm[j]!, perm[i]!]
      }
      return { name: b.node('Transpose', [x.name], { perm }), dims: perm.map((axis) => x.dims[axis]!) }
    },
  },
  {
    operators: ['Concat'],
    fits: atLeast(1),
    emit: ({ b, x, other, pick, weight }) => {
      const axis = pick(x.dims.length)
      const joins =
        other.dims.length === x.dims.length && other.dims.every((s, i) => i === axis || s === x.dims[i])
      const extra = 1 + pick(2)
      const parts = [
        x,
        joins ? other : { name: weight(x.dims.with(axis, extra)), dims: x.dims.with(axis, extra) },
      ]
      if (pick(2) === 0) parts.reverse()
      const size = parts[0]!.dims[axis]! + parts[1]!.dims[axis]!
      return {
        name: b.node(
          'Concat',
          parts.map(({ name }) => name),
          { axis: pick(2) === 0 ? axis : axis - x.dims.length },
        ),
        dims: x.dims.with(axis, size),
      }
    },
  },
  {
    operators: ['Slice'],
    fits: atLeast(1),
    emit: ({ b, x, pick, one }) => {
      const axis = pick(x.dims.length)
      const size = x.dims[axis]!
      const step = one([1, 1, 2, -1, -2])
      const start = pick(size)
      const end = step > 0 ? start + 1 + pick(size - start) : start - 1 - pick(start + 1)
      // Going down, -1 would mean the last element: the end before the first is written far below.
      const ends = end < 0 ? -1000 : end
      const name = b.node('Slice', [
        x.name,
        ...[[start], [ends], [axis], [step]].map((numbers) => b.constant(int64(numbers))),
      ])
      return { name, dims: x.dims.with(axis, Math.ceil((end - start) / step)) }
    },
  },
  {
    operators: ['Split'],
    fits: (dims) => dims.some((size) => size >= 2),
    emit: ({ b, x, pick }) => {
      const axis = x.dims.findIndex((size) => size >= 2)
      const size = x.dims[axis]!
      const first = 1 + pick(size - 1)
      const sizes = [first, size - first]
      const names = b.nodes('Split', [x.name, b.constant(int64(sizes))], 2, { axis })
      return names.map((name, i) => ({ name, dims: x.dims.with(axis, sizes[i]!) }))
    },
  },
  {
    operators: ['Pad'],
    fits: atLeast(2),
    emit: ({ b, x, pick, one }) => {
      const mode = one(['constant', 'reflect', 'edge'])
      const most = (size: number): number => Math.min(3, mode === 'reflect' ? size : 3)
      const begin = x.dims.map((size) => pick(most(size)))
      const end = x.dims.map((size) => pick(most(size)))
      const name = b.node('Pad', [x.name, b.constant(int64([...begin, ...end]))], { mode })
      return { name, dims: x.dims.map((size, i) => size + begin[i]! + end[i]!) }
    },
  },
  {
    operators: ['Expand'],
    fits: any,
    emit: ({ b, x, pick }) => {
      const dims = [...(pick(2) === 0 ? [2] : []), ...x.dims.map((size) => (size === 1 ? 1 + pick(3) : size))]
      return { name: b.node('Expand', [x.name, b.constant(int64(dims))]), dims }
    },
  },
  {
    operators: ['Tile'],
    fits: atLeast(1),
    emit: ({ b, x, pick }) => {
      const times = x.dims.map(() => 1 + pick(2))
      return {
        name: b.node('Tile', [x.name, b.constant(int64(times))]),
        dims: x.dims.map((size, i) => size * times[i]!),
      }
    },
  },
  {
    operators: ['Gather'],
    fits: atLeast(1),
    emit: ({ b, x, pick }) => {
      const axis = pick(x.dims.length)
      const size = x.dims[axis]!
      const indices = [pick(size), pick(size) - size, pick(size), pick(size)].slice(pick(4))
      const shaped = pick(2) === 0 ? [indices.length] : [1, indices.length]
      const name = b.node('Gather', [x.name, b.constant(int64(indices, shaped))], { axis })
      return { name, dims: x.dims.toSpliced(axis, 1, ...shaped) }
    },
  },
  {
    operators: ['Unsqueeze', 'Squeeze'],
    fits: any,
    emit: ({ b, x, pick }) => {
      const axis = x.dims.indexOf(1)
      if (axis >= 0 && x.dims.length > 1) {
        return {
          name: b.node('Squeeze', [x.name, b.constant(int64([axis]))]),
          dims: x.dims.toSpliced(axis, 1),
        }
      }
      const at = pick(x.dims.length + 1)
      return {
        name: b.node('Unsqueeze', [x.name, b.constant(int64([at]))]),
        dims: x.dims.toSpliced(at, 0, 1),
      }
    },
  },
  {
    operators: ['Flatten'],
    fits: atLeast(2),
    emit: ({ b, x, pick }) => {
      const axis = pick(x.dims.length + 1)
      const dims = [product(x.dims.slice(0, axis)), product(x.dims.slice(axis))]
      return { name: b.node('Flatten', [x.name], { axis }), dims }
    },
  },
  {
    operators: ['Where'],
    fits: any,
    emit: ({ b, x, weight }) => {
      const numbers = randomNumbers(product(x.dims), product(x.dims)).map((v) => (v > 0 ? 1 : 0))
      const condition = b.constant(fromNumbers('bool', x.dims, numbers))
      return { name: b.node('Where', [condition, x.name, weight(x.dims)]), dims: x.dims }
    },
  },
  {
    operators: ['CumSum'],
    fits: atLeast(1),
    emit: ({ b, x, pick }) => {
      const plain = { exclusive: pick(2), reverse: pick(2) }
      return {
        name: b.node('CumSum', [x.name, b.constant(int64([pick(x.dims.length)], []))], plain),
        dims: x.dims,
      }
    },
  },
  {
    operators: ['Resize'],
    fits: rank(4),
    emit: ({ b, x, one }) => {
      const mode = one(['nearest', 'linear', 'cubic'])
      const times = one([2, 1.5, 0.5])
      const dims = x.dims.map((size, i) => (i < 2 ? size : Math.max(1, Math.round(size * times))))
      const name = b.node('Resize', [x.name, '', '', b.constant(int64(dims))], {
        mode,
        coordinate_transformation_mode: one(['half_pixel', 'align_corners', 'asymmetric']),
      })
      return { name, dims }
    },
  },
  {
    operators: ['SpaceToDepth', 'DepthToSpace'],
    fits: (dims) => dims.length === 4 && dims[1]! % 4 === 0,
    emit: ({ b, x, one }) => {
      const [n, c, h, w] = x.dims as [number, number, number, number]
      const name = b.node('DepthToSpace', [x.name], { blocksize: 2, mode: one(['DCR', 'CRD']) })
      return { name, dims: [n, c / 4, h * 2, w * 2] }
    },
  },
  {
    operators: ['LRN'],
    fits: rank(4),
    emit: ({ b, x }) => ({ name: b.node('LRN', [x.name], { size: 3, alpha: float(0.3) }), dims: x.dims }),
  },
  {
    operators: ['Trilu'],
    fits: atLeast(2),
    emit: ({ b, x, pick }) => {
      const k = b.constant(int64([pick(3) - 1], []))
      return { name: b.node('Trilu', [x.name, k], { upper: pick(2) }), dims: x.dims }
    },
  },
]

function one<T>(site: Site, choices: readonly T[]): T {
  return site.one(choices)
}

/** Values larger than this are not built upon: finite differences cost a run for each direction. */
const maxElements = 500

/** The recipe as a model, with the inputs to feed it. */
export function randomGraph(recipe: Recipe): {
  readonly model: Model
  readonly feeds: Readonly<Record<string, Tensor>>
  readonly operators: readonly string[]
} {
  const b = graphBuilder()
  const feeds: Record<string, Tensor> = {}
  let drawn = recipe.seed
  const feed = (name: string, value: Tensor): string => {
    feeds[name] = value
    return b.input(name, 'float32', value.dims)
  }
  const scaled = (dims: readonly number[], scale: number): Tensor =>
    fromNumbers(
      'float32',
      dims,
      randomNumbers(++drawn, product(dims)).map((v) => v * scale),
    )
  const values: Value[] = [{ name: feed('x', randomTensor(++drawn, recipe.dims)), dims: recipe.dims }]
  const used = new Set<string>()
  const operators: string[] = []
  for (const { piece, on, draw } of recipe.steps) {
    const x = values[on % values.length]!
    const fitting = pieces.filter(({ fits }) => fits(x.dims))
    const chosen = fitting[piece % fitting.length]!
    let state = draw
    const pick = (n: number): number => {
      // A few bits of the draw at a time; when they run out, the generator goes on from the same state.
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return Math.floor((state / 2 ** 32) * n)
    }
    const site: Site = {
      b,
      x,
      other: values[(on + 1 + draw) % values.length]!,
      pick,
      one: (choices) => choices[pick(choices.length)]!,
      weight: (dims, scale = 1) =>
        recipe.fedWeights ? feed(`w${drawn}`, scaled(dims, scale)) : b.constant(scaled(dims, scale)),
      fixed: (dims, scale = 1) => b.constant(scaled(dims, scale)),
    }
    const made = chosen.emit(site)
    operators.push(...chosen.operators)
    used.add(x.name)
    for (const value of Array.isArray(made) ? (made as readonly Value[]) : [made as Value]) {
      // Too large or empty ones become outputs but nothing is built on them.
      if (product(value.dims) <= maxElements && value.dims.length <= 5 && !value.dims.includes(0))
        values.push(value)
      else b.output(value.name)
    }
  }
  for (const { name } of values) if (!used.has(name)) b.output(name)
  return { model: b.finish(), feeds, operators }
}
