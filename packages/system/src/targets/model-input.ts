// Unit space to model input: x_model = ((x01 * (high - low) + low) - mean) / std per channel, then the layout.
// Both are affine and a permutation, so a whole batch is one pass with two small tables.
import type { OnnxDescriptor } from './model-descriptor.ts'

export interface InputMap {
  /** Samples are what the model takes, as they are. */
  readonly identity: boolean
  /** Writes the first `count` of `samples`, in unit space, into `to`, as the model wants them. */
  write(samples: Float32Array, to: Float32Array | Float64Array, count: number): void
}

/** @param sampleShape one sample in unit space: [C, H, W] for pictures, [F] for rows */
export function inputMap(input: OnnxDescriptor['input'], sampleShape: readonly number[]): InputMap {
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
  return {
    identity,
    write(samples, to, count) {
      if (identity) {
        to.set(samples.subarray(0, count * size))
        return
      }
      for (let n = 0; n < count; n++) {
        const base = n * size
        for (let c = 0; c < channels; c++) {
          const a = scale[c] as number
          const b = offset[c] as number
          const source = base + from(c) * plane
          const target = channelsLast ? base + c : base + c * plane
          const stride = channelsLast ? channels : 1
          for (let i = 0; i < plane; i++) to[target + i * stride] = (samples[source + i] as number) * a + b
        }
      }
    },
  }
}
