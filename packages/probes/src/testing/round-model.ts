// A model with a curved border, for tests of attacks: class 0 inside a sphere, class 1 outside. Its logits are
// radius^2 - |x - center|^2 and 0, so every distance to the border is the root of one quadratic equation.
import { type GradientModel, isTargeted, type Tensor } from '@failmode/core'
import { lossOf } from './loss-of.ts'

export interface RoundModel {
  readonly model: GradientModel
  /** Distance from `x`, inside the sphere, to the border, where the box does not cut the way off. */
  readonly distance: {
    l2(x: Float32Array): number
    linf(x: Float32Array): number
    l1(x: Float32Array): number
  }
}

export function roundModel(center: readonly number[], radius: number): RoundModel {
  const size = center.length
  const scoresOf = (x: Tensor) => {
    const count = x.dims[0] as number
    const data = new Float32Array(count * 2)
    for (let row = 0; row < count; row++) {
      let squares = 0
      for (const [j, c] of center.entries()) squares += ((x.data[row * size + j] as number) - c) ** 2
      data[row * 2] = radius ** 2 - squares
    }
    return { kind: 'logits' as const, data, classes: 2 }
  }
  const model: GradientModel = {
    async scores(x) {
      return scoresOf(x)
    },
    async gradient(x, loss, { labels, targets }) {
      if (isTargeted(loss) && targets === undefined) throw new RangeError(`${loss} without targets`)
      const count = x.dims[0] as number
      const scores = scoresOf(x)
      const values = new Float32Array(count)
      const gradient = new Float32Array(x.data.length)
      for (let row = 0; row < count; row++) {
        const z = [scores.data[row * 2] as number, 0]
        const { value, slope } = lossOf(loss, z, labels[row] as number, targets?.[row] ?? -1)
        values[row] = value
        for (const [j, c] of center.entries())
          gradient[row * size + j] = (slope[0] as number) * -2 * ((x.data[row * size + j] as number) - c)
      }
      return { loss: values, gradient, scores }
    },
  }
  const offsets = (x: Float32Array) => center.map((c, j) => Math.abs((x[j] as number) - c))
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
  const left = (x: Float32Array) => radius ** 2 - sum(offsets(x).map((d) => d * d))
  /** The positive e with a e^2 + 2 b e = c. */
  const root = (a: number, b: number, c: number) => (Math.sqrt(b * b + a * c) - b) / a
  return {
    model,
    distance: {
      l2: (x) => radius - Math.hypot(...offsets(x)),
      linf: (x) => root(size, sum(offsets(x)), left(x)),
      l1: (x) => root(1, Math.max(...offsets(x)), left(x)),
    },
  }
}
