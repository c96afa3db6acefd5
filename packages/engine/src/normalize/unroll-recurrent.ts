// Recurrent layers as the small graph that they stand for, one copy for each time step. onnxruntime's own LSTM, GRU
// and RNN are faster forwards but do not give out what a gradient needs, so models are unrolled only to be
// differentiated. The products with the inputs of all steps are made at once; what is left in a step is one product
// with the state. Formulas, gate orders and defaults are those of the ONNX operators' specification.
import {
  floatAttribute,
  floatsAttribute,
  intAttribute,
  type Model,
  type Node,
  stringAttribute,
  type TensorType,
} from '../ir/graph.ts'
import { type DataType, fromNumbers, scalar, toNumbers, zeros } from '../ir/tensor.ts'
import { type NodeList, type NodeRewrite, nodeList, type Rewriter, rewriteNodes } from './rewrite.ts'

/** Steps times directions above which a layer is left as it is: the graph would be too large to load. */
const maxSteps = 5000

/**
 * The model with recurrent layers unrolled, where the sizes are known. Layers that couple the input to the forget
 * gate, or are very long, stay.
 */
export function unrollRecurrent(model: Model): Model {
  const isRecurrent = ({ domain, opType }: Node): boolean => domain === '' && Object.hasOwn(cells, opType)
  return model.graph.nodes.some(isRecurrent)
    ? rewriteNodes(model, (node, rewriter) => (isRecurrent(node) ? unroll(node, rewriter) : undefined))
    : model
}

/** A state of one direction; `cell` is the LSTM's second state. */
interface State {
  readonly hidden: string
  readonly cell: string
}

/** What makes one time step of one direction: from the step's number and the state before to the state after. */
type Step = (time: number, state: State) => State

interface Layer {
  readonly node: Node
  readonly list: NodeList
  readonly dtype: DataType
  readonly steps: number
  readonly batch: number
  readonly hidden: number
  /** The inputs of all steps, [steps * batch, inputs]. */
  readonly flat: string
  /** Activation functions of the direction at work. */
  readonly activations: readonly Activation[]
  /** A slice of the parameter at this input for the direction at work; undefined where it is left out. */
  parameter(input: number, dims: readonly number[]): string | undefined
  /** Rows `from` to `to` of a matrix, or entries of a list. */
  rows(value: string, from: number, to: number): string
}

type Activation = (x: string) => string

const cells: Readonly<Record<string, (layer: Layer) => Step>> = { LSTM: lstm, GRU: gru, RNN: rnn }
const defaults: Readonly<Record<string, readonly string[]>> = {
  LSTM: ['Sigmoid', 'Tanh', 'Tanh'],
  GRU: ['Sigmoid', 'Tanh'],
  RNN: ['Tanh'],
}

const unroll: NodeRewrite = (node, rewriter) => {
  const [x, , recurrence] = node.inputs as [string, string, string]
  const dims = fixedDims(rewriter.typeOf(x))
  const weights = fixedDims(rewriter.typeOf(recurrence))
  if (!dims || !weights || intAttribute(node, 'input_forget', 0) !== 0) return undefined
  const batchFirst = intAttribute(node, 'layout', 0) === 1
  const [steps, batch] = (batchFirst ? [dims[1], dims[0]] : dims) as [number, number]
  const [directions, , hidden] = weights as [number, number, number]
  if (steps * directions > maxSteps || steps === 0) return undefined
  const { dtype } = rewriter.typeOf(x)!
  const list = nodeList(rewriter)
  const activations = activationsOf(node, directions, list, rewriter, dtype)
  if (!activations) return undefined

  const timeFirst = batchFirst ? list.add('Transpose', [x], { perm: [1, 0, 2] }) : x
  const flat = list.add('Reshape', [timeFirst, list.ints([steps * batch, dims[2]!])])
  const mask = lengthMask(node, rewriter, list, steps, batch)
  const rows: Layer['rows'] = (value, from, to) =>
    list.add('Slice', [value, list.ints([from]), list.ints([to]), list.ints([0])])
  const initial = (input: number, direction: number): string => {
    const given = node.inputs[input]
    if (!given) return rewriter.constant(zeros(dtype, [batch, hidden]), 'initial')
    const piece = batchFirst ? list.add('Transpose', [given], { perm: [1, 0, 2] }) : given
    return list.add('Reshape', [rows(piece, direction, direction + 1), list.ints([batch, hidden])])
  }
  const zero = mask ? rewriter.constant(scalar(dtype, 0), 'zero') : ''

  const all = Array.from({ length: directions }, (_, direction) => {
    const layer: Layer = {
      node,
      list,
      dtype,
      steps,
      batch,
      hidden,
      flat,
      activations: activations[direction]!,
      rows,
      parameter(input, size) {
        const given = node.inputs[input]
        if (!given) return undefined
        return list.add('Reshape', [rows(given, direction, direction + 1), list.ints(size)])
      },
    }
    const step = cells[node.opType]!(layer)
    const backwards = direction === 1 || stringAttribute(node, 'direction', 'forward') === 'reverse'
    let state: State = {
      hidden: initial(5, direction),
      cell: node.opType === 'LSTM' ? initial(6, direction) : '',
    }
    const outputs = new Array<string>(steps)
    for (let i = 0; i < steps; i++) {
      const time = backwards ? steps - 1 - i : i
      const next = step(time, state)
      if (!mask) {
        state = next
        outputs[time] = next.hidden
        continue
      }
      // Past a sample's end its states stand still and its outputs are zero.
      const running = mask(time)
      outputs[time] = list.add('Where', [running, next.hidden, zero])
      state = {
        hidden: list.add('Where', [running, next.hidden, state.hidden]),
        cell: state.cell && list.add('Where', [running, next.cell, state.cell]),
      }
    }
    return { outputs, state }
  })

  const [y = '', lastHidden = '', lastCell = ''] = node.outputs
  if (y !== '') {
    const parts = all.map(({ outputs }) =>
      list.add('Reshape', [joined(list, outputs, 0), list.ints([steps, 1, batch, hidden])]),
    )
    const whole = joined(list, parts, 1)
    if (batchFirst) list.add('Transpose', [whole], { perm: [2, 0, 1, 3] }, y)
    else list.add('Identity', [whole], {}, y)
  }
  const last = (output: string, states: readonly string[]): void => {
    if (output === '') return
    const parts = states.map((state) => list.add('Reshape', [state, list.ints([1, batch, hidden])]))
    const whole = joined(list, parts, 0)
    if (batchFirst) list.add('Transpose', [whole], { perm: [1, 0, 2] }, output)
    else list.add('Identity', [whole], {}, output)
  }
  last(
    lastHidden,
    all.map(({ state }) => state.hidden),
  )
  last(
    lastCell,
    all.map(({ state }) => state.cell),
  )
  return list.nodes
}

/** Gates in the order input, output, forget, cell. */
function lstm(layer: Layer): Step {
  const { list, hidden: h, parameter, rows, activations } = layer
  const [f, g, o] = activations as [Activation, Activation, Activation]
  const recurrence = parameter(2, [4 * h, h])!
  const pieces = inputProducts(layer, parameter(1, [4 * h, -1])!, bothBiases(layer, 4))
  const peepholes = parameter(7, [3 * h])
  const [peepInput, peepOutput, peepForget] = peepholes
    ? [rows(peepholes, 0, h), rows(peepholes, h, 2 * h), rows(peepholes, 2 * h, 3 * h)]
    : []
  const peep = (value: string, by: string, cell: string): string =>
    list.add('Add', [value, list.add('Mul', [by, cell])])
  return (time, { hidden, cell }) => {
    const sums = list.add('Gemm', [hidden, recurrence, pieces[time]!], { transB: 1 })
    let gates: { input: string; forget: string; output: (cell: string) => string; candidate: string }
    if (peepInput && peepForget && peepOutput) {
      const [i, out, fg, c] = split(list, sums, [h, h, h, h]) as [string, string, string, string]
      gates = {
        input: f(peep(i, peepInput, cell)),
        forget: f(peep(fg, peepForget, cell)),
        output: (next) => f(peep(out, peepOutput, next)),
        candidate: g(c),
      }
    } else {
      const [three, c] = split(list, sums, [3 * h, h]) as [string, string]
      const [i, out, fg] = split(list, f(three), [h, h, h]) as [string, string, string]
      gates = { input: i, forget: fg, output: () => out, candidate: g(c) }
    }
    const kept = list.add('Mul', [gates.forget, cell])
    const next = list.add('Add', [kept, list.add('Mul', [gates.input, gates.candidate])])
    return { hidden: list.add('Mul', [gates.output(next), o(next)]), cell: next }
  }
}

/** Gates in the order update, reset, hidden. */
function gru(layer: Layer): Step {
  const { node, list, hidden: h, parameter, rows, activations } = layer
  const [f, g] = activations as [Activation, Activation]
  const resetLast = intAttribute(node, 'linear_before_reset', 0) !== 0
  const weights = parameter(1, [3 * h, -1])!
  const recurrence = parameter(2, [3 * h, h])!
  const biases = parameter(3, [6 * h])
  const both = bothBiases(layer, 3)
  const gateBias = both && rows(both, 0, 2 * h)
  // With the reset after the product, the recurrent bias of the candidate is reset too, and so stays apart.
  const candidateBias = resetLast ? biases && rows(biases, 2 * h, 3 * h) : both && rows(both, 2 * h, 3 * h)
  const inner = resetLast && biases ? rows(biases, 5 * h, 6 * h) : undefined
  const gatePieces = inputProducts(layer, rows(weights, 0, 2 * h), gateBias)
  const candidatePieces = inputProducts(layer, rows(weights, 2 * h, 3 * h), candidateBias)
  const gateRecurrence = rows(recurrence, 0, 2 * h)
  const candidateRecurrence = rows(recurrence, 2 * h, 3 * h)
  return (time, { hidden, cell }) => {
    const sums = list.add('Gemm', [hidden, gateRecurrence, gatePieces[time]!], { transB: 1 })
    const [update, reset] = split(list, f(sums), [h, h]) as [string, string]
    const piece = candidatePieces[time]!
    const product = (x: string, added: readonly string[]): string =>
      list.add('Gemm', [x, candidateRecurrence, ...added], { transB: 1 })
    const candidate = g(
      resetLast
        ? list.add('Add', [piece, list.add('Mul', [reset, product(hidden, inner ? [inner] : [])])])
        : product(list.add('Mul', [reset, hidden]), [piece]),
    )
    // (1 - z) * candidate + z * hidden
    const turn = list.add('Mul', [update, list.add('Sub', [hidden, candidate])])
    return { hidden: list.add('Add', [candidate, turn]), cell }
  }
}

function rnn(layer: Layer): Step {
  const { list, hidden: h, parameter, activations } = layer
  const recurrence = parameter(2, [h, h])!
  const pieces = inputProducts(layer, parameter(1, [h, -1])!, bothBiases(layer, 1))
  return (time, { hidden, cell }) => ({
    hidden: activations[0]!(list.add('Gemm', [hidden, recurrence, pieces[time]!], { transB: 1 })),
    cell,
  })
}

/** The bias of the inputs plus that of the state, [gates * hidden]. */
function bothBiases({ list, hidden, parameter, rows }: Layer, gates: number): string | undefined {
  const biases = parameter(3, [2 * gates * hidden])
  if (biases === undefined) return undefined
  const size = gates * hidden
  return list.add('Add', [rows(biases, 0, size), rows(biases, size, 2 * size)])
}

/** The products with the inputs, by time step, each [batch, gates * hidden]. */
function inputProducts(
  { list, flat, steps }: Layer,
  weights: string,
  bias: string | undefined,
): readonly string[] {
  const product = list.add('Gemm', bias ? [flat, weights, bias] : [flat, weights], { transB: 1 })
  return steps === 1 ? [product] : list.addMany('Split', [product], steps, { axis: 0, num_outputs: steps })
}

function split(list: NodeList, value: string, sizes: readonly number[]): readonly string[] {
  return list.addMany('Split', [value, list.ints(sizes)], sizes.length, { axis: 1 })
}

function joined(list: NodeList, parts: readonly string[], axis: number): string {
  return parts.length === 1 ? parts[0]! : list.add('Concat', parts, { axis })
}

/** Which samples are still running at a time step, [batch, 1]; undefined where all run to the end. */
function lengthMask(
  node: Node,
  rewriter: Rewriter,
  list: NodeList,
  steps: number,
  batch: number,
): ((time: number) => string) | undefined {
  const lengths = node.inputs[4]
  if (!lengths) return undefined
  const known = rewriter.constantOf(lengths)
  if (known && toNumbers(known).every((length) => length >= steps)) return undefined
  const column = list.add('Reshape', [lengths, list.ints([batch, 1])])
  return (time) => list.add('Greater', [column, rewriter.constant(scalar('int32', time), 'time')])
}

/** Per direction; undefined when there is one that is not known. Their parameters are listed in order of use. */
function activationsOf(
  node: Node,
  directions: number,
  list: NodeList,
  rewriter: Rewriter,
  dtype: DataType,
): readonly (readonly Activation[])[] | undefined {
  const own = defaults[node.opType]!
  const clip = floatAttribute(node, 'clip')
  const number = (value: number): string => rewriter.constant(fromNumbers(dtype, [], [value]))
  const limits = clip === undefined ? undefined : [number(-clip), number(clip)]
  const attribute = node.attributes.activations
  const names = attribute?.kind === 'strings' ? attribute.value : []
  const alphas = [...(floatsAttribute(node, 'activation_alpha') ?? [])]
  const betas = [...(floatsAttribute(node, 'activation_beta') ?? [])]
  const made: Activation[][] = []
  for (let direction = 0; direction < directions; direction++) {
    const some: Activation[] = []
    for (let i = 0; i < own.length; i++) {
      const name = (names[direction * own.length + i] ?? own[i]!).toLowerCase()
      const form = Object.hasOwn(activationForms, name) ? activationForms[name]! : undefined
      if (!form) return undefined
      const alpha = form.alpha === undefined ? 0 : (alphas.shift() ?? form.alpha)
      const beta = form.beta === undefined ? 0 : (betas.shift() ?? form.beta)
      const activation = form.make(list, alpha, beta, number)
      // Only what goes into gates and candidates is clipped, which is all but the LSTM's last activation.
      some.push(limits && i < 2 ? (x) => activation(list.add('Clip', [x, ...limits])) : activation)
    }
    made.push(some)
  }
  return made
}

interface ActivationForm {
  /** Defaults; undefined where the function has no such parameter. */
  readonly alpha?: number
  readonly beta?: number
  make(list: NodeList, alpha: number, beta: number, constant: (value: number) => string): Activation
}

function plain(opType: string): ActivationForm {
  return { make: (list) => (x) => list.add(opType, [x]) }
}

function sloped(opType: string, alpha: number): ActivationForm {
  return {
    alpha,
    make: (list, given) => (x) => list.add(opType, [x], { alpha: { kind: 'float', value: given } }),
  }
}

const activationForms: Readonly<Record<string, ActivationForm>> = {
  relu: plain('Relu'),
  tanh: plain('Tanh'),
  sigmoid: plain('Sigmoid'),
  softsign: plain('Softsign'),
  softplus: plain('Softplus'),
  leakyrelu: sloped('LeakyRelu', 0.01),
  thresholdedrelu: sloped('ThresholdedRelu', 1),
  elu: sloped('Elu', 1),
  hardsigmoid: {
    alpha: 0.2,
    beta: 0.5,
    make: (list, alpha, beta) => (x) =>
      list.add('HardSigmoid', [x], {
        alpha: { kind: 'float', value: alpha },
        beta: { kind: 'float', value: beta },
      }),
  },
  affine: {
    alpha: 1,
    beta: 0,
    make: (list, alpha, beta, constant) => (x) =>
      list.add('Add', [list.add('Mul', [x, constant(alpha)]), constant(beta)]),
  },
  scaledtanh: {
    alpha: 1,
    beta: 1,
    make: (list, alpha, beta, constant) => (x) =>
      list.add('Mul', [list.add('Tanh', [list.add('Mul', [x, constant(beta)])]), constant(alpha)]),
  },
}

function fixedDims(type: TensorType | undefined): readonly number[] | undefined {
  return type?.dims?.every((size) => typeof size === 'number') ? (type.dims as number[]) : undefined
}
