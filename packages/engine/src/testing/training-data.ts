// A small problem that any architecture can learn: every class has its own pattern, under noise.
import { float32, fromNumbers } from '../ir/tensor.ts'
import { drawsOf } from '../training/draws.ts'
import type { TrainingData } from '../training/training-data.ts'

export function patterns(
  row: readonly number[],
  { count = 96, classes = 4, seed = 1, noise = 0.7 } = {},
): TrainingData & {
  readonly samples: { readonly x: ReturnType<typeof float32>; readonly labels: ReturnType<typeof float32> }
} {
  const draws = drawsOf(seed, 'patterns')
  const size = row.reduce((a, b) => a * b, 1)
  const labels = Array.from({ length: count }, () => draws.below(classes))
  const x = new Float32Array(count * size)
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < size; j++)
      x[i * size + j] = noise * draws.normal() + (j % classes === labels[i] ? 1 : 0)
  }
  return { samples: { x: float32(x, [count, ...row]), labels: fromNumbers('int64', [count], labels) } }
}
