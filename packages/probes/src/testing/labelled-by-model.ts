// What tests of gradient attacks begin with: uniform samples, and a small net that says which class each is of.
import { type GradientModel, type Random, sizeOf } from '@failmode/core'
import type { AttackBatch } from '../attacks/attack.ts'
import { predictions } from '../attacks/margin.ts'
import { type TwoLayerModel, twoLayerModel, twoLayerWeights } from './two-layer-model.ts'

/** Uniform samples of a shape, a seventh of their numbers at either end of the box, with the classes that the model gives. */
export async function labelledByModel(
  model: GradientModel,
  {
    count,
    shape,
    random,
  }: { readonly count: number; readonly shape: readonly number[]; readonly random: Random },
): Promise<AttackBatch> {
  const draws = random.split('samples').split(shape.join('x'))
  const data = Float32Array.from({ length: count * sizeOf(shape) }, () =>
    Math.min(1, Math.max(0, 1.4 * draws.uniform() - 0.2)),
  )
  const x = { data, dims: [count, ...shape] }
  return {
    x,
    labels: predictions(await model.scores(x)),
    ids: Array.from({ length: count }, (_, i) => 7 * i),
  }
}

/** A net of ten hidden units. */
export function smallNet(random: Random, inputs: number, classes: number): TwoLayerModel {
  return twoLayerModel(twoLayerWeights(random.split(`${inputs} ${classes}`), { inputs, hidden: 10, classes }))
}
