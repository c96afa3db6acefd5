// Training of a model from its graph: the loop around the step graph. `openTrainer` makes the graphs of one architecture
// and recipe ready; `fit` then trains one model, as often as one likes, so that a worker pays for sessions once and not for
// every shadow model. `train` is both for one model. Everything random comes from streams named by epoch and step, all
// numbers that a step depends on are in the checkpoint, and so a training that was killed and resumed ends with the same
// weights as one that was not.
import { createHash } from 'node:crypto'
import { EngineError } from '../errors.ts'
import type { Loss } from '../gradients/loss.ts'
import { crossEntropy } from '../gradients/losses.ts'
import type { Model, ValueInfo } from '../ir/graph.ts'
import type { Tensor } from '../ir/tensor.ts'
import { writeModel } from '../onnx/write.ts'
import { openSession, type Session } from '../runtime/session.ts'
import { type Augmentation, type AugmentHook, augment } from './augment.ts'
import { blockedConvolutions } from './blocked-convolutions.ts'
import { type EpochCurve, readCheckpoint, type TrainingState, writeCheckpoint } from './checkpoint.ts'
import { drawsOf, shuffled } from './draws.ts'
import { type Initialization, initialize } from './initialize.ts'
import { type Optimizer, stepNumbers } from './optimizers.ts'
import { rateShare, type Schedule } from './schedules.ts'
import { evaluationGraph, newName, type StepGraph, stateNames, stepGraph } from './step-graph.ts'
import { flatten, type Trainable, trainableOf, unflatten } from './trainable.ts'
import {
  allFinite,
  batchBuffers,
  fillBatch,
  type Samples,
  samplesOf,
  type TrainingData,
} from './training-data.ts'
import { inCopy, unrolledSteps } from './unrolled-steps.ts'

/** Everything about a training that is data: it can be written down, sent to a worker, and repeated. */
export interface Recipe {
  readonly epochs: number
  /** Samples of a step. */
  readonly batch: number
  readonly optimizer: Optimizer
  /** Constant unless given. */
  readonly schedule?: Schedule
  /** Largest L2 norm of the whole gradient. */
  readonly clip?: number
  /** Decay for tensors of two axes and more only: not for biases and scales. */
  readonly decayMatricesOnly?: boolean
  /** Start from the weights of the file, or from fresh ones. */
  readonly start?: 'file' | 'fresh'
  /** How fresh weights are drawn; `by-activation` unless given. */
  readonly initialization?: Initialization
  /** Weights that stay as they are; '*' at the end of a name stands for anything. */
  readonly frozen?: readonly string[]
  /** Leaves out the last, smaller batch of an epoch. */
  readonly dropLast?: boolean
  /** False keeps the running statistics and normalises with them. */
  readonly batchNorm?: boolean
  /** False leaves Dropout out. */
  readonly dropout?: boolean
  readonly augmentation?: Augmentation
  /** Ends when the validation loss has not fallen by `by` (0) for so many epochs, and gives back the best weights. */
  readonly earlyStopping?: { readonly patience: number; readonly by?: number }
}

export interface TrainerOptions {
  readonly graph: Model
  readonly recipe: Recipe
  /** Cross-entropy with `labels` unless given. */
  readonly loss?: Loss
  /** The output the loss works on; the first float one unless given. */
  readonly output?: string
  /** Says that the output holds probabilities. */
  readonly probabilities?: boolean
  /** Dimensions of inputs that the model leaves open beyond the batch, batch included. */
  readonly dims?: Readonly<Record<string, readonly number[]>>
  readonly intraOpThreads?: number
}

export interface FitOptions {
  readonly data: TrainingData
  /** Which samples of `data` to train on; all unless given. Those that come twice count twice. */
  readonly subset?: ArrayLike<number>
  readonly validation?: TrainingData
  /** Of shuffles, fresh weights, dropout and augmentation. */
  readonly seed: number
  /** Weights to start from instead of the recipe's start: a model of the same graph. */
  readonly from?: Model
  readonly augment?: AugmentHook
  readonly signal?: AbortSignal
  onEpoch?(curve: EpochCurve): void
  onStep?(step: number, steps: number): void
  /** Is given the state after every `everySteps` steps, and at the end of every epoch. */
  readonly checkpoint?: { readonly everySteps?: number; write(bytes: Uint8Array): void | Promise<void> }
  /** Bytes of a checkpoint to go on from. */
  readonly resume?: Uint8Array
}

export interface Trained {
  /** The model with its new weights, in the engine's normal form. */
  readonly model: Model
  readonly curve: readonly EpochCurve[]
  /** The epoch whose weights these are, where early stopping chose one. */
  readonly bestEpoch?: number
  readonly stoppedEarly: boolean
  readonly steps: number
  /** Things that the user should know, as sentences. */
  readonly notes: readonly string[]
}

export interface Evaluated {
  /** Mean over samples, weighted. */
  readonly loss: number
  /** For losses with `labels` and scores [batch, classes]. */
  readonly accuracy?: number
  /** [samples] */
  readonly losses: Float32Array
  /** [samples, ...] */
  readonly logits: Tensor
}

export interface Trainer {
  readonly notes: readonly string[]
  /** @throws EngineError training-input, training-diverged, training-checkpoint, aborted */
  fit(options: FitOptions): Promise<Trained>
  /** Loss and scores of a model of this graph, out of training. */
  evaluate(model: Model, data: TrainingData): Promise<Evaluated>
  close(): Promise<void>
}

/** Trains one model. See {@link Recipe} and {@link FitOptions}. */
export async function train(options: TrainerOptions & FitOptions): Promise<Trained> {
  const trainer = await openTrainer(options)
  try {
    return await trainer.fit(options)
  } finally {
    await trainer.close()
  }
}

/** @throws EngineError training-input, gradient-absent, operator-unsupported, session-failed */
export async function openTrainer(options: TrainerOptions): Promise<Trainer> {
  const { recipe } = options
  checkRecipe(recipe)
  const trainable = await trainableOf(
    options.graph,
    recipe.frozen === undefined ? {} : { frozen: recipe.frozen },
  )
  const machine = machineOf(trainable, options)
  // Opened now, so that a graph that cannot be trained is refused before any data is looked at.
  const { unreached } = (await machine.step(recipe.batch)).graph
  const notes = [
    ...trainable.notes,
    ...(unreached.length === 0
      ? []
      : [`No gradient reaches ${unreached.join(', ')}: they stay as they are.`]),
  ]
  return {
    notes,
    fit: (fit) => run(trainable, machine, options, fit, notes),
    evaluate: async (model, data) => {
      const same = await trainableOf(model, recipe.frozen === undefined ? {} : { frozen: recipe.frozen })
      return evaluate(
        machine,
        {
          weights: flatten(same.model, trainable.weights),
          statistics: flatten(same.model, trainable.statistics),
        },
        data,
      )
    },
    close: () => machine.close(),
  }
}

interface OpenStep {
  readonly graph: StepGraph
  readonly session: Session
  readonly inputs: readonly ValueInfo[]
}

/** Several whole steps in one run. */
interface OpenGroup {
  readonly session: Session
  readonly steps: number
}

/** Steps of a run, for networks where what a run costs besides computing counts. */
const groupedSteps = 16
/** Values of the forward pass, in bytes, up to which that is so; and the most nodes of a graph. */
const groupedBytes = 8e6
const groupedNodes = 4000

/** The sessions of one architecture and recipe, opened when they are first needed. */
interface Machine {
  /** For so many samples. */
  step(batch: number): Promise<OpenStep>
  /** Several steps of whole batches; undefined where one at a time is as good. */
  group(): Promise<OpenGroup | undefined>
  evaluation(): Promise<{
    readonly graph: Awaited<ReturnType<typeof evaluationGraph>>
    readonly session: Session
    readonly inputs: readonly ValueInfo[]
  }>
  close(): Promise<void>
}

function machineOf(trainable: Trainable, options: TrainerOptions): Machine {
  const { recipe } = options
  const steps = new Map<number, Promise<OpenStep>>()
  let evaluation: ReturnType<Machine['evaluation']> | undefined
  let group: Promise<OpenGroup | undefined> | undefined
  const threads = { intraOpThreads: options.intraOpThreads ?? 1, spin: false }
  const shared = {
    loss: options.loss ?? crossEntropy(),
    ...defined({ output: options.output, probabilities: options.probabilities }),
  }
  const dimsFor = (batch: number) =>
    options.dims === undefined
      ? {}
      : {
          dims: Object.fromEntries(
            Object.entries(options.dims).map(([name, dims]) => [name, [batch, ...dims.slice(1)]]),
          ),
        }
  const dataInputs = (
    session: Session,
    graph: { readonly masks?: StepGraph['masks'] },
  ): readonly ValueInfo[] => {
    const own = new Set<string>([
      stateNames.weights,
      stateNames.statistics,
      stateNames.numbers,
      ...stateNames.slots,
      'sampleWeights',
      ...(graph.masks ?? []).map(({ input }) => input),
    ])
    return session.inputs.filter(({ name }) => !own.has(name))
  }
  return {
    step(batch) {
      let opened = steps.get(batch)
      if (opened === undefined) {
        opened = (async () => {
          const graph = await stepGraph(trainable, {
            ...shared,
            ...dimsFor(batch),
            batch,
            optimizer: recipe.optimizer,
            ...defined({
              clip: recipe.clip,
              decayMatricesOnly: recipe.decayMatricesOnly,
              batchNorm: recipe.batchNorm,
              dropout: recipe.dropout,
            }),
          })
          const session = await openSession(await blockedConvolutions(graph.model), threads)
          return { graph, session, inputs: dataInputs(session, graph) }
        })()
        steps.set(batch, opened)
      }
      return opened
    },
    group() {
      group ??= (async () => {
        const { graph } = await this.step(recipe.batch)
        const isSmall =
          graph.forwardBytes <= groupedBytes && graph.model.graph.nodes.length * groupedSteps <= groupedNodes
        if (!isSmall) return undefined
        const names: string[] = [stateNames.weights, ...stateNames.slots.slice(0, graph.slots)]
        if (graph.hasStatistics) names.push(stateNames.statistics)
        const state = new Map(names.map((name) => [name, newName(name)]))
        const one = await blockedConvolutions(graph.model)
        return {
          session: await openSession(unrolledSteps(one, groupedSteps, state), threads),
          steps: groupedSteps,
        }
      })()
      return group
    },
    evaluation() {
      evaluation ??= (async () => {
        const graph = await evaluationGraph(trainable, {
          ...shared,
          ...dimsFor(recipe.batch),
          batch: recipe.batch,
        })
        const session = await openSession(graph.model, threads)
        return { graph, session, inputs: dataInputs(session, {}) }
      })()
      return evaluation
    },
    async close() {
      const all = [...steps.values(), evaluation, group]
      for (const opened of all) await (await opened?.catch(() => undefined))?.session.close()
    },
  }
}

/** The vectors that a step reads and writes. */
interface Vectors {
  readonly weights: Float32Array
  readonly statistics: Float32Array
  readonly slots: readonly Float32Array[]
}

async function run(
  trainable: Trainable,
  machine: Machine,
  { recipe, loss }: TrainerOptions,
  fit: FitOptions,
  notes: readonly string[],
): Promise<Trained> {
  const full = await machine.step(recipe.batch)
  const samples = samplesOf(fit.data, full.inputs, recipe.batch)
  const subset = checkedSubset(fit.subset, samples.count)
  const count = subset?.length ?? samples.count
  const rest = count % recipe.batch
  const stepsPerEpoch =
    Math.floor(count / recipe.batch) +
    (rest > 0 && (recipe.dropLast !== true || count < recipe.batch) ? 1 : 0)
  const last = rest > 0 && stepsPerEpoch * recipe.batch > count ? await machine.step(rest) : full
  const of =
    fit.checkpoint || fit.resume ? identityOf(trainable, { recipe, ...(loss ? { loss } : {}) }, fit) : ''
  const resumed = fit.resume === undefined ? undefined : readCheckpoint(fit.resume)
  if (resumed !== undefined && resumed.of !== of) {
    throw new EngineError(
      'training-checkpoint',
      'the checkpoint belongs to another training: model, recipe, seed or data are not the same',
      { hint: 'Give what it was begun with, or start without it.' },
    )
  }

  const start = resumed?.vectors ?? startOf(trainable, recipe, fit)
  const slotCount = full.graph.slots
  const vectors = (): Vectors => ({
    weights: new Float32Array(start.weights!.length),
    statistics: new Float32Array(start.statistics!.length),
    slots: Array.from({ length: slotCount }, () => new Float32Array(start.weights!.length)),
  })
  let now = vectors()
  let next = vectors()
  now.weights.set(start.weights!)
  now.statistics.set(start.statistics!)
  for (const [i, slot] of now.slots.entries()) if (start[`slot${i}`]) slot.set(start[`slot${i}`]!)

  const buffers = new Map([full, last].map((opened) => [opened, stepBuffers(opened, samples)]))
  let { epoch = 0, stepInEpoch = 0, step = 0 } = resumed ?? {}
  let sums = { ...(resumed?.sums ?? noSums) }
  const curve: EpochCurve[] = [...(resumed?.curve ?? [])]
  let best = resumed?.best
  let bestVectors =
    resumed?.vectors.bestWeights === undefined
      ? undefined
      : { weights: resumed.vectors.bestWeights, statistics: resumed.vectors.bestStatistics! }
  const state = (): TrainingState => ({
    of,
    epoch,
    stepInEpoch,
    step,
    sums,
    curve,
    ...(best === undefined ? {} : { best }),
    vectors: {
      weights: now.weights,
      statistics: now.statistics,
      ...Object.fromEntries(now.slots.map((slot, i) => [`slot${i}`, slot])),
      ...(bestVectors === undefined
        ? {}
        : { bestWeights: bestVectors.weights, bestStatistics: bestVectors.statistics }),
    },
  })
  const save = async (): Promise<void> => fit.checkpoint?.write(writeCheckpoint(state()))
  const isStopping = (): boolean =>
    recipe.earlyStopping !== undefined &&
    best !== undefined &&
    curve.length - best.epoch >= recipe.earlyStopping.patience

  const inputName = full.inputs[0]!.name
  const total = recipe.epochs * stepsPerEpoch
  const group = stepsPerEpoch > groupedSteps ? await machine.group() : undefined
  const groupBuffers = Array.from({ length: group?.steps ?? 0 }, () => stepBuffers(full, samples))

  /** Fills the buffers of the step `at` with the samples from `from` on, and all else that it is fed. */
  const prepare = (
    { batch, masks, sampleWeights, numbers }: StepBuffers,
    graph: StepGraph,
    { order, from, at }: { readonly order: Int32Array; readonly from: number; readonly at: number },
  ) => {
    fillBatch(samples, batch, { order, from, size: graph.batch })
    const context = { epoch, step: at, size: graph.batch }
    if (recipe.augmentation !== undefined)
      augment(batch, inputName, recipe.augmentation, { ...context, draws: drawsOf(fit.seed, 'augment', at) })
    fit.augment?.(batch, { ...context, draws: drawsOf(fit.seed, 'augment-hook', at) })
    for (const [i, { data, ratio }] of masks.entries())
      drawMask(data, ratio, drawsOf(fit.seed, 'dropout', at, i))
    let weightSum = 0
    for (let k = 0; k < graph.batch; k++) {
      const weight = samples.weights?.[order[from + k]!] ?? 1
      sampleWeights[k] = weight
      weightSum += weight
    }
    if (weightSum > 0) for (let k = 0; k < graph.batch; k++) sampleWeights[k]! /= weightSum
    const share = rateShare(recipe.schedule ?? { kind: 'constant' }, {
      step: at,
      stepsPerEpoch,
      epochs: recipe.epochs,
    })
    const rate = recipe.optimizer.rate * share
    const { stepSize, rootCorrection, keep } = stepNumbers(recipe.optimizer, rate, at + 1)
    numbers.set([stepSize, rootCorrection, keep])
    const feeds: Record<string, Tensor> = {
      ...batch,
      ...Object.fromEntries(masks.map(({ input, dims, data }) => [input, floats(data, dims)])),
      sampleWeights: floats(sampleWeights),
      [stateNames.numbers]: floats(numbers),
    }
    return { feeds, weightSum, rate }
  }
  while (epoch < recipe.epochs && !isStopping()) {
    const places = shuffled(count, drawsOf(fit.seed, 'order', epoch))
    const order = subset === undefined ? places : places.map((place) => subset[place]!)
    let rate = recipe.optimizer.rate
    for (; stepInEpoch < stepsPerEpoch; ) {
      if (fit.signal?.aborted === true) {
        await save()
        throw new EngineError('aborted', `training was stopped in epoch ${epoch + 1} of ${recipe.epochs}`, {
          hint: 'With a checkpoint it can be resumed.',
        })
      }
      const from = stepInEpoch * recipe.batch
      const every = fit.checkpoint?.everySteps
      const isGrouped =
        group !== undefined &&
        count - from >= group.steps * recipe.batch &&
        // A state that is to be saved must come out.
        (every === undefined || (step % every) + group.steps <= every)
      const opened = count - from >= recipe.batch ? full : last
      const parts = isGrouped ? groupBuffers : [buffers.get(opened)!]
      const nameOf = (name: string, k: number): string => (isGrouped ? inCopy(name, k) : name)
      const feeds: Record<string, Tensor> = { ...stateFeeds(now, opened.graph, (name) => name) }
      const into: Record<string, Tensor> = { ...stateFeeds(next, opened.graph, newName) }
      const weightSums = parts.map((part, k) => {
        const prepared = prepare(part, opened.graph, { order, from: from + k * recipe.batch, at: step + k })
        for (const [name, feed] of Object.entries(prepared.feeds)) feeds[nameOf(name, k)] = feed
        into[nameOf(opened.graph.loss, k)] = floats(part.loss)
        into[nameOf(opened.graph.logits, k)] = floats(part.logits, opened.graph.logitDims)
        rate = prepared.rate
        return prepared.weightSum
      })
      await (isGrouped ? group! : opened).session.run(feeds, { into })
      ;[now, next] = [next, now]
      for (const [k, part] of parts.entries()) {
        let stepLoss = 0
        for (const loss of part.loss) stepLoss += loss
        if (!Number.isFinite(stepLoss)) throw diverged(epoch, step)
        step++
        stepInEpoch++
        sums = {
          loss: sums.loss + stepLoss * weightSums[k]!,
          weight: sums.weight + weightSums[k]!,
          right:
            sums.right +
            rightOf(part.batch.labels?.data as BigInt64Array | undefined, part.logits, opened.graph),
          seen: sums.seen + opened.graph.batch,
        }
        fit.onStep?.(step, total)
      }
      if (every !== undefined && step % every === 0 && stepInEpoch < stepsPerEpoch) await save()
    }
    const measured = fit.validation === undefined ? undefined : await evaluate(machine, now, fit.validation)
    if (!allFinite(now.weights)) throw diverged(epoch, step)
    epoch++
    stepInEpoch = 0
    const point: EpochCurve = {
      epoch,
      rate,
      loss: sums.weight === 0 ? 0 : sums.loss / sums.weight,
      ...(canScore(full) ? { accuracy: sums.right / sums.seen } : {}),
      ...(measured === undefined
        ? {}
        : { validation: { loss: measured.loss, ...defined({ accuracy: measured.accuracy }) } }),
    }
    sums = { ...noSums }
    curve.push(point)
    if (measured !== undefined && recipe.earlyStopping !== undefined) {
      if (best === undefined || measured.loss < best.value - (recipe.earlyStopping.by ?? 0)) {
        best = { epoch, value: measured.loss }
        bestVectors = { weights: now.weights.slice(), statistics: now.statistics.slice() }
      }
    }
    fit.onEpoch?.(point)
    await save()
  }
  const final = bestVectors ?? now
  const withWeights = unflatten(trainable.model, trainable.weights, final.weights)
  return {
    model: unflatten(withWeights, trainable.statistics, final.statistics),
    curve,
    ...(best === undefined ? {} : { bestEpoch: best.epoch }),
    stoppedEarly: epoch < recipe.epochs,
    steps: step,
    notes,
  }
}

const noSums = { loss: 0, weight: 0, right: 0, seen: 0 }

function startOf(trainable: Trainable, recipe: Recipe, fit: FitOptions): Record<string, Float32Array> {
  const { model, weights, statistics } = trainable
  if (fit.from === undefined && recipe.start === 'fresh') {
    const options = {
      seed: fit.seed,
      ...(recipe.initialization === undefined ? {} : { scheme: recipe.initialization }),
    }
    return {
      weights: initialize(model, weights, options),
      statistics: initialize(model, statistics, options),
    }
  }
  const source = fit.from ?? model
  for (const { name, dims } of [...weights, ...statistics]) {
    if (source.graph.initializers.get(name)?.dims.join() !== dims.join()) {
      throw new EngineError(
        'training-input',
        `the model to start from has no constant "${name}" of [${dims.join(', ')}]`,
        { hint: 'Start from a model that this trainer gave back.' },
      )
    }
  }
  return { weights: flatten(source, weights), statistics: flatten(source, statistics) }
}

interface StepBuffers {
  readonly batch: ReturnType<typeof batchBuffers>
  readonly masks: readonly {
    readonly input: string
    readonly dims: readonly number[]
    readonly ratio: number
    readonly data: Float32Array
  }[]
  readonly sampleWeights: Float32Array
  readonly numbers: Float32Array
  readonly loss: Float32Array
  readonly logits: Float32Array
}

function stepBuffers({ graph }: OpenStep, samples: Samples): StepBuffers {
  return {
    batch: batchBuffers(samples, graph.batch),
    masks: graph.masks.map((mask) => ({ ...mask, data: new Float32Array(sizeOf(mask.dims)) })),
    sampleWeights: new Float32Array(graph.batch),
    numbers: new Float32Array(3),
    loss: new Float32Array(graph.batch),
    logits: new Float32Array(sizeOf(graph.logitDims)),
  }
}

function stateFeeds(
  vectors: Vectors,
  graph: StepGraph,
  nameOf: (name: string) => string,
): Record<string, Tensor> {
  return {
    [nameOf(stateNames.weights)]: floats(vectors.weights),
    ...Object.fromEntries(vectors.slots.map((slot, i) => [nameOf(stateNames.slots[i]!), floats(slot)])),
    ...(graph.hasStatistics ? { [nameOf(stateNames.statistics)]: floats(vectors.statistics) } : {}),
  }
}

/** Two draws of 16 bits from each word: a ratio is kept to within 2^-17. */
function drawMask(mask: Float32Array, ratio: number, draws: ReturnType<typeof drawsOf>): void {
  const limit = Math.round(ratio * 65536)
  const kept = 1 / (1 - ratio)
  for (let i = 0; i < mask.length; i += 2) {
    const bits = draws.bits()
    mask[i] = (bits & 0xffff) < limit ? 0 : kept
    if (i + 1 < mask.length) mask[i + 1] = bits >>> 16 < limit ? 0 : kept
  }
}

async function evaluate(
  machine: Machine,
  state: Pick<Vectors, 'weights' | 'statistics'>,
  data: TrainingData,
): Promise<Evaluated> {
  const { graph, session, inputs } = await machine.evaluation()
  const samples = samplesOf(data, inputs, graph.batch)
  const batch = batchBuffers(samples, graph.batch)
  const width = sizeOf(graph.logitDims) / graph.batch
  const losses = new Float32Array(samples.count)
  const logits = new Float32Array(samples.count * width)
  const part = { loss: new Float32Array(graph.batch), logits: new Float32Array(graph.batch * width) }
  const order = Int32Array.from({ length: samples.count }, (_, i) => i)
  let right = 0
  for (let from = 0; from < samples.count; from += graph.batch) {
    // The last batch is filled up; out of training no sample sees another.
    fillBatch(samples, batch, { order, from, size: graph.batch })
    await session.run(
      {
        ...batch,
        [stateNames.weights]: floats(state.weights),
        ...(state.statistics.length > 0 ? { [stateNames.statistics]: floats(state.statistics) } : {}),
      },
      { into: { [graph.loss]: floats(part.loss), [graph.logits]: floats(part.logits, graph.logitDims) } },
    )
    const size = Math.min(graph.batch, samples.count - from)
    losses.set(part.loss.subarray(0, size), from)
    logits.set(part.logits.subarray(0, size * width), from * width)
    right += rightOf(batch.labels?.data as BigInt64Array | undefined, part.logits, graph, size)
  }
  let sum = 0
  let weightSum = 0
  for (let i = 0; i < samples.count; i++) {
    const weight = samples.weights?.[i] ?? 1
    sum += weight * losses[i]!
    weightSum += weight
  }
  return {
    loss: weightSum === 0 ? 0 : sum / weightSum,
    ...(canScore({ inputs, graph }) ? { accuracy: right / samples.count } : {}),
    losses,
    logits: floats(logits, [samples.count, ...graph.logitDims.slice(1)]),
  }
}

/** Whether a right answer is defined: one class a sample, one score a class. */
function canScore({
  inputs,
  graph,
}: {
  readonly inputs: readonly ValueInfo[]
  readonly graph: { readonly logitDims: readonly number[]; readonly batch: number }
}): boolean {
  const labels = inputs.find(({ name }) => name === 'labels')?.type
  return labels?.kind === 'tensor' && labels.dims?.length === 1 && graph.logitDims.length === 2
}

function rightOf(
  labels: BigInt64Array | undefined,
  logits: Float32Array,
  { batch, logitDims }: { readonly batch: number; readonly logitDims: readonly number[] },
  size = batch,
): number {
  if (labels === undefined || labels.length !== batch || logitDims.length !== 2) return 0
  const classes = logitDims[1]!
  let right = 0
  for (let n = 0; n < size; n++) {
    let top = 0
    for (let k = 1; k < classes; k++) if (logits[n * classes + k]! > logits[n * classes + top]!) top = k
    if (top === Number(labels[n])) right++
  }
  return right
}

/** What a checkpoint belongs to. Functions cannot be told apart and are left out. */
function identityOf(
  { model }: Trainable,
  { recipe, loss }: { readonly recipe: Recipe; readonly loss?: Loss },
  { data, validation, seed, from, subset }: FitOptions,
): string {
  const digest = createHash('sha256')
  digest.update(JSON.stringify([recipe, loss?.name, seed, subset === undefined ? null : Array.from(subset)]))
  digest.update(writeModel(model))
  if (from !== undefined) digest.update(writeModel(from))
  for (const set of [data, validation]) {
    if (set === undefined) continue
    for (const [name, { dims, data: numbers }] of Object.entries(set.samples)) {
      digest.update(`${name} ${dims.join()}`)
      const view = numbers as Float32Array
      if (ArrayBuffer.isView(view))
        digest.update(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))
    }
    if (set.weights !== undefined) digest.update(Float32Array.from(set.weights))
  }
  return digest.digest('hex')
}

function checkedSubset(subset: ArrayLike<number> | undefined, count: number): Int32Array | undefined {
  if (subset === undefined) return undefined
  const given = Int32Array.from(subset)
  if (given.length === 0 || given.some((index) => index < 0 || index >= count)) {
    throw new EngineError(
      'training-input',
      `the subset must name at least one of the samples 0 to ${count - 1}; ${given.length} were named`,
    )
  }
  return given
}

function checkRecipe({ epochs, batch, optimizer, clip }: Recipe): void {
  const wrong = (what: string, given: unknown, expected: string): never => {
    throw new EngineError('training-input', `${what} is ${String(given)}; it must be ${expected}`)
  }
  if (!Number.isInteger(epochs) || epochs < 0)
    wrong('the number of epochs', epochs, 'a whole number, 0 or more')
  if (!Number.isInteger(batch) || batch < 1) wrong('the batch', batch, 'a whole number, 1 or more')
  if (!(optimizer.rate >= 0 && Number.isFinite(optimizer.rate)))
    wrong('the learning rate', optimizer.rate, '0 or more')
  if (clip !== undefined && !(clip > 0)) wrong('the largest gradient norm', clip, 'more than 0')
}

function diverged(epoch: number, step: number): EngineError {
  return new EngineError(
    'training-diverged',
    `the loss or a weight is no finite number any more, at step ${step + 1} in epoch ${epoch + 1}`,
    { hint: 'Lower the learning rate, clip the gradient, or warm the rate up over some epochs.' },
  )
}

function floats(
  data: Float32Array,
  dims: readonly number[] = [data.length],
): Tensor & { readonly data: Float32Array } {
  return { dtype: 'float32', dims, data }
}

function sizeOf(dims: readonly number[]): number {
  return dims.reduce((a, b) => a * b, 1)
}

function defined<T extends object>(given: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never
}
