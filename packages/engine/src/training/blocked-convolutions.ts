// Convolutions whose weights are fed, in the layout that onnxruntime keeps for convolutions with constant weights:
// channels in blocks beside each other, which its fast kernels need. It rewrites graphs to that layout itself only where
// weights are constants, which in training they are not. The operators are internal to onnxruntime and not documented, so
// they are tried once, on numbers whose places tell the size of a block, and left alone where they are missing.
import { attributes } from '../ir/attributes.ts'
import { intAttribute, intsAttribute, type Model, type Node, type TensorType } from '../ir/graph.ts'
import { graphBuilder } from '../ir/graph-builder.ts'
import { float32, int64, type Tensor } from '../ir/tensor.ts'
import { allNames, producers, removeDead, topologicalOrder } from '../ir/traverse.ts'
import { uniqueNames } from '../normalize/rewrite.ts'
import { openSession } from '../runtime/session.ts'
import { inferTypes } from '../shapes/probe-shapes.ts'

const domain = 'com.microsoft.nchwc'

let block: Promise<number> | undefined

/** Channels of a block on this processor; 0 where the operators are missing. */
export function blockSize(): Promise<number> {
  block ??= findBlock()
  return block
}

async function findBlock(): Promise<number> {
  const builder = graphBuilder()
  const x = builder.input('x', 'float32', [1, 64, 1, 2])
  builder.output(builder.node('ReorderInput', [x], {}, { domain }), 'y')
  try {
    const session = await openSession(builder.finish(), { provider: 'cpu', optimization: 'disabled' })
    try {
      const numbers = float32(
        Array.from({ length: 128 }, (_, i) => i),
        [1, 64, 1, 2],
      )
      const { y } = await session.run({ x: numbers })
      // The second number of the first channel comes after all channels of the block.
      return (y!.data as Float32Array).indexOf(1)
    } finally {
      await session.close()
    }
  } catch {
    return 0
  }
}

/**
 * The model with every two-dimensional Conv whose weights are no constants, and whose channels and filters fill blocks, in
 * blocked layout. Results are the same to rounding.
 */
export async function blockedConvolutions(model: Model): Promise<Model> {
  const size = await blockSize()
  if (size < 4) return model
  const candidates = model.graph.nodes.filter(
    ({ opType, domain: own, inputs }) =>
      opType === 'Conv' && own === '' && !model.graph.initializers.has(inputs[1]!),
  )
  if (candidates.length === 0) return model
  return rewrite(model, await inferTypes(model), size)
}

function rewrite(model: Model, types: ReadonlyMap<string, TensorType>, size: number): Model {
  const { graph } = model
  const unique = uniqueNames(allNames(graph))
  const initializers = new Map(graph.initializers)
  const nodes: Node[] = []
  const make = (
    opType: string,
    inputs: readonly string[],
    output: string,
    own = '',
    plain: Parameters<typeof attributes>[0] = {},
  ): string => {
    nodes.push({ opType, domain: own, name: '', inputs, outputs: [output], attributes: attributes(plain) })
    return output
  }
  const constant = (tensor: Tensor): string => {
    const name = unique('blocked_shape')
    initializers.set(name, tensor)
    return name
  }
  const makers = producers(graph)
  const reordered = new Map<string, string>()
  const inBlocks = (value: string): string => {
    const known = reordered.get(value) ?? make('ReorderInput', [value], unique(`${value}_blocked`), domain)
    reordered.set(value, known)
    return known
  }
  const reshape = (value: string, dims: readonly number[]): string =>
    make('Reshape', [value, constant(int64(dims))], unique('blocked'))
  /** Weights [M, C, h, w] in the kernels' order, [M / b, C / b, h, w, b of C, b of M]. */
  const kernelOf = (weights: string, dims: readonly [number, number, number, number]): string => {
    const [filters, channels, rows, columns] = dims
    const maker = makers.get(weights)
    if (isTranspose(maker, [1, 0, 2, 3])) {
      // A gradient [C, M, h, w] that plays the weights: in blocks it already has the b of M together, and what is left
      // is to put such rows in order, which Gather does on all threads and Transpose of six axes on one.
      const lines = reshape(inBlocks(maker!.inputs[0]!), [-1, size])
      const order = constant(rowOrder({ filters, channels, places: rows * columns, size }))
      return reshape(make('Gather', [lines, order], unique('blocked')), dims)
    }
    const parts = reshape(weights, [filters / size, size, channels / size, size, rows, columns])
    const turned = make('Transpose', [parts], unique('blocked'), '', { perm: [0, 2, 4, 5, 3, 1] })
    return reshape(turned, dims)
  }
  for (const node of graph.nodes) {
    const [x, weights, bias] = node.inputs as [string, string, string?]
    const known = reordered.get(x)
    if (isTranspose(node, [0, 2, 3, 1]) && known !== undefined) {
      const channels = types.get(x)!.dims![1] as number
      make('ReorderOutput', [known], node.outputs[0]!, domain, { channels, channels_last: 1 })
      continue
    }
    const dims = blockable(node, graph.initializers, types, size)
    if (dims === undefined) {
      nodes.push(node)
      continue
    }
    const [filters] = dims
    const input = inBlocks(x)
    const kernel = kernelOf(weights, dims)
    const result = unique(`${node.outputs[0]}_blocked`)
    nodes.push({
      ...node,
      domain,
      inputs: bias ? [input, kernel, bias] : [input, kernel],
      outputs: [result],
    })
    make('ReorderOutput', [result], node.outputs[0]!, domain, { channels: filters })
  }
  return {
    ...model,
    opsets: new Map(model.opsets).set(domain, 1),
    graph: removeDead({ ...graph, nodes: topologicalOrder(nodes), initializers }),
  }
}

function isTranspose(node: Node | undefined, order: readonly number[]): boolean {
  return (
    node?.opType === 'Transpose' && node.domain === '' && intsAttribute(node, 'perm')?.join() === order.join()
  )
}

/** For each row of b filters of the kernel, [M / b, C / b, places, b of C], the row of the blocked gradient, [C, M / b, places]. */
function rowOrder({
  filters,
  channels,
  places,
  size,
}: {
  readonly filters: number
  readonly channels: number
  readonly places: number
  readonly size: number
}): Tensor {
  const groups = filters / size
  const order = new Int32Array(groups * channels * places)
  let at = 0
  for (let group = 0; group < groups; group++) {
    for (let start = 0; start < channels; start += size) {
      for (let place = 0; place < places; place++) {
        for (let c = start; c < start + size; c++) order[at++] = (c * groups + group) * places + place
      }
    }
  }
  return { dtype: 'int32', dims: [order.length], data: order }
}

/** Dimensions of the weights where this is a convolution that the blocked kernels take. */
function blockable(
  node: Node,
  constants: ReadonlyMap<string, Tensor>,
  types: ReadonlyMap<string, TensorType>,
  size: number,
): readonly [number, number, number, number] | undefined {
  if (node.opType !== 'Conv' || node.domain !== '' || constants.has(node.inputs[1]!)) return undefined
  if (intAttribute(node, 'group', 1) !== 1) return undefined
  const dims = types.get(node.inputs[1]!)?.dims
  if (dims?.length !== 4 || !dims.every((dim) => typeof dim === 'number')) return undefined
  const [filters, channels] = dims as readonly number[]
  if (filters! % size !== 0 || channels! % size !== 0) return undefined
  return dims as unknown as readonly [number, number, number, number]
}
