// A model made ready to be trained: what of it is a weight, what is not and why. Constants that work on the input before
// any layer does are preparation of the data (mean, deviation, range), and divisors and subtrahends are not weights in any
// network we know: training them could only hide a wrong preparation.
import { EngineError } from '../errors.ts'
import type { Model, Node } from '../ir/graph.ts'
import { elementCount } from '../ir/tensor.ts'
import { usedNames } from '../ir/traverse.ts'
import { normalize } from '../normalize/normalize.ts'
import { parametersOf } from './parameters.ts'

/** Where a tensor lies in a flat vector. */
export interface Place {
  readonly name: string
  readonly dims: readonly number[]
  readonly offset: number
  readonly size: number
}

export interface Trainable {
  /** In normal form, with BatchNormalization and Dropout kept. */
  readonly model: Model
  /** What is trained, in the order of its first use. */
  readonly weights: readonly Place[]
  /** Running means and variances. */
  readonly statistics: readonly Place[]
  /** Things that the user should know, as sentences. */
  readonly notes: readonly string[]
}

export interface TrainableOptions {
  /** Names of weights that stay as they are; '*' at the end stands for anything. */
  readonly frozen?: readonly string[]
  /** True when the model has been through `normalize` with `forTraining` already. */
  readonly normalized?: boolean
}

/**
 * @throws EngineError training-input when nothing is left to train or a frozen name matches nothing; those of `normalize`
 */
export async function trainableOf(source: Model, options: TrainableOptions = {}): Promise<Trainable> {
  const model = options.normalized === true ? source : await normalize(source, { forTraining: true })
  const { weights, statistics } = parametersOf(model)
  const preparation = preparationOf(model)
  const patterns = options.frozen ?? []
  for (const pattern of patterns) {
    if (!weights.some((name) => matches(name, pattern))) {
      throw new EngineError('training-input', `"${pattern}" is to stay frozen, but no weight is called so`, {
        hint: `The weights are ${weights.join(', ')}.`,
      })
    }
  }
  const trained = weights.filter(
    (name) => !preparation.has(name) && !patterns.some((pattern) => matches(name, pattern)),
  )
  if (trained.length === 0) {
    throw new EngineError('training-input', 'the model has no float32 weight to train', {
      hint: 'A model in another precision, or one whose weights are inputs, cannot be trained here.',
    })
  }
  return {
    model,
    weights: placesOf(model, trained),
    statistics: placesOf(model, statistics),
    notes: notesOf(model, weights.length - trained.length, preparation.size),
  }
}

export function placesOf({ graph }: Model, names: readonly string[]): readonly Place[] {
  let offset = 0
  return names.map((name) => {
    const { dims } = graph.initializers.get(name)!
    const place = { name, dims, offset, size: elementCount(dims) }
    offset += place.size
    return place
  })
}

/** The numbers of the model's constants at these places, one after the other. */
export function flatten({ graph }: Model, places: readonly Place[]): Float32Array {
  const flat = new Float32Array(totalSize(places))
  for (const { name, offset } of places) flat.set(graph.initializers.get(name)!.data as Float32Array, offset)
  return flat
}

/** The model with the constants at these places taken from a flat vector, copied. */
export function unflatten(model: Model, places: readonly Place[], flat: Float32Array): Model {
  const initializers = new Map(model.graph.initializers)
  for (const { name, dims, offset, size } of places)
    initializers.set(name, { dtype: 'float32', dims, data: flat.slice(offset, offset + size) })
  return { ...model, graph: { ...model.graph, initializers } }
}

export function totalSize(places: readonly Place[]): number {
  return places.reduce((sum, { size }) => sum + size, 0)
}

function matches(name: string, pattern: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}

const layers = new Set([
  'Conv',
  'ConvTranspose',
  'Gemm',
  'MatMul',
  'Einsum',
  'Gather',
  'RNN',
  'GRU',
  'LSTM',
  'BatchNormalization',
  'InstanceNormalization',
  'LayerNormalization',
  'GroupNormalization',
])

/** Constants that prepare the data, and those that are subtracted or divided by. */
function preparationOf({ graph }: Model): ReadonlySet<string> {
  const found = new Set<string>()
  const isRaw = new Set(graph.inputs.map(({ name }) => name))
  for (const node of graph.nodes) {
    const isLayer = layers.has(node.opType) || node.domain !== ''
    const raw = !isLayer && usedNames(node).some((name) => isRaw.has(name))
    const constants = node.inputs.filter((name) => graph.initializers.has(name))
    const isWeighing = node.opType === 'Add' || node.opType === 'Mul'
    if (raw && isWeighing) for (const name of constants) found.add(name)
    if (node.opType === 'Sub' || node.opType === 'Div') for (const name of constants) found.add(name)
    if (raw) for (const output of node.outputs) isRaw.add(output)
  }
  return found
}

/** From how many convolutions on a network that has no normalisation is likely to have lost it on export. */
const deep = 8

function notesOf({ graph }: Model, frozen: number, preparation: number): readonly string[] {
  const count = (opType: string): number => graph.nodes.filter((node: Node) => node.opType === opType).length
  const normalizations = [
    'BatchNormalization',
    'InstanceNormalization',
    'LayerNormalization',
    'GroupNormalization',
  ].reduce((sum, type) => sum + count(type), 0)
  const notes: string[] = []
  if (count('Conv') >= deep && normalizations === 0) {
    notes.push(
      `The file has ${count('Conv')} convolutions and no normalisation. If the exporter folded BatchNormalization into them, ` +
        'it cannot be restored from the file; the network is trained without.',
    )
  }
  const left = Math.max(0, frozen - preparation)
  if (left > 0) notes.push(`${left} weight${left === 1 ? ' stays' : 's stay'} as in the file.`)
  return notes
}
