// Lists of tensors, which exporters write for Python lists, are mostly taken apart again in the same graph. Once
// loops are laid out it is known which tensor lies where, so whoever reads from a list can read that tensor itself,
// and gradients need to know of tensors only.
import { intAttribute, type Model, type Node } from '../ir/graph.ts'
import { int64, toNumbers } from '../ir/tensor.ts'
import { removeDead } from '../ir/traverse.ts'
import type { SpecializedModel } from './normalize.ts'
import { type NodeList, nodeList, type Rewriter, rewriteNodes } from './rewrite.ts'

/** The model with every reading of a list replaced for which the list is known; `source.model` if there is none. */
export function resolveSequences({ model, shapes }: SpecializedModel): Model {
  if (!model.graph.nodes.some(({ opType }) => reads.has(opType))) return model
  const lists = new Map<string, readonly string[]>()
  let changed = false
  const resolved = rewriteNodes(model, (node, rewriter) => {
    if (node.domain !== '') return undefined
    const list = nodeList(rewriter)
    const made = listOf(node, lists, list, rewriter, (name) => shapes.get(name)?.dims)
    if (made) {
      lists.set(node.outputs[0]!, made)
      // Whoever reads it in a way that is not known here still finds it; else it goes with the dead.
      return [...list.nodes, node]
    }
    const known = lists.get(node.inputs[0] ?? '')
    if (!known || !readFrom(known, node, list, rewriter)) return undefined
    changed = true
    return list.nodes
  })
  return changed ? { ...resolved, graph: removeDead(resolved.graph) } : model
}

const reads = new Set(['ConcatFromSequence', 'SequenceAt', 'SequenceLength'])

/** The tensors of the list that a node makes; undefined where it makes none or they are not known. */
function listOf(
  node: Node,
  lists: ReadonlyMap<string, readonly string[]>,
  list: NodeList,
  rewriter: Rewriter,
  dimsOf: (name: string) => readonly number[] | undefined,
): readonly string[] | undefined {
  const [first = '', second = '', third = ''] = node.inputs
  switch (node.opType) {
    case 'SequenceEmpty':
      return []
    case 'SequenceConstruct':
      return node.inputs
    case 'Identity':
      return lists.get(first)
    case 'SequenceInsert': {
      const from = lists.get(first)
      const at = from && position(third, from.length, from.length, rewriter)
      return at === undefined ? undefined : from!.toSpliced(at, 0, second)
    }
    case 'SequenceErase': {
      const from = lists.get(first)
      const at = from && position(second, from.length, from.length - 1, rewriter)
      return at === undefined ? undefined : from!.toSpliced(at, 1)
    }
    case 'SplitToSequence': {
      const dims = dimsOf(first)
      return dims && splitUp(node, dims, list, rewriter)
    }
    default:
      return undefined
  }
}

/** A position in a list, counted from the front; undefined where it is not constant. */
function position(name: string, length: number, fallback: number, rewriter: Rewriter): number | undefined {
  if (name === '') return fallback
  const known = rewriter.constantOf(name)
  if (!known) return undefined
  const at = Number(known.data[0])
  return at < 0 ? at + length : at
}

function splitUp(
  node: Node,
  dims: readonly number[],
  list: NodeList,
  rewriter: Rewriter,
): readonly string[] | undefined {
  const [value, by] = node.inputs as [string, string | undefined]
  const given = intAttribute(node, 'axis', 0)
  const axis = given < 0 ? given + dims.length : given
  const length = dims[axis]!
  const known = by ? rewriter.constantOf(by) : undefined
  if (by && !known) return undefined
  const each = known ? Number(known.data[0]) : 1
  const sizes =
    known && known.dims.length > 0
      ? Array.from(toNumbers(known))
      : Array.from({ length: Math.ceil(length / each) }, (_, i) => Math.min(each, length - i * each))
  const parts =
    sizes.length === 1 ? [value] : list.addMany('Split', [value, list.ints(sizes)], sizes.length, { axis })
  // Only pieces of size 1, cut by default, lose their axis.
  if (known || intAttribute(node, 'keepdims', 1) !== 0) return parts
  return parts.map((part) => list.add('Squeeze', [part, list.ints([axis])]))
}

/** Adds what gives a node's output from a list that is known; false where that cannot be told. */
function readFrom(known: readonly string[], node: Node, list: NodeList, rewriter: Rewriter): boolean {
  const output = node.outputs[0]!
  switch (node.opType) {
    case 'SequenceAt': {
      const at = position(node.inputs[1] ?? '', known.length, 0, rewriter)
      const item = at === undefined ? undefined : known[at]
      if (item === undefined) return false
      list.add('Identity', [item], {}, output)
      return true
    }
    case 'SequenceLength':
      list.add('Identity', [rewriter.constant(int64([known.length], []), 'length')], {}, output)
      return true
    case 'ConcatFromSequence': {
      if (known.length === 0) return false
      const axis = intAttribute(node, 'axis', 0)
      const isNew = intAttribute(node, 'new_axis', 0) === 1
      const parts = isNew ? known.map((item) => list.add('Unsqueeze', [item, list.ints([axis])])) : known
      list.add('Concat', parts, { axis }, output)
      return true
    }
    default:
      return false
  }
}
