// Unit space to model input: x_model = ((x01 * (high - low) + low) - mean) / std per channel, then the layout.
// Both are affine and a permutation, so a whole batch is one pass with two small tables.
import type { ModelInput } from './model-descriptor.ts'

export interface InputMap {
  /** Samples are what the model takes, as they are. */
  readonly identity: boolean
  /** Writes the first `count` of `samples`, in unit space, into `to`, as the model wants them. */
  write(samples: Float32Array, to: Float32Array | Float64Array, count: number): void
  /** Derivatives by the model's input become derivatives by the sample: the transpose of `write`, in a new array. */
  pullBack(gradient: Float32Array, count: number): Float32Array
}

/** @param sampleShape one sample in unit space: [C, H, W] for pictures, [F] for rows */
export function inputMap(input: ModelInput, sampleShape: readonly number[]): InputMap {
  const channels = sampleShape.length === 3 ? (sampleShape[0] as number) : 1
  const size = sampleShape.reduce((a, b) => a * b, 1)
  const plane = size / channels
  const [low, high] = input.range
  const scale = new Float64Array(channels)
  const offset = new Float64Array(channels)
  for (let c = 0; c < channels; c++) {
    const mean = input.mean[c % Math.max(input.mean.length, 1)] ?? 0
    const std = input.std[c % Math.max(input.std.length, 1)] ?? 1
    scale[c] = (high - low) / std
    offset[c] = (low - mean) / std
  }
  // Channel c of the model is channel `from(c)` of the sample.
  const from = (c: number) => (input.reverseChannels ? channels - 1 - c : c)
  const channelsLast = input.layout === 'NHWC' && channels > 1
  const identity =
    !channelsLast &&
    !input.reverseChannels &&
    scale.every((value) => value === 1) &&
    offset.every((value) => value === 0)
  /** Calls `visit` for each plane: where it starts in the sample, where it starts in the input, and the step there. */
  const eachPlane = (
    count: number,
    visit: (c: number, source: number, target: number, stride: number) => void,
  ): void => {
    for (let base = 0; base < count * size; base += size) {
      for (let c = 0; c < channels; c++) {
        const source = base + from(c) * plane
        if (channelsLast) visit(c, source, base + c, channels)
        else visit(c, source, base + c * plane, 1)
      }
    }
  }
  return {
    identity,
    write(samples, to, count) {
      if (identity) {
        to.set(samples.subarray(0, count * size))
        return
      }
      eachPlane(count, (c, source, target, stride) => {
        const a = scale[c] as number
        const b = offset[c] as number
        if (stride === 1 && to instanceof Float32Array)
          writePlane(samples, source, to, { target, plane, a, b })
        else for (let i = 0; i < plane; i++) to[target + i * stride] = (samples[source + i] as number) * a + b
      })
    },
    pullBack(gradient, count) {
      const to = new Float32Array(count * size)
      eachPlane(count, (c, source, target, stride) => {
        const a = scale[c] as number
        for (let i = 0; i < plane; i++) to[source + i] = (gradient[target + i * stride] as number) * a
      })
      return to
    },
  }
}

/** The usual case by itself: with one type of array and no stride the loop takes a third of the time. */
function writePlane(
  samples: Float32Array,
  source: number,
  to: Float32Array,
  {
    target,
    plane,
    a,
    b,
  }: { readonly target: number; readonly plane: number; readonly a: number; readonly b: number },
): void {
  for (let i = 0; i < plane; i++) to[target + i] = (samples[source + i] as number) * a + b
}
