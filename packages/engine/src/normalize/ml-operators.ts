// Linear models as scikit-learn's exporter writes them, in operators of ONNX's machine-learning domain (ai.onnx.ml),
// as ordinary arithmetic: then they have gradients like any other model. What maps class names to probabilities
// (ZipMap) is left out and the probabilities themselves come out, in the order of the classes. Trees, kernels and
// nearest neighbours stay as they are.
import { floatsAttribute, type Model, type Node, stringAttribute } from '../ir/graph.ts'
import { dataTypeCode, float32, int64, scalar, type Tensor } from '../ir/tensor.ts'
import { type NodeList, nodeList, type Rewriter, rewriteNodes } from './rewrite.ts'

const domain = 'ai.onnx.ml'

/** The model with linear operators of ai.onnx.ml written out; `model` itself where there are none. */
export function writeOutMlOperators(model: Model): Model {
  const formOf = (node: Node): Form | undefined =>
    node.domain === domain && Object.hasOwn(forms, node.opType) ? forms[node.opType] : undefined
  if (!model.graph.nodes.some((node) => formOf(node))) return model
  const site: Site = { zipped: new Set(), sumToOne: new Set() }
  const rewritten = rewriteNodes(model, (node, rewriter) => {
    const list = nodeList(rewriter)
    return formOf(node)?.(node, list, rewriter, site) ? list.nodes : undefined
  })
  const outputs = rewritten.graph.outputs.map((output) =>
    site.zipped.has(output.name) ? { name: output.name } : output,
  )
  return { ...rewritten, graph: { ...rewritten.graph, outputs } }
}

/** What is learnt on the way. */
interface Site {
  /** Outputs that were lists of maps and are tensors now. */
  readonly zipped: Set<string>
  /** Values whose rows are known to sum to 1. */
  readonly sumToOne: Set<string>
}

/** Writes the node out; false where this form of it is not known. */
type Form = (node: Node, list: NodeList, rewriter: Rewriter, site: Site) => boolean

function floatInput(node: Node, list: NodeList, rewriter: Rewriter): string {
  const x = node.inputs[0]!
  return rewriter.typeOf(x)?.dtype === 'float32' ? x : list.add('Cast', [x], { to: dataTypeCode('float32') })
}

/** (x - offset) * scale */
const scaler: Form = (node, list, rewriter) => {
  const offset = floatsAttribute(node, 'offset') ?? [0]
  const scale = floatsAttribute(node, 'scale') ?? [1]
  const shifted = list.add('Sub', [floatInput(node, list, rewriter), rewriter.constant(float32(offset))])
  list.add('Mul', [shifted, rewriter.constant(float32(scale))], {}, node.outputs[0]!)
  return true
}

/** x W + b, where the operator keeps one row of coefficients for each output. */
function affine(node: Node, list: NodeList, rewriter: Rewriter, outputs: number): string | undefined {
  const coefficients = floatsAttribute(node, 'coefficients') ?? []
  const features = coefficients.length / outputs
  if (outputs === 0 || features === 0 || !Number.isInteger(features)) return undefined
  const weights = new Float32Array(coefficients.length)
  coefficients.forEach((value, at) => {
    weights[(at % features) * outputs + Math.floor(at / features)] = value
  })
  const w = rewriter.constant(float32(weights, [features, outputs]))
  const product = list.add('MatMul', [floatInput(node, list, rewriter), w])
  const intercepts = floatsAttribute(node, 'intercepts') ?? []
  if (intercepts.length === 0) return product
  return list.add('Add', [product, rewriter.constant(float32(intercepts))])
}

const linearClassifier: Form = (node, list, rewriter, site) => {
  const labels = classLabels(node)
  const intercepts = floatsAttribute(node, 'intercepts') ?? []
  const transform = stringAttribute(node, 'post_transform', 'NONE')
  // With one row of coefficients for two classes, what the other class gets depends on the transform.
  if (labels === undefined || labels.dims[0] !== intercepts.length || intercepts.length < 2) return false
  if (!['NONE', 'SOFTMAX', 'LOGISTIC'].includes(transform)) return false
  const scores = affine(node, list, rewriter, intercepts.length)
  if (scores === undefined) return false
  const [label = '', probabilities = ''] = node.outputs
  if (label !== '' && rewriter.isUsed(label)) {
    const at = list.add('ArgMax', [scores], { axis: 1, keepdims: 0 })
    list.add('Gather', [rewriter.constant(labels), at], { axis: 0 }, label)
  }
  if (probabilities === '') return true
  if (transform === 'SOFTMAX') {
    list.add('Softmax', [scores], { axis: -1 }, probabilities)
    site.sumToOne.add(probabilities)
  } else {
    list.add(transform === 'LOGISTIC' ? 'Sigmoid' : 'Identity', [scores], {}, probabilities)
  }
  return true
}

function classLabels(node: Node): Tensor | undefined {
  const whole = node.attributes.classlabels_ints
  if (whole?.kind === 'ints' && whole.value.length > 0) return int64(whole.value)
  const words = node.attributes.classlabels_strings
  if (words?.kind !== 'strings' || words.value.length === 0) return undefined
  return { dtype: 'string', dims: [words.value.length], data: words.value }
}

const linearRegressor: Form = (node, list, rewriter) => {
  if (stringAttribute(node, 'post_transform', 'NONE') !== 'NONE') return false
  const targets = node.attributes.targets
  const y = affine(node, list, rewriter, targets?.kind === 'int' ? targets.value : 1)
  if (y === undefined) return false
  list.add('Identity', [y], {}, node.outputs[0]!)
  return true
}

/** Rows divided by their norm; a row of zeros stays. */
const normalizer: Form = (node, list, rewriter, site) => {
  const norm = stringAttribute(node, 'norm', 'MAX')
  if (norm !== 'L1' && norm !== 'L2') return false
  const x = node.inputs[0]!
  if (norm === 'L1' && site.sumToOne.has(x)) {
    // Nothing is left to do, and without it a loss still finds the scores before the softmax.
    list.add('Identity', [x], {}, node.outputs[0]!)
    return true
  }
  const float = floatInput(node, list, rewriter)
  const size = list.add(`Reduce${norm}`, [float, list.ints([-1])], { keepdims: 1 })
  const tiny = rewriter.constant(scalar('float32', 1e-38))
  list.add('Div', [float, list.add('Max', [size, tiny])], {}, node.outputs[0]!)
  return true
}

const zipMap: Form = (node, list, _rewriter, site) => {
  site.zipped.add(node.outputs[0]!)
  list.add('Identity', [node.inputs[0]!], {}, node.outputs[0]!)
  return true
}

const forms: Readonly<Record<string, Form>> = {
  LinearClassifier: linearClassifier,
  LinearRegressor: linearRegressor,
  Normalizer: normalizer,
  Scaler: scaler,
  ZipMap: zipMap,
}
