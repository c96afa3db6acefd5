// A model made ready to be differentiated: forward, loss and backward as one onnxruntime session, specialised to one
// batch size. This is the front door of the engine for attacks: feed samples and labels, get per-sample losses,
// gradients and outputs of one pass.
import { addGradients, type GradientNote, gradientBuilder } from '../autodiff/differentiate.ts'
import { prepareForGradients } from '../autodiff/prepare-for-gradients.ts'
import { EngineError } from '../errors.ts'
import type { Model, Node } from '../ir/graph.ts'
import { intAttribute } from '../ir/graph.ts'
import type { GraphBuilder } from '../ir/graph-builder.ts'
import { scalar, type Tensor } from '../ir/tensor.ts'
import { producers, removeDead } from '../ir/traverse.ts'
import { normalize, type SpecializedModel, specialize } from '../normalize/normalize.ts'
import { openSession, type Session, type SessionOptions, type Tensors } from '../runtime/session.ts'
import type { StaticType } from '../shapes/probe-shapes.ts'
import type { Loss, LossGraph } from './loss.ts'

export interface GradientOptions extends SessionOptions {
  readonly loss: Loss
  /** Samples of a call; where the model leaves it open. 1 unless given. */
  readonly batch?: number
  /** Exact dimensions of inputs whose size the model leaves open, batch included. */
  readonly dims?: Readonly<Record<string, readonly number[]>>
  /** Values to differentiate with respect to, inputs or intermediates; every float input unless given. */
  readonly wrt?: readonly string[]
  /** The output the loss works on; the first float one unless given. */
  readonly output?: string
  /**
   * Says that the output holds probabilities. Where no final softmax is found to go behind, the loss then works on
   * their logarithms, which are logits as good as any.
   */
  readonly probabilities?: boolean
  /**
   * Takes rounding (Round, Floor, Ceil, Cast to whole numbers and back) for the identity and Sign for a clipped one, so
   * that a rounding step in front of a model does not hide its gradient; `notes` says where. False unless given: the
   * gradient then ends there, as the true one does.
   */
  readonly straightThrough?: boolean
  /** True when the model has been through `normalize` already. */
  readonly normalized?: boolean
  /** Values of the model to give out besides, under their own names. */
  readonly keep?: readonly string[]
}

export interface GradientResult {
  /** [batch] */
  readonly loss: Float32Array
  /** By value; same dimensions as the value. A value without gradient (zero) is left out. */
  readonly gradients: Readonly<Record<string, Float32Array>>
  /** The scores the loss worked on, before a final softmax where the model has one. */
  readonly logits: Float32Array
}

export interface GradientSession {
  /** The model's own inputs and those of the loss, with their exact dimensions. */
  readonly inputs: Session['inputs']
  readonly batch: number
  readonly logitDims: readonly number[]
  /** Where the gradient ends or is only estimated. */
  readonly notes: readonly GradientNote[]
  /** Results are written into buffers of the session: use or copy them before the next run. */
  run(feeds: Tensors): Promise<GradientResult>
  close(): Promise<void>
}

export interface GradientGraph {
  readonly model: Model
  readonly loss: string
  readonly logits: string
  readonly logitDims: readonly number[]
  readonly gradients: ReadonlyMap<string, string>
  readonly dims: ReadonlyMap<string, readonly number[]>
  readonly batch: number
  /** The exact type of every value of the forward graph. */
  readonly shapes: ReadonlyMap<string, StaticType>
  readonly notes: readonly GradientNote[]
}

/** Forward and loss, before anything is differentiated. */
export interface LossPart extends LossGraph {
  readonly source: SpecializedModel
  /** Opened on `source` without outputs; holds the loss already. */
  readonly builder: GraphBuilder
  /** The scores the loss works on. */
  readonly logits: string
  readonly logitDims: readonly number[]
  readonly batch: number
}

/**
 * The model for one size of its inputs with a loss on its scores.
 *
 * @throws EngineError operator-unsupported, input-shape-unknown, feed-unknown, and those of `normalize`
 */
export async function withLoss(
  model: Model,
  options: Omit<GradientOptions, 'wrt' | 'keep' | 'straightThrough'>,
): Promise<LossPart> {
  const normal = options.normalized === true ? model : await normalize(model)
  const specialized = await specialize(normal, {
    batch: options.batch ?? 1,
    ...(options.dims === undefined ? {} : { dims: options.dims }),
  })
  const source = await prepareForGradients(specialized)
  const { graph } = source.model
  const output = outputOf(source, options.output)
  const inner = beforeSoftmax(source, output)
  const batch = source.shapes.get(graph.inputs[0]?.name ?? '')?.dims[0] ?? 1
  const builder = gradientBuilder(source, { withoutOutputs: true })
  const asLog = options.probabilities === true && inner === output
  const floor = asLog ? builder.node('Max', [inner, builder.constant(scalar('float32', 1e-30))]) : inner
  const logits = asLog ? builder.node('Log', [floor]) : inner
  const typeOf = (name: string) => {
    const type = source.shapes.get(name === logits ? inner : name)
    if (type === undefined) throw new EngineError('feed-unknown', `the model has no value "${name}"`)
    return type
  }
  const made = options.loss.emit({
    builder,
    batch,
    logits,
    typeOf,
    named: (name) => {
      typeOf(name)
      return name
    },
  })
  // d log p = dp / p
  const arriving = made.seeds.map((seed) =>
    asLog && seed.value === logits
      ? { value: inner, gradient: builder.node('Div', [seed.gradient, floor]) }
      : seed,
  )
  return {
    source,
    builder,
    loss: made.loss,
    seeds: arriving,
    logits,
    logitDims: typeOf(logits).dims,
    batch: made.batch ?? batch,
  }
}

/**
 * The graph of forward, loss and backward, without opening a session: also the cheap way to learn whether a model can be
 * differentiated.
 *
 * @throws EngineError gradient-absent, operator-unsupported, input-shape-unknown, and those of `normalize`
 */
export async function gradientGraph(model: Model, options: GradientOptions): Promise<GradientGraph> {
  const { source, builder, loss, seeds, logits, logitDims, batch } = await withLoss(model, options)
  const wrt = options.wrt ?? floatInputs(source)
  for (const name of wrt) {
    if (!source.shapes.has(name)) throw new EngineError('feed-unknown', `the model has no value "${name}"`)
  }
  const { gradients, notes } = addGradients(builder, source, {
    seeds,
    wrt,
    ...(options.straightThrough === undefined ? {} : { straightThrough: options.straightThrough }),
  })
  const present = new Map([...gradients].filter((entry): entry is [string, string] => entry[1] !== undefined))
  const expose = (value: string, hint: string) =>
    builder.output(builder.node('Identity', [value], {}, { hint }))
  const made = {
    loss: expose(loss, 'loss_out'),
    logits: expose(logits, 'logits_out'),
    logitDims,
    gradients: new Map([...present].map(([value, gradient]) => [value, expose(gradient, 'gradient_out')])),
    dims: new Map([...present.keys()].map((value) => [value, source.shapes.get(value)!.dims])),
    batch,
    shapes: source.shapes,
    notes,
  }
  for (const value of options.keep ?? []) builder.output(value)
  const whole = builder.finish()
  // onnxruntime runs nodes nobody needs: what follows the logits, and gradients that end nowhere.
  return { ...made, model: { ...whole, graph: removeDead(whole.graph) } }
}

/**
 * Opens a model for differentiation.
 *
 * @throws EngineError as {@link gradientGraph}, and session-failed
 */
export async function openGradients(model: Model, options: GradientOptions): Promise<GradientSession> {
  const graph = await gradientGraph(model, options)
  const session = await openSession(graph.model, options)
  const buffer = (dims: readonly number[]): Tensor & { readonly data: Float32Array } => ({
    dtype: 'float32',
    dims,
    data: new Float32Array(dims.reduce((a, b) => a * b, 1)),
  })
  const loss = buffer([graph.batch])
  const logits = buffer(graph.logitDims)
  const gradients = new Map(
    [...graph.gradients.keys()].map((value) => [value, buffer(graph.dims.get(value)!)]),
  )
  const into: Record<string, Tensor> = { [graph.loss]: loss, [graph.logits]: logits }
  for (const [value, output] of graph.gradients) into[output] = gradients.get(value)!
  const result: GradientResult = {
    loss: loss.data,
    logits: logits.data,
    gradients: Object.fromEntries([...gradients].map(([value, { data }]) => [value, data])),
  }
  return {
    inputs: session.inputs,
    batch: graph.batch,
    logitDims: graph.logitDims,
    notes: graph.notes,
    async run(feeds) {
      await session.run(feeds, { into })
      return result
    },
    close: () => session.close(),
  }
}

function floatInputs({ model, shapes }: SpecializedModel): readonly string[] {
  const names = model.graph.inputs
    .map(({ name }) => name)
    .filter((name) => shapes.get(name)?.dtype.startsWith('float') === true)
  if (names.length > 0) return names
  const given = model.graph.inputs
    .map(({ name }) => `${name} (${shapes.get(name)?.dtype ?? 'unknown'})`)
    .join(', ')
  throw new EngineError(
    'gradient-absent',
    `the model has no float input to differentiate with respect to; it has ${given}`,
    {
      hint: 'Name an intermediate, such as the output of the embedding, as `wrt`.',
    },
  )
}

function outputOf({ model, shapes }: SpecializedModel, wanted: string | undefined): string {
  const names = model.graph.outputs.map(({ name }) => name)
  if (wanted !== undefined) {
    if (names.includes(wanted) || shapes.has(wanted)) return wanted
    throw new EngineError('feed-unknown', `the model has no output "${wanted}"; it has ${names.join(', ')}`)
  }
  const found = names.find((name) => shapes.get(name)?.dtype.startsWith('float') === true)
  if (found !== undefined) return found
  throw new EngineError('gradient-absent', `no output of the model is a float: ${names.join(', ')}`)
}

/** Operators that only move values about. */
const movers = new Set(['Identity', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze'])

/**
 * The value before a final softmax over the last axis, else the output itself. A loss on logits keeps its gradient
 * where float32 softmax saturates at exactly 1 and cross-entropy of probabilities has none.
 */
function beforeSoftmax({ model, shapes }: SpecializedModel, output: string): string {
  const maker = producers(model.graph)
  let node: Node | undefined = maker.get(output)
  for (
    let steps = 0;
    node !== undefined && movers.has(node.opType) && steps < model.graph.nodes.length;
    steps++
  ) {
    node = maker.get(node.inputs[0] ?? '')
  }
  if (node === undefined || (node.opType !== 'Softmax' && node.opType !== 'LogSoftmax')) return output
  const before = node.inputs[0]!
  const dims = shapes.get(before)?.dims ?? []
  const axis = intAttribute(node, 'axis', -1)
  const last = axis === -1 || axis === dims.length - 1
  return last && dims.length === 2 ? before : output
}
