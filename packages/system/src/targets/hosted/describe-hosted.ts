// What has to be known of a model that lives in the parent before it can be planned for: what a sample is, how many
// classes there are, what can be asked. The configuration says the first, one call with samples of zeros the second;
// two of them, where it takes two, so that a model that answers once for a whole batch is found out here.
import { FailmodeError, type ModelFacts, sizeOf, type Task, type Tensor } from '@failmode/core'
import type { InputBlock, OutputKind } from '../../config/config-schema.ts'
import { describeInput } from '../describe-input.ts'
import { refuseNonFinite } from '../finite-scores.ts'
import { inputMap } from '../model-input.ts'
import type { HostedDescriptor } from './hosted-descriptor.ts'
import { castWhole, openHosted } from './open-hosted.ts'
import type { RawModel } from './raw-model.ts'

export interface HostedSpec {
  readonly kind: HostedDescriptor['kind']
  /** As the configuration names it, for messages: `model.command`. */
  readonly name: string
  readonly digest: string
  readonly task: Task
  readonly labels?: readonly string[]
  readonly input?: InputBlock
  readonly output?: OutputKind
  /** Tensors by name: for models whose tensors have names, which these have not. */
  readonly inputs?: unknown
  readonly outputs?: unknown
  /** Why there is no gradient access, where there is none. */
  readonly noGradient: string
}

/** What the configuration alone says of it. @throws FailmodeError config-invalid, model-mismatch */
export function describeUnasked(spec: HostedSpec): Pick<HostedDescriptor, 'input'> & {
  readonly sampleShape: readonly number[]
  readonly output: OutputKind
} {
  for (const [key, short] of [
    ['inputs', 'input'],
    ['outputs', 'output'],
  ] as const) {
    if (spec[key] === undefined) continue
    throw invalid(
      `"model.${key}" names tensors, and "${spec.name}" has none with a name`,
      `Give "model.${short}".`,
    )
  }
  const { input: block = {}, output } = spec
  if (block.shape === undefined) {
    throw invalid(
      `"model.input.shape" is missing, and "${spec.name}" does not say what it takes`,
      'Give one sample as the model takes it, without the batch, such as [1, 28, 28].',
    )
  }
  if (output === undefined) {
    throw invalid(
      `"model.output" is missing, and "${spec.name}" does not say what it answers with`,
      'Give "logits", "probabilities" or "labels".',
    )
  }
  if (output === 'labels' && spec.labels === undefined) {
    throw invalid(
      'the model answers with classes only, so their names are needed',
      'Give "labels" in the configuration.',
    )
  }
  const described = describeInput(block, {
    model: spec.name,
    name: '',
    dims: block.shape,
    dtype: block.dtype ?? 'float32',
  })
  return { ...described, output }
}

/** @throws FailmodeError config-invalid, model-mismatch, and what the model fails with */
export async function describeHosted(spec: HostedSpec, raw: RawModel): Promise<HostedDescriptor> {
  const { input, sampleShape, output } = describeUnasked(spec)
  const size = sizeOf(sampleShape)
  const count = Math.min(2, raw.maxBatch)
  const data = new Float32Array(count * size)
  inputMap(input, sampleShape).write(new Float32Array(count * size), data, count)
  castWhole(data, input.dtype)
  const batch: Tensor = { data, dims: [count, ...input.dims] }
  const answer = await raw.predict(batch)
  refuseNonFinite(answer, { call: count, count, from: 0 })
  const width = answer.length / count
  if (output === 'labels' && width !== 1) {
    throw mismatch(spec, `"model.output" is "labels", but the model answers with ${width} numbers a sample`)
  }
  const form = output === 'labels' ? 'labels' : width === 1 ? 'single' : 'pair'
  const classes = form === 'labels' ? (spec.labels?.length ?? 0) : form === 'single' ? 2 : width
  if (spec.labels !== undefined && spec.labels.length !== classes) {
    throw mismatch(spec, `"labels" names ${spec.labels.length} classes, the model answers with ${classes}`)
  }
  if (output === 'probabilities' && answer.some((value) => value < 0 || value > 1 + 1e-3)) {
    throw mismatch(
      spec,
      '"model.output" is "probabilities", but the model answers with numbers below 0 or above 1',
    )
  }
  const noGradient = form === 'labels' ? 'the model answers with classes only' : spec.noGradient
  const gradients = raw.gradient !== undefined && form !== 'labels'
  const facts: ModelFacts = {
    kind: spec.kind,
    digest: spec.digest,
    task: spec.task,
    access: [
      'label',
      ...(form === 'labels' ? [] : (['score'] as const)),
      ...(gradients ? (['gradient'] as const) : []),
    ],
    missingAccess: {
      ...(form === 'labels' ? { score: 'the model answers with classes only' } : {}),
      ...(gradients ? {} : { gradient: noGradient }),
    },
    sampleShape,
    classes,
    labels: spec.labels ?? Array.from({ length: classes }, (_, k) => String(k)),
    output,
    maxBatch: Math.min(raw.maxBatch, batchSize(size)),
  }
  const descriptor: HostedDescriptor = { kind: spec.kind, facts, input, output: { form } }
  if (gradients) {
    const zeros = { data: new Float32Array(count * size), dims: [count, ...sampleShape] }
    const classes = { labels: new Int32Array(count) }
    await openHosted(descriptor, raw).access('gradient').gradient(zeros, 'cross-entropy', classes)
  }
  return descriptor
}

/** Calls of about a quarter of a million numbers, which as text are some megabytes. */
function batchSize(sampleSize: number): number {
  return Math.max(1, Math.min(256, Math.floor(2 ** 18 / sampleSize)))
}

function invalid(problem: string, hint: string): FailmodeError {
  return new FailmodeError('config-invalid', { message: `${problem}.`, hint })
}

function mismatch(spec: HostedSpec, problem: string): FailmodeError {
  return new FailmodeError('model-mismatch', { message: `${spec.name}: ${problem}.` })
}
