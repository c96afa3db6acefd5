// The input block of a configuration held against the dimensions that a model takes: how a sample in unit space
// lies in the tensor, and whether what the block says fits. All kinds of models share it, so that one block means
// the same wherever the model answers.
import { FailmodeError, sizeOf } from '@failmode/core'
import type { ElementType, InputBlock } from '../config/config-schema.ts'
import type { ModelInput } from './model-descriptor.ts'

/** What is known of the tensor that takes the samples. */
export interface InputTensor {
  /** The model as the configuration names it, for messages. */
  readonly model: string
  readonly name: string
  /** One sample, without the batch. */
  readonly dims: readonly number[]
  readonly dtype: ElementType
}

/**
 * @returns the input, and the shape of one sample in unit space ([C, H, W] for pictures)
 * @throws FailmodeError model-mismatch
 */
export function describeInput(
  block: InputBlock,
  { model, name, dims, dtype }: InputTensor,
): { readonly input: ModelInput; readonly sampleShape: readonly number[] } {
  const layout = block.layout ?? guessLayout(dims)
  const sampleShape = toSampleShape(dims, layout, block.shape)
  checkBlock(model, block, dims, layout, sampleShape)
  if (block.dtype !== undefined && block.dtype !== dtype) {
    throw mismatch(model, `"model.input.dtype" is ${block.dtype}, the model takes ${dtype}`)
  }
  const channels = sampleShape.length === 3 ? (sampleShape[0] as number) : 1
  return {
    input: {
      name,
      dtype,
      layout,
      dims,
      range: block.range ?? [0, 1],
      mean: block.mean ?? new Array(channels).fill(0),
      std: block.std ?? new Array(channels).fill(1),
      reverseChannels: block.channels === 'BGR',
    },
    sampleShape,
  }
}

function guessLayout(dims: readonly number[]): 'NCHW' | 'NHWC' | 'flat' {
  if (dims.length !== 3) return 'flat'
  const last = dims[2] as number
  const first = dims[0] as number
  return last <= 4 && first > 4 ? 'NHWC' : 'NCHW'
}

/** The sample in unit space: C, H, W for pictures. */
function toSampleShape(
  dims: readonly number[],
  layout: 'NCHW' | 'NHWC' | 'flat',
  given: readonly number[] | undefined,
): readonly number[] {
  if (layout === 'NHWC') return [dims[2] as number, dims[0] as number, dims[1] as number]
  if (layout === 'flat' && given !== undefined && given.length === 3) return given
  return dims
}

function checkBlock(
  model: string,
  block: InputBlock,
  dims: readonly number[],
  layout: string,
  sampleShape: readonly number[],
): void {
  const { shape } = block
  const agrees =
    layout === 'flat' ? sizeOf(shape ?? dims) === sizeOf(dims) : (shape ?? dims).join() === dims.join()
  if (shape !== undefined && !agrees) {
    throw mismatch(
      model,
      `"model.input.shape" is [${shape.join(', ')}], the model takes [${dims.join(', ')}]`,
    )
  }
  if ((layout === 'NCHW' || layout === 'NHWC') && dims.length !== 3) {
    throw mismatch(
      model,
      `"model.input.layout" is ${layout}, but a sample of the model has ${dims.length} dimensions`,
    )
  }
  const channels = sampleShape.length === 3 ? (sampleShape[0] as number) : null
  for (const [key, list] of [
    ['mean', block.mean],
    ['std', block.std],
  ] as const) {
    if (list === undefined || channels === null || list.length === channels || list.length === 1) continue
    throw mismatch(
      model,
      `"model.input.${key}" has ${list.length} numbers, expected ${channels} (one per channel)`,
    )
  }
}

function mismatch(model: string, problem: string): FailmodeError {
  return new FailmodeError('model-mismatch', { message: `${model}: ${problem}.` })
}
