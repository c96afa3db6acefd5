// From the configuration's words and the file's own to a descriptor. The file is described without running it,
// then opened and run once in a limited child process (onnxruntime is native code); only a model that passed is
// ever opened in one of our own threads. Everything that does not agree is said here, before anything is measured.

import { FailmodeError, type ModelFacts, sizeOf, type Task } from '@failmode/core'
import {
  describeModel,
  EngineError,
  lastLayer,
  loadModel,
  type Model,
  type ModelDescription,
  randomOperators,
  type ValueInfo,
  type VerifiedModel,
  verifyModel,
} from '@failmode/engine'
import { elementTypes, type InputBlock, type OutputKind } from '../config/config-schema.ts'
import { describeInput } from './describe-input.ts'
import type { OnnxDescriptor } from './model-descriptor.ts'
import { modelDigest } from './model-digest.ts'
import { type GradientOutlook, gradientOutlook } from './onnx-gradients.ts'

export interface OnnxSpec {
  /** Absolute path of the file. */
  readonly path: string
  /** As the configuration names it, for messages. */
  readonly name: string
  readonly input?: InputBlock
  readonly output?: OutputKind
  /** Name of the tensor to feed and of the one to read, where the model has several. */
  readonly inputName?: string
  readonly outputName?: string
  /** Name of the output that the configuration calls an embedding. */
  readonly embedding?: string
  readonly labels?: readonly string[]
  readonly task: Task
}

export interface InspectedOnnx {
  readonly model: Model
  readonly description: ModelDescription
  readonly verified: VerifiedModel
  readonly digest: string
}

/** Reads, describes and tries a model file. */
export async function inspectOnnx(
  path: string,
  options: {
    readonly name: string
    readonly signal?: AbortSignal
    readonly dims?: Readonly<Record<string, readonly number[]>>
  },
): Promise<InspectedOnnx> {
  try {
    const model = await loadModel(path)
    const verified = await verifyModel(path, {
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      ...(options.dims === undefined ? {} : { dims: options.dims }),
    })
    return { model, description: describeModel(model), verified, digest: await modelDigest(path, model) }
  } catch (cause) {
    throw engineFailure(options.name, cause)
  }
}

/** A failure of the engine in the words and codes of the program. */
export function engineFailure(name: string, cause: unknown): unknown {
  if (!(cause instanceof EngineError)) return cause
  if (cause.code === 'aborted')
    return new FailmodeError('interrupted', { message: 'the run was stopped.', cause })
  const missing = cause.code === 'runtime-unavailable'
  return new FailmodeError(missing ? 'runtime-missing' : 'model-invalid', {
    message: `${name}: ${cause.message}${/[.!?]$/.test(cause.message) ? '' : '.'}`,
    ...(cause.hint === undefined ? {} : { hint: cause.hint }),
    cause,
  })
}

export async function describeOnnx(
  spec: OnnxSpec,
  options: { readonly signal?: AbortSignal } = {},
): Promise<OnnxDescriptor> {
  const block = spec.input ?? {}
  const early = await describeOnly(spec)
  const input = pick(early.inputs, spec.inputName, spec.name, 'input')
  const dims = givenDims(input, block)
  const inspected = await inspectOnnx(spec.path, {
    name: spec.name,
    ...options,
    ...(dims === null ? {} : { dims: { [input.name]: dims } }),
  })
  const descriptor = toDescriptor(spec, inspected, input)
  const outlook = await gradientOutlook(inspected.model, descriptor)
  const random = randomOperators(inspected.model)
  return {
    ...descriptor,
    facts: {
      ...withWeights(withGradients(descriptor.facts, outlook), descriptor),
      ...(random.length === 0 ? {} : { randomOperators: random }),
    },
  }
}

function withGradients(facts: ModelFacts, outlook: GradientOutlook): ModelFacts {
  if (outlook.obstacle !== null)
    return { ...facts, missingAccess: { ...facts.missingAccess, gradient: outlook.obstacle } }
  const { notes } = outlook
  return {
    ...facts,
    access: [...facts.access, 'gradient'],
    ...(notes.length === 0 ? {} : { gradientNotes: notes }),
  }
}

function withWeights(facts: ModelFacts, { lastLayer }: OnnxDescriptor): ModelFacts {
  if (lastLayer !== null) return { ...facts, access: [...facts.access, 'weights'] }
  const weights = 'the model has no layer with weights whose input could be read'
  return { ...facts, missingAccess: { ...facts.missingAccess, weights } }
}

async function describeOnly(spec: OnnxSpec): Promise<ModelDescription> {
  try {
    return describeModel(await loadModel(spec.path))
  } catch (cause) {
    throw engineFailure(spec.name, cause)
  }
}

/**
 * Dimensions to try the model with, where it leaves open what the configuration gives. A model that says them
 * itself is tried as it is, because only then it is also tried with two samples in one call.
 */
function givenDims(input: ValueInfo, block: InputBlock): readonly number[] | null {
  const dims = input.type?.kind === 'tensor' ? input.type.dims : undefined
  if (block.shape === undefined || dims?.slice(1).every((size) => typeof size === 'number')) return null
  return [typeof dims?.[0] === 'number' ? dims[0] : 1, ...block.shape]
}

export function toDescriptor(spec: OnnxSpec, inspected: InspectedOnnx, input: ValueInfo): OnnxDescriptor {
  const { description, verified, digest } = inspected
  const block = spec.input ?? {}
  const output = pick(description.outputs, spec.outputName, spec.name, 'output')
  const type = input.type
  if (type?.kind !== 'tensor') throw mismatch(spec, `the input "${input.name}" is not a tensor`)
  const dtype = elementTypes.find((known) => known === type.dtype)
  if (dtype === undefined) {
    throw mismatch(
      spec,
      `the input "${input.name}" takes ${type.dtype}, expected one of ${elementTypes.join(', ')}`,
    )
  }
  const tried = verified.inputs[input.name]?.dims
  const answered = verified.outputs[output.name]?.dims
  if (!verified.ran || tried === undefined || answered === undefined) {
    throw new FailmodeError('model-mismatch', {
      message: `${spec.name}: the size of a sample is not in the model: ${verified.reason}.`,
      hint: 'Give it in the configuration as "model.input.shape", without the batch.',
    })
  }
  const described = describeInput(block, { model: spec.name, name: input.name, dims: tried.slice(1), dtype })
  const { sampleShape } = described

  const kind: OutputKind = spec.output ?? guessOutput(description, output.name)
  const width = sizeOf(answered.slice(1))
  const form = kind === 'labels' ? 'labels' : width === 1 ? 'single' : 'pair'
  const classes = form === 'labels' ? (spec.labels?.length ?? 0) : form === 'single' ? 2 : width
  if (form === 'labels' && spec.labels === undefined) {
    throw mismatch(
      spec,
      'the model answers with classes only, so their names are needed',
      'Give "labels" in the configuration.',
    )
  }
  if (spec.labels !== undefined && spec.labels.length !== classes) {
    throw mismatch(spec, `"labels" names ${spec.labels.length} classes, the model answers with ${classes}`)
  }
  if (answered[0] !== tried[0]) {
    throw mismatch(
      spec,
      `the output "${output.name}" has the shape [${answered.join(', ')}] for a batch of ${tried[0]}, expected one row per sample`,
    )
  }
  const fixed = typeof type.dims?.[0] === 'number' || !verified.batches
  const size = fixed ? (tried[0] as number) : batchSize(sizeOf(sampleShape))
  const facts: ModelFacts = {
    kind: 'onnx',
    digest,
    task: spec.task,
    access: form === 'labels' ? ['label'] : ['label', 'score'],
    missingAccess: form === 'labels' ? { score: 'the model answers with classes only' } : {},
    sampleShape,
    classes,
    labels: spec.labels ?? Array.from({ length: classes }, (_, k) => String(k)),
    output: kind,
    maxBatch: size,
  }
  return {
    kind: 'onnx',
    path: spec.path,
    facts,
    input: described.input,
    output: { name: output.name, form },
    lastLayer:
      spec.embedding === undefined
        ? lastLayer(inspected.model, output.name)
        : {
            input: pick(description.outputs, spec.embedding, spec.name, 'output').name,
            channels: 'second',
          },
    batch: { fixed, size },
  }
}

/** Calls of about a million numbers: large enough for full speed, small enough for any machine. */
function batchSize(sampleSize: number): number {
  return Math.max(1, Math.min(256, Math.floor(2 ** 20 / sampleSize)))
}

function pick<T extends ValueInfo>(
  values: readonly T[],
  name: string | undefined,
  model: string,
  what: string,
): T {
  const names = values.map((value) => value.name).join(', ')
  if (name !== undefined) {
    const found = values.find((value) => value.name === name)
    if (found !== undefined) return found
    throw new FailmodeError('model-mismatch', {
      message: `${model} has no ${what} "${name}"; it has ${names}.`,
    })
  }
  const [first, second] = values
  if (first === undefined) throw new FailmodeError('model-mismatch', { message: `${model} has no ${what}.` })
  if (second !== undefined && what === 'input') {
    throw new FailmodeError('model-mismatch', {
      message: `${model} has ${values.length} inputs (${names}), and the configuration does not say which takes the sample.`,
      hint: `Give "model.inputs": { "${first.name}": { "role": "sample" }, ... }.`,
    })
  }
  if (second !== undefined) {
    // Converters often add the class beside the scores; the scores are what a check wants.
    return (
      values.find((value) => value.type?.kind === 'tensor' && value.type.dtype.startsWith('float')) ?? first
    )
  }
  return first
}

function guessOutput(description: ModelDescription, name: string): OutputKind {
  const scale = description.outputs.find((output) => output.name === name)?.scale
  return scale === 'probabilities' || scale === 'labels' ? scale : 'logits'
}

function mismatch(spec: OnnxSpec, problem: string, hint?: string): FailmodeError {
  return new FailmodeError('model-mismatch', {
    message: `${spec.name}: ${problem}.`,
    ...(hint === undefined ? {} : { hint }),
  })
}
