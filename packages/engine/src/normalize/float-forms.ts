// Quantised arithmetic in the one form that gradients pass through: scale back to floats, compute, quantise again.
// Operators that compute on whole numbers in one go (QLinearConv, MatMulInteger and their like, also those of
// onnxruntime's own quantiser) are split up so, and operators that merely move quantised values about are put
// between a scaling back and a quantisation, which changes no bit. Products and sums come out as before but for
// float rounding, which may move a result that lay between two steps by one step.
import { floatAttribute, intAttribute, type Model, type Node } from '../ir/graph.ts'
import { fromNumbers, scalar } from '../ir/tensor.ts'
import { removeDead } from '../ir/traverse.ts'
import { type NodeList, nodeList, type Rewriter, rewriteNodes, without } from './rewrite.ts'

/** The model with its quantised arithmetic as float arithmetic; `model` itself where there is none. */
export function floatForms(model: Model): Model {
  const { nodes } = model.graph
  const formOf = (node: Node): Form | undefined => {
    const name = node.domain === '' ? node.opType : `${node.domain}.${node.opType}`
    return Object.hasOwn(forms, name) ? forms[name] : undefined
  }
  const quantises = (node: Node): boolean => node.opType === 'QuantizeLinear' || formOf(node) !== undefined
  if (!nodes.some(quantises)) return model
  const steps: Steps = new Map()
  const wholes: Wholes = new Map()
  let changed = false
  const rewritten = rewriteNodes(model, (node, rewriter) => {
    const list = nodeList(rewriter)
    const done =
      formOf(node)?.({ node, list, rewriter, wholes, given: (input) => node.inputs[input] ?? '' }) ??
      (castOfWhole(node, list, wholes) || moveFloats(node, list, steps))
    for (const one of done ? list.nodes : [node]) noteSteps(one, rewriter, steps)
    if (!done) return undefined
    changed = true
    return list.nodes
  })
  return changed ? { ...rewritten, graph: removeDead(rewritten.graph) } : model
}

/** Scale and zero point that quantised values were made with, as far as those are one number for all. */
type Steps = Map<string, { readonly scale: string; readonly zero: string }>

/** Whole-number products and the float products that are equal to them. */
type Wholes = Map<string, string>

interface Site {
  readonly node: Node
  readonly list: NodeList
  readonly rewriter: Rewriter
  readonly wholes: Wholes
  /** The name of an input, '' where it is left out. */
  given(input: number): string
}

/** Adds the nodes that replace one; false keeps it. */
type Form = (site: Site) => boolean

function noteSteps(node: Node, rewriter: Rewriter, steps: Steps): void {
  if (node.opType !== 'QuantizeLinear' || node.domain !== '') return
  const [, scale = '', zero = ''] = node.inputs
  if (rewriter.typeOf(scale)?.dims?.every((size) => size === 1)) steps.set(node.outputs[0]!, { scale, zero })
}

/** Operators that only move values of their first input, so that scaling back may come before as well as after. */
const moving = new Set([
  'DepthToSpace',
  'Expand',
  'Flatten',
  'Gather',
  'GatherElements',
  'GatherND',
  'Identity',
  'MaxPool',
  'Reshape',
  'ReverseSequence',
  'Slice',
  'SpaceToDepth',
  'Split',
  'Squeeze',
  'Tile',
  'Transpose',
  'Unsqueeze',
])

function moveFloats(node: Node, list: NodeList, steps: Steps): boolean {
  const by = steps.get(node.inputs[0] ?? '')
  if (!by || node.domain !== '' || !moving.has(node.opType)) return false
  // Positions that a MaxPool gives out are no quantised values.
  if (node.opType === 'MaxPool' && node.outputs[1]) return false
  const real = list.add('DequantizeLinear', [node.inputs[0]!, by.scale, by.zero])
  const moved = list.addMany(
    node.opType,
    [real, ...node.inputs.slice(1)],
    node.outputs.length,
    node.attributes,
  )
  node.outputs.forEach((output, i) => {
    if (output !== '') list.add('QuantizeLinear', [moved[i]!, by.scale, by.zero], {}, output)
  })
  return true
}

/** A whole-number product that is next made a float is its float form from the start. */
function castOfWhole(node: Node, list: NodeList, wholes: Wholes): boolean {
  const float = wholes.get(node.inputs[0] ?? '')
  if (float === undefined || node.domain !== '' || node.opType !== 'Cast') return false
  if (intAttribute(node, 'to') !== 1) return false
  list.add('Identity', [float], {}, node.outputs[0]!)
  return true
}

/** A quantised value in floats. */
function real({ list, rewriter }: Site, q: string, scale: string, zero: string, axis?: number): string {
  const dims = rewriter.typeOf(scale)?.dims as readonly number[] | undefined
  const zeroDims = zero === '' ? undefined : rewriter.typeOf(zero)?.dims
  // Both must have the same dimensions here, while a single number may come as a list of one.
  const fitted =
    !dims || !zeroDims || zeroDims.join() === dims.join()
      ? zero
      : list.add('Expand', [list.add('Reshape', [zero, list.ints([])]), list.ints(dims)])
  return list.add('DequantizeLinear', [q, scale, fitted], axis === undefined ? {} : { axis })
}

/** Quantises the result as the node's first output. */
function quantised({ node, list }: Site, value: string, scale: string, zero: string): true {
  list.add('QuantizeLinear', [value, scale, zero], {}, node.outputs[0]!)
  return true
}

const qLinearConv: Form = (site) => {
  const { node, list, given } = site
  const x = real(site, given(0), given(1), given(2))
  const w = real(site, given(3), given(4), given(5), 0)
  const bias = given(8)
  const inputs = [x, w]
  // The bias is in steps of the product.
  if (bias) inputs.push(real(site, bias, product(site, given(1), given(4)), '', 0))
  return quantised(site, list.add('Conv', inputs, node.attributes), given(6), given(7))
}

/** The product of two scales, of which one may hold a single number. */
function product({ list, rewriter }: Site, a: string, b: string): string {
  const scale = list.add('Mul', [a, b])
  const sizes = [a, b].map((name) => (rewriter.typeOf(name)?.dims ?? []) as readonly number[])
  const [x, y] = sizes as [readonly number[], readonly number[]]
  return list.add('Reshape', [scale, list.ints(x.every((size) => size === 1) ? y : x)])
}

const qLinearMatMul: Form = (site) => {
  const { list, given } = site
  const a = real(site, given(0), given(1), given(2), -2)
  const b = real(site, given(3), given(4), given(5), -1)
  return quantised(site, list.add('MatMul', [a, b]), given(6), given(7))
}

/** Beside the whole-number product, its float form, for a Cast that may follow. */
function wholeProduct(opType: string, axisOfFirst: number, axisOfSecond: number): Form {
  return (site) => {
    const { node, list, rewriter, given } = site
    const units = (q: string, zero: string, axis: number): string => {
      const dims = zero === '' ? [] : ((rewriter.typeOf(zero)?.dims ?? []) as readonly number[])
      const ones = new Array<number>(dims.reduce((count, size) => count * size, 1)).fill(1)
      const one = rewriter.constant(fromNumbers('float32', dims, ones), 'one')
      return list.add('DequantizeLinear', [q, one, zero], { axis })
    }
    const inputs = [units(given(0), given(2), axisOfFirst), units(given(1), given(3), axisOfSecond)]
    site.wholes.set(node.outputs[0]!, list.add(opType, inputs, node.attributes))
    list.addMany(node.opType, node.inputs, node.outputs, node.attributes)
    return true
  }
}

function single(opType: string): Form {
  return (site) => {
    const { node, list, given } = site
    if (intAttribute(node, 'channels_last', 0) !== 0) return false
    const attributes = without(node.attributes, 'channels_last')
    const x = real(site, given(0), given(1), given(2))
    return quantised(site, list.add(opType, [x], attributes), given(3), given(4))
  }
}

function pair(opType: string): Form {
  return (site) => {
    const { list, given } = site
    const a = real(site, given(0), given(1), given(2))
    const b = real(site, given(3), given(4), given(5))
    return quantised(site, list.add(opType, [a, b]), given(6), given(7))
  }
}

const qLinearConcat: Form = (site) => {
  const { node, list, given } = site
  const parts: string[] = []
  for (let i = 2; i < node.inputs.length; i += 3) parts.push(real(site, given(i), given(i + 1), given(i + 2)))
  return quantised(site, list.add('Concat', parts, node.attributes), given(0), given(1))
}

const qGemm: Form = (site) => {
  const { node, list, rewriter, given } = site
  const a = real(site, given(0), given(1), given(2))
  const b = real(site, given(3), given(4), given(5), intAttribute(node, 'transB', 0) === 1 ? 0 : 1)
  const inputs = [a, b]
  if (given(6)) {
    const alpha = rewriter.constant(scalar('float32', floatAttribute(node, 'alpha', 1)), 'alpha')
    const scale = product(site, list.add('Mul', [given(1), alpha]), given(4))
    inputs.push(real(site, given(6), scale, '', -1))
  }
  const sum = list.add('Gemm', inputs, node.attributes)
  if (given(7)) return quantised(site, sum, given(7), given(8))
  list.add('Identity', [sum], {}, node.outputs[0]!)
  return true
}

const dynamicQuantizeMatMul: Form = (site) => {
  const { node, list, given } = site
  const [q, scale, zero] = list.addMany('DynamicQuantizeLinear', [given(0)], 3) as [string, string, string]
  const a = list.add('DequantizeLinear', [q, scale, zero])
  const b = real(site, given(1), given(2), given(3), -1)
  const made = list.add('MatMul', [a, b])
  list.add(given(4) ? 'Add' : 'Identity', given(4) ? [made, given(4)] : [made], {}, node.outputs[0]!)
  return true
}

/** onnxruntime's own quantiser writes these two in its own operator set, of which the 8-bit ones are the standard's. */
const standard: Form = ({ node, list, rewriter, given }) => {
  const dtype = rewriter.typeOf(given(2) || node.outputs[0]!)?.dtype ?? rewriter.typeOf(given(0))?.dtype
  if (dtype !== 'int8' && dtype !== 'uint8' && dtype !== 'int32') return false
  list.addMany(node.opType, node.inputs, node.outputs, node.attributes)
  return true
}

const forms: Readonly<Record<string, Form>> = {
  QLinearConv: qLinearConv,
  QLinearMatMul: qLinearMatMul,
  ConvInteger: wholeProduct('Conv', 1, 0),
  MatMulInteger: wholeProduct('MatMul', -2, -1),
  'com.microsoft.DequantizeLinear': standard,
  'com.microsoft.DynamicQuantizeMatMul': dynamicQuantizeMatMul,
  'com.microsoft.QGemm': qGemm,
  'com.microsoft.QLinearAdd': pair('Add'),
  'com.microsoft.QLinearAveragePool': single('AveragePool'),
  'com.microsoft.QLinearConcat': qLinearConcat,
  'com.microsoft.QLinearGlobalAveragePool': single('GlobalAveragePool'),
  'com.microsoft.QLinearLeakyRelu': single('LeakyRelu'),
  'com.microsoft.QLinearMul': pair('Mul'),
  'com.microsoft.QLinearSigmoid': single('Sigmoid'),
  'com.microsoft.QuantizeLinear': standard,
}
