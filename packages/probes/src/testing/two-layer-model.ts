// A small net that is not linear, for tests of attacks: logits V tanh(W x). It is smooth, so its gradients are exact
// everywhere and another implementation of it gives the same numbers up to rounding.
import { type GradientModel, isTargeted, type Random, type Scores, type Tensor } from '@failmode/core'
import { lossOf } from './loss-of.ts'

export interface TwoLayerWeights {
  /** One row a hidden unit. */
  readonly inner: readonly (readonly number[])[]
  /** One row a class. */
  readonly outer: readonly (readonly number[])[]
}

export interface TwoLayerModel extends GradientModel {
  /** Every sample that was asked so far, in order, and whether with its gradient. */
  readonly asked: { readonly x: Float32Array; readonly gradient: boolean }[]
}

/** Normal draws, the inner ones over the root of the number of inputs. */
export function twoLayerWeights(
  random: Random,
  { inputs, hidden, classes }: { readonly inputs: number; readonly hidden: number; readonly classes: number },
): TwoLayerWeights {
  const draw = (rows: number, columns: number, scale: number) =>
    Array.from({ length: rows }, () => Array.from({ length: columns }, () => scale * random.normal()))
  return { inner: draw(hidden, inputs, 4 / Math.sqrt(inputs)), outer: draw(classes, hidden, 1) }
}

export function twoLayerModel({ inner, outer }: TwoLayerWeights): TwoLayerModel {
  const classes = outer.length
  const size = inner[0]?.length ?? 0
  const asked: { x: Float32Array; gradient: boolean }[] = []
  const product = (w: readonly number[], v: ArrayLike<number>) =>
    w.reduce((sum, value, j) => sum + value * (v[j] as number), 0)
  const forward = (x: Float32Array) => {
    const hidden = inner.map((w) => Math.tanh(product(w, x)))
    return { hidden, logits: outer.map((w) => product(w, hidden)) }
  }
  const rowsOf = (x: Tensor, gradient: boolean) =>
    Array.from({ length: x.dims[0] as number }, (_, row) => {
      const own = x.data.slice(row * size, (row + 1) * size)
      asked.push({ x: own, gradient })
      return forward(own)
    })
  const scoresOf = (rows: readonly { readonly logits: readonly number[] }[]): Scores => ({
    kind: 'logits',
    data: Float32Array.from(rows.flatMap(({ logits }) => logits)),
    classes,
  })
  return {
    asked,
    async scores(x) {
      return scoresOf(rowsOf(x, false))
    },
    async gradient(x, loss, { labels, targets }) {
      if (isTargeted(loss) && targets === undefined) throw new RangeError(`${loss} without targets`)
      const rows = rowsOf(x, true)
      const values = new Float32Array(rows.length)
      const gradient = new Float32Array(rows.length * size)
      for (const [row, { hidden, logits }] of rows.entries()) {
        const { value, slope } = lossOf(loss, logits, labels[row] as number, targets?.[row] ?? -1)
        values[row] = value
        for (const [h, w] of inner.entries()) {
          const back = outer.reduce((sum, v, k) => sum + (slope[k] as number) * (v[h] as number), 0)
          const through = back * (1 - (hidden[h] as number) ** 2)
          for (let j = 0; j < size; j++)
            gradient[row * size + j] = (gradient[row * size + j] as number) + through * (w[j] as number)
        }
      }
      return { loss: values, gradient, scores: scoresOf(rows) }
    },
  }
}
