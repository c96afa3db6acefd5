// Samples in unit space as the numbers that are sent: through the input block, rounded where the model takes whole
// numbers, padded with zeros where its batch is fixed.
import { sizeOf } from '@failmode/core'
import type { ModelInput } from '../model-descriptor.ts'
import { inputMap } from '../model-input.ts'
import type { Numbers } from './json-body.ts'

/** @param sampleShape one sample in unit space */
export function valuesOf(
  input: ModelInput,
  sampleShape: readonly number[],
): (samples: Float32Array, counts: { readonly count: number; readonly padded: number }) => Numbers {
  const map = inputMap(input, sampleShape)
  const size = sizeOf(sampleShape)
  const whole = !input.dtype.startsWith('float')
  return (samples, { count, padded }) => {
    // Cut only: what is sent is written down as text before anybody can change it.
    if (map.identity && input.dtype === 'float32' && count === padded)
      return samples.subarray(0, count * size)
    const values =
      input.dtype === 'float64' ? new Float64Array(padded * size) : new Float32Array(padded * size)
    map.write(samples, values, count)
    if (whole) for (let i = 0; i < values.length; i++) values[i] = roundTo(input.dtype, values[i] as number)
    return values
  }
}

function roundTo(dtype: string, value: number): number {
  const rounded = Math.round(value)
  return dtype === 'uint8' ? Math.min(255, Math.max(0, rounded)) : rounded
}
