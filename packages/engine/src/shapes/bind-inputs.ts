// Concrete sizes for a model's inputs. An input's first axis, where it is not fixed, is the batch; any other open
// axis must be given by symbol or by naming the input's whole shape, because guessing a length changes what a
// model computes.
import { EngineError } from '../errors.ts'
import type { Model, ValueInfo } from '../ir/graph.ts'
import { zeros } from '../ir/tensor.ts'
import type { Tensors } from '../runtime/session.ts'

export interface BindOptions {
  /** Size of the first axis where the model leaves it open; default 1. */
  readonly batch?: number
  /** Whole shapes by input name. */
  readonly dims?: Readonly<Record<string, readonly number[]>>
  /** Sizes by symbol, for example `{ "sequence": 128 }`. */
  readonly symbols?: Readonly<Record<string, number>>
}

/**
 * The dimensions of every input.
 * @throws EngineError input-shape-unknown when an axis stays open.
 */
export function bindInputs(model: Model, options: BindOptions = {}): ReadonlyMap<string, readonly number[]> {
  const batch = options.batch ?? 1
  const symbols = new Map(Object.entries(options.symbols ?? {}))
  for (const input of model.graph.inputs) {
    const first = input.type?.dims?.[0]
    // The batch symbol may come back elsewhere, for example in a second input.
    if (typeof first === 'string' && !symbols.has(first)) symbols.set(first, batch)
  }
  return new Map(model.graph.inputs.map((input) => [input.name, bindInput(input, batch, symbols, options)]))
}

function bindInput(
  input: ValueInfo,
  batch: number,
  symbols: ReadonlyMap<string, number>,
  options: BindOptions,
): readonly number[] {
  const given = options.dims?.[input.name]
  if (given) return given
  const type = input.type
  if (type?.kind !== 'tensor' || !type.dims) {
    throw unknown(
      input.name,
      type ? `is ${type.kind === 'tensor' ? 'of unknown rank' : `a ${type.kind}`}` : 'has no type',
    )
  }
  return type.dims.map((size, axis) => {
    if (typeof size === 'number') return size
    const bound = size === null ? (axis === 0 ? batch : undefined) : symbols.get(size)
    if (bound === undefined)
      throw unknown(input.name, `leaves axis ${axis}${size ? ` ("${size}")` : ''} open`)
    return bound
  })
}

function unknown(name: string, why: string): EngineError {
  return new EngineError('input-shape-unknown', `the input "${name}" ${why}`, {
    hint: `Give its shape, for example { "${name}": [1, 3, 224, 224] }.`,
  })
}

/** Inputs of zeros with the bound dimensions. */
export function zeroFeeds(model: Model, options: BindOptions = {}): Tensors {
  const dims = bindInputs(model, options)
  return Object.fromEntries(
    model.graph.inputs.map((input) => {
      if (input.type?.kind !== 'tensor') throw unknown(input.name, 'is not a tensor')
      return [input.name, zeros(input.type.dtype, dims.get(input.name)!)]
    }),
  )
}

/** The model with the dimensions of its inputs fixed. Types of inner values, which may contradict, are dropped. */
export function fixInputs(model: Model, dims: ReadonlyMap<string, readonly number[]>): Model {
  const inputs = model.graph.inputs.map((input): ValueInfo => {
    const fixed = dims.get(input.name)
    if (!fixed || input.type?.kind !== 'tensor') return input
    return { name: input.name, type: { ...input.type, dims: fixed } }
  })
  // Outputs keep only their element type: onnxruntime works their shapes out.
  const outputs = model.graph.outputs.map(
    (output): ValueInfo =>
      output.type?.kind === 'tensor'
        ? { name: output.name, type: { kind: 'tensor', dtype: output.type.dtype } }
        : output,
  )
  return { ...model, graph: { ...model.graph, inputs, outputs, types: new Map() } }
}
