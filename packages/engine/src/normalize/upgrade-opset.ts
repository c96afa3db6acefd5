// Brings a model of operator set 7 to 17 up to 18, so that everything after it knows one form of each operator.
// An upgrade walks the versions one by one; where an operator changed its form at a version, a small rule rewrites
// the node from the form before to the form after. Operators without a rule kept their form (their later versions
// only admit more types). Rules hold without knowing shapes; a known type just gives a shorter result. The source
// of all version facts is the operator change log of the ONNX project (docs/Changelog.md).
import { EngineError } from '../errors.ts'
import {
  type Attributes,
  floatAttribute,
  floatsAttribute,
  intAttribute,
  intsAttribute,
  type Model,
  type ModelFunction,
  type Node,
  stringAttribute,
} from '../ir/graph.ts'
import { targetOpset } from '../ir/graph-builder.ts'
import { float32, fromNumbers, int64, isFloat, scalar, toNumbers } from '../ir/tensor.ts'
import { makeNode, type NodeRewrite, type Rewriter, rewriteNodes, without } from './rewrite.ts'

/** The oldest and newest operator set that the engine takes. onnxruntime 1.30 stops at 26. */
export const oldestOpset = 7
export const newestOpset = 26

/**
 * The model at operator set 18 or, if it was newer already, at its own.
 * @throws EngineError opset-unsupported; operator-unsupported when a node used a form that has no equal in 18.
 */
export function upgradeOpset(model: Model): Model {
  const opset = model.opsets.get('') ?? targetOpset
  checkOpset(opset)
  let upgraded = model
  for (let version = opset + 1; version <= targetOpset; version++) {
    const step = rules[version]
    if (step) upgraded = rewriteNodes(upgraded, (node, rewriter) => applyRule(step, node, rewriter))
  }
  return {
    ...upgraded,
    opsets: new Map(model.opsets).set('', Math.max(opset, targetOpset)),
    functions: model.functions.map(upgradeFunction),
  }
}

/** A function brings its own operator set version; its body is upgraded like a graph of its own. */
function upgradeFunction(item: ModelFunction): ModelFunction {
  const body: Model = {
    irVersion: 0,
    producer: { name: '', version: '' },
    opsets: item.opsets,
    functions: [],
    metadata: new Map(),
    graph: {
      name: item.name,
      inputs: item.inputs.map((name) => ({ name })),
      outputs: item.outputs.map((name) => ({ name })),
      nodes: item.nodes,
      initializers: new Map(),
      types: new Map(),
    },
  }
  const { graph, opsets } = upgradeOpset(body)
  // A function has no initializers: constants that rules made become Constant nodes.
  const constants = [...graph.initializers].map(([name, value]) =>
    makeNode('Constant', [], [name], { value }),
  )
  return { ...item, opsets, nodes: [...constants, ...graph.nodes] }
}

export function checkOpset(opset: number): void {
  if (opset >= oldestOpset && opset <= newestOpset) return
  throw new EngineError(
    'opset-unsupported',
    `the model uses ONNX operator set ${opset}, the engine takes ${oldestOpset} to ${newestOpset}`,
    { hint: `Export it again with opset_version=${targetOpset}.` },
  )
}

type Rules = Readonly<Record<string, NodeRewrite>>

function applyRule(step: Rules, node: Node, rewriter: Rewriter): readonly Node[] | undefined {
  const rule = node.domain === '' && Object.hasOwn(step, node.opType) ? step[node.opType] : undefined
  if (!rule) return undefined
  const reference = Object.values(node.attributes).find((attribute) => attribute.kind === 'reference')
  if (reference) {
    throw unsupported(node, 'takes an attribute from the function that it is in, which cannot be upgraded')
  }
  return rule(node, rewriter)
}

function unsupported(node: Node, why: string): EngineError {
  const named = node.name ? ` ("${node.name}")` : ''
  return new EngineError('operator-unsupported', `the operator ${node.opType}${named} ${why}`, {
    hint: `Export the model again with opset_version=${targetOpset} and in inference mode.`,
  })
}

// The rules, by the version that they lead to.

/** 9: images are always normalised per channel; before, `spatial = 0` gave every position its own statistics. */
const batchNormalization9: NodeRewrite = (node, rewriter) => {
  if (hasExtraOutputs(node)) throw unsupported(node, 'updates its statistics (training form)')
  const attributes = without(node.attributes, 'spatial')
  if (intAttribute(node, 'spatial', 1) === 1) return [{ ...node, attributes }]
  const [x, scale, bias, mean, variance] = node.inputs as [string, string, string, string, string]
  const epsilon = rewriter.constant(float32([floatAttribute(node, 'epsilon', 1e-5)], []))
  const [centred, raised, deviation, normal, scaled] = [
    'centred',
    'raised',
    'deviation',
    'normal',
    'scaled',
  ].map((hint) => rewriter.unique(hint)) as [string, string, string, string, string]
  return [
    makeNode('Sub', [x, mean], [centred]),
    makeNode('Add', [variance, epsilon], [raised]),
    makeNode('Sqrt', [raised], [deviation]),
    makeNode('Div', [centred, deviation], [normal]),
    makeNode('Mul', [normal, scale], [scaled]),
    makeNode('Add', [scaled, bias], [node.outputs[0]!]),
  ]
}

/** 14: training form is said by an attribute; before, by asking for the statistics as outputs. */
const batchNormalization14: NodeRewrite = (node) => {
  if (hasExtraOutputs(node)) throw unsupported(node, 'updates its statistics (training form)')
  return [{ ...node, outputs: node.outputs.slice(0, 1) }]
}

/** 9, 10: scales became an input, then the operator became a case of Resize. */
const upsample9: NodeRewrite = (node, rewriter) => {
  const scales = rewriter.constant(float32(floatsAttribute(node, 'scales') ?? []), 'scales')
  return [{ ...node, inputs: [node.inputs[0]!, scales], attributes: without(node.attributes, 'scales') }]
}

const upsample10: NodeRewrite = (node) => [{ ...node, opType: 'Resize' }]

/** 10: bounds became inputs. */
const slice10: NodeRewrite = (node, rewriter) => {
  const starts = intsAttribute(node, 'starts') ?? []
  const axes = intsAttribute(node, 'axes')
  const inputs = [
    node.inputs[0]!,
    rewriter.constant(int64(starts), 'starts'),
    rewriter.constant(int64(intsAttribute(node, 'ends') ?? []), 'ends'),
    ...(axes ? [rewriter.constant(int64(axes), 'axes')] : []),
  ]
  return [{ ...node, inputs, attributes: without(node.attributes, 'starts', 'ends', 'axes') }]
}

/** 10: the count became an input. */
const topK10: NodeRewrite = (node, rewriter) => {
  const count = rewriter.constant(int64([intAttribute(node, 'k', 1)]), 'k')
  return [{ ...node, inputs: [node.inputs[0]!, count], attributes: without(node.attributes, 'k') }]
}

/**
 * 10, 12: the mask changed from numbers to booleans, and from all false to all true out of training; whoever uses it
 * would get something else. Without the mask, Dropout out of training changes nothing. 12: the ratio became an input.
 */
const dropout =
  (since: 10 | 12): NodeRewrite =>
  (node, rewriter) => {
    const mask = node.outputs[1]
    if (mask && rewriter.isUsed(mask))
      throw unsupported(node, 'gives out its mask, which older versions define otherwise')
    const plain = { ...node, outputs: [node.outputs[0]!] }
    if (since === 10) return [plain]
    const ratio = rewriter.constant(scalar('float32', floatAttribute(node, 'ratio', 0.5)), 'ratio')
    return [{ ...plain, inputs: [node.inputs[0]!, ratio], attributes: without(node.attributes, 'ratio') }]
  }

/** 11: bounds became inputs. */
const clip11: NodeRewrite = (node, rewriter) => {
  const bounds: Node[] = []
  const bound = (name: 'min' | 'max'): string => {
    const value = floatAttribute(node, name)
    return value === undefined ? '' : likeInput(value, node.inputs[0]!, name, rewriter, bounds)
  }
  const inputs = trimmed([node.inputs[0]!, bound('min'), bound('max')])
  return [...bounds, { ...node, inputs, attributes: without(node.attributes, 'min', 'max') }]
}

/** 11: amounts and value became inputs. */
const pad11: NodeRewrite = (node, rewriter) => {
  const extra: Node[] = []
  const pads = rewriter.constant(int64(intsAttribute(node, 'pads') ?? []), 'pads')
  const value = floatAttribute(node, 'value', 0)
  const filling = value === 0 ? '' : likeInput(value, node.inputs[0]!, 'value', rewriter, extra)
  const inputs = trimmed([node.inputs[0]!, pads, filling])
  return [...extra, { ...node, inputs, attributes: without(node.attributes, 'pads', 'value') }]
}

/**
 * 11: Resize can say how it maps coordinates. Before, output position p looked at p / scale, and `nearest` cut the
 * fraction off when enlarging but rounded it up when shrinking (as onnxruntime does to this day for these versions).
 */
const resize11: NodeRewrite = (node, rewriter) => {
  const [x, scales] = node.inputs as [string, string]
  const mode = stringAttribute(node, 'mode', 'nearest')
  const resize = (input: string, output: string, by: string, nearest: string): Node =>
    makeNode('Resize', [input, rewriter.constant(float32([]), 'roi'), by], [output], {
      mode,
      coordinate_transformation_mode: 'asymmetric',
      ...(mode === 'nearest' ? { nearest_mode: nearest } : {}),
    })
  const output = node.outputs[0]!
  const factors = rewriter.constantOf(scales)
  const values = factors ? [...toNumbers(factors)] : []
  const shrinks = values.some((value) => value < 1)
  if (mode !== 'nearest' || !shrinks) return [resize(x, output, scales, 'floor')]
  if (!values.some((value) => value > 1)) return [resize(x, output, scales, 'ceil')]
  // Both at once: nearest acts on each axis alone, so it can be done in two steps.
  const up = rewriter.constant(float32(values.map((value) => Math.max(value, 1))), 'scales')
  const down = rewriter.constant(float32(values.map((value) => Math.min(value, 1))), 'scales')
  const between = rewriter.unique('enlarged')
  return [resize(x, between, up, 'floor'), resize(between, output, down, 'ceil')]
}

/** 11: a new name. */
const scatter11: NodeRewrite = (node) => [{ ...node, opType: 'ScatterElements' }]

/**
 * 13: Softmax, LogSoftmax and Hardmax work along one axis. Before, they flattened the tensor to two axes at `axis`
 * and worked along all that was right of it; those are the same only when `axis` is the last.
 */
const softmax13: NodeRewrite = (node, rewriter) => {
  const axis = intAttribute(node, 'axis', 1)
  const x = node.inputs[0]!
  const rank = rewriter.typeOf(x)?.dims?.length
  const output = node.outputs[0]!
  if (rank !== undefined && (axis === rank - 1 || axis === -1))
    return [makeNode(node.opType, [x], [output], { axis: -1 })]
  const [flat, result, shape] = ['flat', 'result', 'shape'].map((hint) => rewriter.unique(hint)) as [
    string,
    string,
    string,
  ]
  return [
    makeNode('Flatten', [x], [flat], { axis }),
    makeNode(node.opType, [flat], [result], { axis: -1 }),
    makeNode('Shape', [x], [shape]),
    makeNode('Reshape', [result, shape], [output]),
  ]
}

/** 13 or 18: axes became an input. An empty list and no list both mean all axes here. */
const axesToInput: NodeRewrite = (node, rewriter) => {
  const axes = intsAttribute(node, 'axes')
  const inputs = axes?.length ? [node.inputs[0]!, rewriter.constant(int64(axes), 'axes')] : [node.inputs[0]!]
  return [{ ...node, inputs, attributes: without(node.attributes, 'axes') }]
}

/** 13: sizes became an input. */
const split13: NodeRewrite = (node, rewriter) => {
  const sizes = intsAttribute(node, 'split')
  const inputs = sizes?.length
    ? [node.inputs[0]!, rewriter.constant(int64(sizes), 'split')]
    : [node.inputs[0]!]
  return [{ ...node, inputs, attributes: without(node.attributes, 'split') }]
}

/** 13: one way to map coordinates was dropped; roi, scales and sizes became optional. */
const resize13: NodeRewrite = (node, rewriter) => {
  if (stringAttribute(node, 'coordinate_transformation_mode') === 'tf_half_pixel_for_nn') {
    throw unsupported(node, 'maps coordinates by "tf_half_pixel_for_nn", which newer ONNX does not have')
  }
  return withoutEmptyInputs(node, rewriter)
}

/** 18: giving both scales and sizes became an error; an empty constant used to stand for "not given". */
const withoutEmptyInputs = (node: Node, rewriter: Rewriter): readonly Node[] => {
  const inputs = node.inputs.map((name, i) =>
    i > 0 && rewriter.constantOf(name)?.dims.includes(0) ? '' : name,
  )
  return [{ ...node, inputs: trimmed(inputs) }]
}

/** 16: the default way to map coordinates changed. */
const roiAlign16: NodeRewrite = (node) => {
  const attributes: Attributes = {
    ...node.attributes,
    coordinate_transformation_mode: { kind: 'string', value: 'output_half_pixel' },
  }
  return [{ ...node, attributes }]
}

/** 18: equal parts must be announced. */
const split18: NodeRewrite = (node) => {
  if (node.inputs[1]) return undefined
  const count = { kind: 'int', value: node.outputs.length } as const
  return [{ ...node, inputs: [node.inputs[0]!], attributes: { ...node.attributes, num_outputs: count } }]
}

const scan9: NodeRewrite = (node) => {
  throw unsupported(node, 'is in the form of operator set 8, whose batch axis later forms do not have')
}

/** Before 9 it was onnxruntime's own experiment, with other attributes. */
const meanVarianceNormalization9: NodeRewrite = (node) => {
  throw unsupported(node, 'is in an experimental form that ONNX never took over')
}

const rules: Readonly<Record<number, Rules>> = {
  9: {
    BatchNormalization: batchNormalization9,
    MeanVarianceNormalization: meanVarianceNormalization9,
    Scan: scan9,
    Upsample: upsample9,
  },
  10: { Slice: slice10, TopK: topK10, Upsample: upsample10, Dropout: dropout(10) },
  11: { Clip: clip11, Pad: pad11, Resize: resize11, Scatter: scatter11 },
  12: { Dropout: dropout(12) },
  13: {
    Softmax: softmax13,
    LogSoftmax: softmax13,
    Hardmax: softmax13,
    ReduceSum: axesToInput,
    Squeeze: axesToInput,
    Unsqueeze: axesToInput,
    Split: split13,
    Resize: resize13,
  },
  14: { BatchNormalization: batchNormalization14 },
  16: { RoiAlign: roiAlign16 },
  18: {
    ReduceL1: axesToInput,
    ReduceL2: axesToInput,
    ReduceLogSum: axesToInput,
    ReduceLogSumExp: axesToInput,
    ReduceMax: axesToInput,
    ReduceMean: axesToInput,
    ReduceMin: axesToInput,
    ReduceProd: axesToInput,
    ReduceSumSquare: axesToInput,
    Resize: withoutEmptyInputs,
    Split: split18,
  },
}

/** Every rule as [version that it leads to, operator], for tests that must not forget one. */
export const upgradeRules: readonly (readonly [version: number, opType: string])[] = Object.entries(
  rules,
).flatMap(([version, step]) => Object.keys(step).map((opType) => [Number(version), opType] as const))

/** A scalar of the type that another value has: a constant where the type is known, a cast where it is not. */
function likeInput(value: number, like: string, hint: string, rewriter: Rewriter, extra: Node[]): string {
  const dtype = rewriter.typeOf(like)?.dtype
  if (dtype && isFloat(dtype)) return rewriter.constant(fromNumbers(dtype, [], [value]), hint)
  const plain = rewriter.constant(float32([value], []), hint)
  const cast = rewriter.unique(hint)
  extra.push(makeNode('CastLike', [plain, like], [cast]))
  return cast
}

/** Whether the node gives out more than its result. */
function hasExtraOutputs(node: Node): boolean {
  return node.outputs.slice(1).some((name) => name !== '')
}

function trimmed(inputs: readonly string[]): readonly string[] {
  let used = inputs.length
  while (used > 0 && inputs[used - 1] === '') used--
  return inputs.slice(0, used)
}
