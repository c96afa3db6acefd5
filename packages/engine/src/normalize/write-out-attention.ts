// The Attention operator of operator set 23 as the products and the softmax that it stands for, which have gradient
// rules. Its kernel is the faster forward, so models are written out only to be differentiated. Heads may lie in an
// axis of their own or along the features, and a group of query heads may share one of keys and values. Forms with a
// cache of earlier keys, with capped scores or with scores as an output stay as they are.
import { floatAttribute, intAttribute, type Model, type Node } from '../ir/graph.ts'
import { fromNumbers, scalar } from '../ir/tensor.ts'
import { type NodeList, nodeList, type Rewriter, rewriteNodes } from './rewrite.ts'

/** What a score that does not count is set to, as in onnxruntime: float32's lowest. */
const lowest = -3.4028234663852886e38

/** The model with Attention written out, where the sizes are known. */
export function writeOutAttention(model: Model): Model {
  const isAttention = ({ domain, opType }: Node): boolean => domain === '' && opType === 'Attention'
  if (!model.graph.nodes.some(isAttention)) return model
  return rewriteNodes(model, (node, rewriter) => (isAttention(node) ? writeOut(node, rewriter) : undefined))
}

function writeOut(node: Node, rewriter: Rewriter): readonly Node[] | undefined {
  const [q = '', k = '', v = '', mask = ''] = node.inputs
  const hasOthers = node.inputs.slice(4).some((name) => name !== '')
  const gives = node.outputs.slice(1).some((name) => name !== '' && rewriter.isUsed(name))
  if (hasOthers || gives || floatAttribute(node, 'softcap', 0) !== 0) return undefined
  if (rewriter.typeOf(q)?.dtype !== 'float32') return undefined
  const list = nodeList(rewriter)
  const queries = intAttribute(node, 'q_num_heads')
  const shared = intAttribute(node, 'kv_num_heads')
  const query = heads(q, queries, list, rewriter)
  const key = heads(k, shared, list, rewriter)
  const value = heads(v, shared, list, rewriter)
  if (!query || !key || !value) return undefined
  const [batch, count, length, size] = query.dims
  const total = key.dims[2]
  const scale = floatAttribute(node, 'scale') ?? 1 / Math.sqrt(size)

  const scaled = list.add('Mul', [query.name, rewriter.constant(scalar('float32', scale))])
  const turned = list.add('Transpose', [repeated(key, count, list)], { perm: [0, 1, 3, 2] })
  let scores = list.add('MatMul', [scaled, turned])
  if (mask !== '') {
    const type = rewriter.typeOf(mask)
    const last = type?.dims?.at(-1)
    if (last !== 1 && last !== total) return undefined
    const bias =
      type?.dtype === 'bool'
        ? list.add('Where', [
            mask,
            rewriter.constant(scalar('float32', 0)),
            rewriter.constant(scalar('float32', lowest)),
          ])
        : mask
    scores = list.add('Add', [scores, bias])
  }
  if (intAttribute(node, 'is_causal', 0) === 1) {
    const seen = Array.from({ length: length * total }, (_, at) =>
      at % total <= Math.floor(at / total) ? 0 : lowest,
    )
    scores = list.add('Add', [scores, rewriter.constant(fromNumbers('float32', [length, total], seen))])
  }
  const weights = list.add('Softmax', [scores], { axis: -1 })
  const values = repeated(value, count, list)
  const [output = ''] = node.outputs
  if (queries === undefined || rewriter.typeOf(q)?.dims?.length === 4) {
    list.add('MatMul', [weights, values], {}, output)
    return list.nodes
  }
  const mixed = list.add('MatMul', [weights, values])
  const back = list.add('Transpose', [mixed], { perm: [0, 2, 1, 3] })
  list.add('Reshape', [back, list.ints([batch, length, count * value.dims[3]])], {}, output)
  return list.nodes
}

interface Heads {
  readonly name: string
  /** Samples, heads, positions, features of one head. */
  readonly dims: readonly [number, number, number, number]
}

/** The value with its heads as the second axis. */
function heads(
  name: string,
  count: number | undefined,
  list: NodeList,
  rewriter: Rewriter,
): Heads | undefined {
  const dims = rewriter.typeOf(name)?.dims
  if (!dims?.every((size) => typeof size === 'number')) return undefined
  if (dims.length === 4) return { name, dims: dims as readonly number[] as Heads['dims'] }
  const [batch, length, width] = dims as readonly [number, number, number]
  if (dims.length !== 3 || count === undefined || width % count !== 0) return undefined
  const size = width / count
  const apart = list.add('Reshape', [name, list.ints([batch, length, count, size])])
  return { name: list.add('Transpose', [apart], { perm: [0, 2, 1, 3] }), dims: [batch, count, length, size] }
}

/** Heads that several query heads share, each as often as it is used. */
function repeated({ name, dims }: Heads, count: number, list: NodeList): string {
  const [batch, own, length, size] = dims
  if (own === count) return name
  const times = count / own
  const apart = list.add('Reshape', [name, list.ints([batch, own, 1, length, size])])
  const spread = list.add('Expand', [apart, list.ints([batch, own, times, length, size])])
  return list.add('Reshape', [spread, list.ints([batch, count, length, size])])
}
