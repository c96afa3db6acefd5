// One training step as one graph: forward, loss, backward and the optimizer's update. Weights, the optimizer's vectors and
// the running statistics are flat vectors that go in and come out, so that a state is a handful of buffers and one graph
// serves any number of models of the same architecture. A second, smaller graph only measures the loss.

import type { GradientNote } from '../autodiff/differentiate.ts'
import { formula } from '../autodiff/formula.ts'
import type { Loss } from '../gradients/loss.ts'
import { sampleWeighted } from '../gradients/losses.ts'
import { type GradientGraph, gradientGraph, withLoss } from '../gradients/open-gradients.ts'
import type { Graph, Model } from '../ir/graph.ts'
import { type GraphBuilder, graphBuilder } from '../ir/graph-builder.ts'
import { byteCount, float32, int64 } from '../ir/tensor.ts'
import { removeDead, renameUses, topologicalOrder } from '../ir/traverse.ts'
import { removePassThrough } from '../normalize/fold-constants.ts'
import { specialize } from '../normalize/normalize.ts'
import { emitUpdate, type Optimizer, slotCount } from './optimizers.ts'
import { withParameterInputs } from './parameters.ts'
import { type Place, type Trainable, totalSize } from './trainable.ts'
import { type BatchStatistics, type DropoutMask, trainBatchNorm, trainDropout } from './training-mode.ts'

/** Names of the inputs and outputs that hold the state. */
export const stateNames = {
  weights: 'state_weights',
  statistics: 'state_statistics',
  slots: ['state_slot_0', 'state_slot_1'],
  numbers: 'step_numbers',
} as const

export interface StepOptions {
  readonly loss: Loss
  readonly optimizer: Optimizer
  /** Samples of a step. */
  readonly batch: number
  /** Dimensions of inputs that the model leaves open beyond the batch. */
  readonly dims?: Readonly<Record<string, readonly number[]>>
  readonly output?: string
  readonly probabilities?: boolean
  /** Largest L2 norm of the whole gradient. */
  readonly clip?: number
  /** Whether decay is for tensors of two axes and more only. */
  readonly decayMatricesOnly?: boolean
  /** Batch statistics and dropout are those of training. True unless given. */
  readonly batchNorm?: boolean
  readonly dropout?: boolean
}

export interface StepGraph {
  readonly model: Model
  readonly batch: number
  readonly masks: readonly DropoutMask[]
  /** Names of the results, besides the new state, whose outputs have the state's names with `_new`. */
  readonly loss: string
  readonly logits: string
  readonly logitDims: readonly number[]
  readonly slots: number
  readonly hasStatistics: boolean
  /** Trained weights that no gradient reaches. */
  readonly unreached: readonly string[]
  readonly notes: readonly GradientNote[]
  /** Size of all values of the forward graph together. */
  readonly forwardBytes: number
}

export const newName = (name: string): string => `${name}_new`

/** @throws EngineError as `gradientGraph` */
export async function stepGraph(trainable: Trainable, options: StepOptions): Promise<StepGraph> {
  const { weights, statistics } = trainable
  const { model: inTraining, norms } =
    options.batchNorm === false ? { model: trainable.model, norms: [] } : trainBatchNorm(trainable.model)
  const names = [...weights, ...statistics].map(({ name }) => name)
  const promoted = withParameterInputs(inTraining, names)
  const { model: dropping, masks } = await withMasks(promoted, options)
  const made = await gradientGraph(dropping, {
    loss: sampleWeighted(options.loss),
    wrt: weights.map(({ name }) => name),
    batch: options.batch,
    normalized: true,
    keep: norms.flatMap(({ mean, variance }) => [mean, variance]),
    ...pick(options, 'dims', 'output', 'probabilities'),
  })
  const kept = new Set([made.loss, made.logits])
  const builder = graphBuilder(made.model, { withoutOutputs: true })
  for (const name of kept) builder.output(name)

  const flat = builder.input(stateNames.weights, 'float32', [totalSize(weights)])
  const renamed = new Map(splitInto(builder, flat, weights))
  const gradients = weights.map(({ name, size }) => {
    const gradient = made.gradients.get(name)
    if (gradient === undefined) return builder.node('ConstantOfShape', [ints(builder, [size])])
    return builder.node('Reshape', [gradient, ints(builder, [-1])])
  })
  const gradient = gradients.length === 1 ? gradients[0]! : builder.node('Concat', gradients, { axis: 0 })
  const slots = stateNames.slots
    .slice(0, slotCount(options.optimizer))
    .map((name) => builder.input(name, 'float32', [totalSize(weights)]))
  const numbers = builder.input(stateNames.numbers, 'float32', [3])
  const [stepSize, rootCorrection, keep] = builder.nodes('Split', [numbers, ints(builder, [1, 1, 1])], 3, {
    axis: 0,
  }) as [string, string, string]
  const updated = emitUpdate(builder, options.optimizer, {
    weights: flat,
    gradient: options.clip === undefined ? gradient : clipped(builder, gradient, options.clip),
    slots,
    stepSize,
    rootCorrection,
    keep,
    ...(options.decayMatricesOnly === true ? { decayed: decayMask(builder, weights) } : {}),
  })
  const results = new Map([[updated.weights, newName(stateNames.weights)]])
  for (const [i, slot] of updated.slots.entries()) results.set(slot, newName(slots[i]!))

  if (statistics.length > 0) {
    const all = builder.input(stateNames.statistics, 'float32', [totalSize(statistics)])
    const parts = splitInto(builder, all, statistics)
    for (const [name, part] of parts) renamed.set(name, part)
    const after = followed(builder, norms, new Map(parts), (mean) => samplesOf(made, mean))
    const next = statistics.map(({ name }) => after.get(name) ?? renamed.get(name)!)
    results.set(builder.node('Concat', next, { axis: 0 }), newName(stateNames.statistics))
  }
  for (const name of results.keys()) builder.output(name)
  const whole = builder.finish()
  const isPart = new Set(renamed.keys())
  const graph = renameUses(
    { ...whole.graph, inputs: whole.graph.inputs.filter(({ name }) => !isPart.has(name)) },
    renamed,
  )
  return {
    model: { ...whole, graph: renameMade(removeDead(sorted(graph)), results) },
    batch: options.batch,
    masks,
    loss: made.loss,
    logits: made.logits,
    logitDims: made.logitDims,
    slots: slots.length,
    hasStatistics: statistics.length > 0,
    unreached: weights.filter(({ name }) => !made.gradients.has(name)).map(({ name }) => name),
    notes: made.notes,
    forwardBytes: [...made.shapes.values()].reduce((sum, { dtype, dims }) => sum + byteCount(dtype, dims), 0),
  }
}

export interface LossGraphModel {
  readonly model: Model
  readonly batch: number
  readonly loss: string
  readonly logits: string
  readonly logitDims: readonly number[]
}

/** Forward and loss out of training, with the same state as inputs. */
export async function evaluationGraph(
  trainable: Trainable,
  options: Pick<StepOptions, 'loss' | 'batch' | 'dims' | 'output' | 'probabilities'>,
): Promise<LossGraphModel> {
  const { weights, statistics } = trainable
  const places = [...weights, ...statistics]
  const plain = removePassThrough(trainable.model)
  const promoted = withParameterInputs(
    plain,
    places.map(({ name }) => name),
  )
  const { builder, loss, logits, logitDims, batch } = await withLoss(promoted, {
    loss: options.loss,
    batch: options.batch,
    normalized: true,
    ...pick(options, 'dims', 'output', 'probabilities'),
  })
  const lossOut = builder.output(builder.node('Identity', [loss], {}, { hint: 'loss_out' }))
  const logitsOut = builder.output(builder.node('Identity', [logits], {}, { hint: 'logits_out' }))
  const renamed = new Map(
    splitInto(builder, builder.input(stateNames.weights, 'float32', [totalSize(weights)]), weights),
  )
  if (statistics.length > 0) {
    const all = builder.input(stateNames.statistics, 'float32', [totalSize(statistics)])
    for (const [name, part] of splitInto(builder, all, statistics)) renamed.set(name, part)
  }
  const whole = builder.finish()
  const isPart = new Set(renamed.keys())
  const graph = renameUses(
    { ...whole.graph, inputs: whole.graph.inputs.filter(({ name }) => !isPart.has(name)) },
    renamed,
  )
  return {
    model: { ...whole, graph: removeDead(sorted(graph)) },
    batch,
    loss: lossOut,
    logits: logitsOut,
    logitDims,
  }
}

/** Dropout as products with inputs, whose sizes a run tells. */
async function withMasks(
  model: Model,
  options: StepOptions,
): Promise<{ readonly model: Model; readonly masks: readonly DropoutMask[] }> {
  if (options.dropout === false || !model.graph.nodes.some(({ opType }) => opType === 'Dropout'))
    return { model: removePassThrough(model), masks: [] }
  const fixed = await specialize(model, { batch: options.batch, ...pick(options, 'dims') })
  return trainDropout(fixed.model, fixed.shapes)
}

/** The parts of a flat vector, by the names of their places. */
function splitInto(
  builder: GraphBuilder,
  flat: string,
  places: readonly Place[],
): readonly (readonly [string, string])[] {
  const parts =
    places.length === 1
      ? [flat]
      : builder.nodes(
          'Split',
          [
            flat,
            ints(
              builder,
              places.map(({ size }) => size),
            ),
          ],
          places.length,
          {
            axis: 0,
          },
        )
  return places.map(({ name, dims }, i) => [
    name,
    builder.node('Reshape', [parts[i]!, ints(builder, dims)], {}, { hint: `part_${name}` }),
  ])
}

/** The running statistics a step later: those of the batch mixed in, its variance made unbiased as PyTorch does. */
function followed(
  builder: GraphBuilder,
  norms: readonly BatchStatistics[],
  parts: ReadonlyMap<string, string>,
  samplesOfNorm: (mean: string) => number,
): ReadonlyMap<string, string> {
  const o = formula(builder, 'float32')
  const after = new Map<string, string>()
  for (const { runningMean, runningVariance, mean, variance, momentum } of norms) {
    const samples = samplesOfNorm(mean)
    const unbiased = samples > 1 ? samples / (samples - 1) : 1
    const mix = (running: string, batch: string, factor: number): void => {
      const before = after.get(running) ?? parts.get(running)!
      after.set(running, o.add(o.mul(before, momentum), o.mul(batch, (1 - momentum) * factor)))
    }
    mix(runningMean, mean, 1)
    mix(runningVariance, variance, unbiased)
  }
  return after
}

/** Numbers per channel that the normalisation with this batch mean averages over. */
function samplesOf({ model, shapes }: GradientGraph, mean: string): number {
  const norm = model.graph.nodes.find(({ outputs }) => outputs[1] === mean)
  const dims = shapes.get(norm?.inputs[0] ?? '')?.dims ?? []
  return dims.reduce((product, size, axis) => (axis === 1 ? product : product * size), 1)
}

/** The gradient, made shorter where its norm is above the limit (Pascanu et al. 2013, arXiv:1211.5063). */
function clipped(builder: GraphBuilder, gradient: string, limit: number): string {
  const o = formula(builder, 'float32')
  const norm = builder.node('ReduceL2', [gradient, ints(builder, [0])], { keepdims: 1 })
  return o.mul(gradient, o.of('Min', [o.div(limit, o.add(norm, 1e-6)), 1]))
}

function decayMask(builder: GraphBuilder, places: readonly Place[]): string {
  const mask = new Float32Array(totalSize(places))
  for (const { dims, offset, size } of places) if (dims.length > 1) mask.fill(1, offset, offset + size)
  return builder.constant(float32(mask), 'decayed')
}

function ints(builder: GraphBuilder, values: readonly number[]): string {
  return builder.constant(int64(values))
}

/** Values under other names, wherever they are made and used. An Identity instead would copy them at every step. */
function renameMade(graph: Graph, names: ReadonlyMap<string, string>): Graph {
  const other = (name: string): string => names.get(name) ?? name
  return {
    ...graph,
    outputs: graph.outputs.map((output) => ({ ...output, name: other(output.name) })),
    nodes: graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(other),
      outputs: node.outputs.map(other),
    })),
  }
}

function sorted(graph: Graph): Graph {
  return { ...graph, nodes: topologicalOrder(graph.nodes) }
}

function pick<T extends object, K extends keyof T>(
  from: T,
  ...keys: readonly K[]
): { [P in K]?: NonNullable<T[P]> } {
  const found: { [P in K]?: NonNullable<T[P]> } = {}
  for (const key of keys)
    if (from[key] !== undefined && from[key] !== null) found[key] = from[key] as NonNullable<T[K]>
  return found
}
