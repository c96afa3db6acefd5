// A linear model for tests of attacks: logits W x + b. Everything about it is known in closed form: the derivative of
// each loss is that of the loss with respect to the logits times W, and the distance from x to the border between the
// classes y and t is (z_y - z_t) / |w_y - w_t|, measured in the dual norm.
import { type GradientModel, isTargeted, type LabelModel, type Scores, type Tensor } from '@failmode/core'
import { predictions } from '../attacks/margin.ts'
import { lossOf } from './loss-of.ts'

export interface LinearModel extends GradientModel, LabelModel {
  /** Number of samples of each call so far, by what was asked. */
  readonly calls: { readonly labels: number[]; readonly scores: number[]; readonly gradients: number[] }
}

/** @param weights one row a class, each as long as a sample; `offsets` one a class, 0 when absent. */
export function linearModel(
  weights: readonly (readonly number[])[],
  offsets: readonly number[] = [],
): LinearModel {
  const classes = weights.length
  const size = weights[0]?.length ?? 0
  const calls = { labels: [] as number[], scores: [] as number[], gradients: [] as number[] }
  const logits = (x: Tensor): Scores => {
    const count = x.dims[0] as number
    const data = new Float32Array(count * classes)
    for (let row = 0; row < count; row++) {
      for (const [k, w] of weights.entries()) {
        let sum = offsets[k] ?? 0
        for (let j = 0; j < size; j++) sum += (w[j] as number) * (x.data[row * size + j] as number)
        data[row * classes + k] = sum
      }
    }
    return { kind: 'logits', data, classes }
  }
  return {
    calls,
    async labels(x) {
      calls.labels.push(x.dims[0] as number)
      return predictions(logits(x))
    },
    async scores(x) {
      calls.scores.push(x.dims[0] as number)
      return logits(x)
    },
    async gradient(x, loss, { labels, targets }) {
      const count = x.dims[0] as number
      calls.gradients.push(count)
      if (isTargeted(loss) && targets === undefined) throw new RangeError(`${loss} without targets`)
      const scores = logits(x)
      const values = new Float32Array(count)
      const gradient = new Float32Array(count * size)
      for (let row = 0; row < count; row++) {
        const z = Array.from(scores.data.subarray(row * classes, (row + 1) * classes))
        const { value, slope } = lossOf(loss, z, labels[row] as number, targets?.[row] ?? -1)
        values[row] = value
        for (const [k, w] of weights.entries()) {
          const s = slope[k] as number
          if (s === 0) continue
          for (let j = 0; j < size; j++)
            gradient[row * size + j] = (gradient[row * size + j] as number) + s * (w[j] as number)
        }
      }
      return { loss: values, gradient, scores }
    },
  }
}
