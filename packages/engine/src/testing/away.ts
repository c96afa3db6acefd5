// Finite differences are wrong across a kink, so tests keep their inputs away from it.
import { float32, type Tensor } from '../ir/tensor.ts'
import { randomTensor } from './models.ts'

/** Numbers of `value` that are nearer than `distance` to one of `kinks` moved out to twice that distance. */
export function away(kinks: readonly number[], value: Tensor, distance: number): Tensor {
  const moved = Array.from(value.data as Float32Array, (x) => {
    const kink = kinks.find((candidate) => Math.abs(x - candidate) < distance)
    return kink === undefined ? x : kink + (x < kink ? -2 : 2) * distance
  })
  return float32(moved, value.dims)
}

/** Seeded random numbers from `low` to `high`. */
export function randomBetween(seed: number, dims: readonly number[], low: number, high: number): Tensor {
  const draws = Array.from(randomTensor(seed, dims).data as Float32Array)
  return float32(
    draws.map((x) => low + ((x + 1) / 2) * (high - low)),
    dims,
  )
}
