import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { float32, int64, type Tensor } from '../ir/tensor.ts'
import { modelOf, node, randomTensor } from '../testing/models.ts'
import type { Loss } from './loss.ts'
import {
  classDifference,
  crossEntropy,
  dlr,
  klDivergence,
  margin,
  squaredError,
  targetedCrossEntropy,
  targetedDlr,
  targetedMargin,
  totalVariation,
  userSeed,
  weighted,
} from './losses.ts'
import { type GradientSession, openGradients } from './open-gradients.ts'

// The model adds nothing: z = x + 0, so that the gradient with respect to x is that of the loss itself.
const batch = 3
const classes = 5
const identity = (dims: readonly number[]) =>
  modelOf({
    inputs: { x: dims },
    constants: { zero: float32([0]) },
    nodes: [node('Add', ['x', 'zero'], ['z'])],
    outputs: ['z'],
  })

const z = randomTensor(5, [batch, classes])
const rows = Array.from({ length: batch }, (_, i) =>
  Array.from((z.data as Float32Array).subarray(i * classes, (i + 1) * classes)),
)
const y = [2, 0, 4]
const t = [1, 3, 0]
const labels = int64(y)
const targets = int64(t)

const softmax = (row: readonly number[]) => {
  const sum = row.reduce((a, b) => a + Math.exp(b), 0)
  return row.map((value) => Math.exp(value) / sum)
}
const sortedDown = (row: readonly number[]) => [...row].sort((a, b) => b - a)
const best = (row: readonly number[], not: number) => Math.max(...row.filter((_, k) => k !== not))

const reference = float32(
  rows.flatMap(() => softmax([0.3, -1, 0.2, 0.9, 0])),
  [batch, classes],
)

const cases: readonly {
  loss: Loss
  feeds: Record<string, Tensor>
  value: (row: readonly number[], i: number) => number
}[] = [
  { loss: crossEntropy(), feeds: { labels }, value: (row, i) => -Math.log(softmax(row)[y[i]!]!) },
  { loss: margin(), feeds: { labels }, value: (row, i) => best(row, y[i]!) - row[y[i]!]! },
  {
    loss: targetedCrossEntropy(),
    feeds: { targets },
    value: (row, i) => Math.log(softmax(row)[t[i]!]!),
  },
  { loss: targetedMargin(), feeds: { targets }, value: (row, i) => row[t[i]!]! - best(row, t[i]!) },
  { loss: classDifference(), feeds: { labels, targets }, value: (row, i) => row[t[i]!]! - row[y[i]!]! },
  {
    loss: dlr(),
    feeds: { labels },
    value: (row, i) =>
      -(row[y[i]!]! - best(row, y[i]!)) / (sortedDown(row)[0]! - sortedDown(row)[2]! + 1e-12),
  },
  {
    loss: targetedDlr(),
    feeds: { labels, targets },
    value: (row, i) => {
      const s = sortedDown(row)
      return -(row[y[i]!]! - row[t[i]!]!) / (s[0]! - (s[2]! + s[3]!) / 2 + 1e-12)
    },
  },
  {
    loss: klDivergence(),
    feeds: { reference },
    value: (row) => {
      const p = softmax([0.3, -1, 0.2, 0.9, 0])
      const q = softmax(row)
      return p.reduce((sum, value, k) => sum + value * Math.log(value / q[k]!), 0)
    },
  },
  {
    loss: squaredError(),
    feeds: { wanted: float32(new Float32Array(batch * classes).fill(0.5), [batch, classes]) },
    value: (row) => row.reduce((sum, value) => sum + (value - 0.5) ** 2, 0) / classes,
  },
  {
    loss: userSeed(),
    feeds: { seed: float32(new Float32Array(batch * classes).fill(2), [batch, classes]) },
    value: (row) => row.reduce((sum, value) => sum + 2 * value, 0),
  },
  {
    loss: weighted([
      { loss: crossEntropy(), weight: 0.5 },
      { loss: squaredError(), weight: 3 },
    ]),
    feeds: { labels, wanted: float32(new Float32Array(batch * classes), [batch, classes]) },
    value: (row, i) =>
      -0.5 * Math.log(softmax(row)[y[i]!]!) + (3 * row.reduce((sum, value) => sum + value ** 2, 0)) / classes,
  },
]

describe('losses', () => {
  for (const { loss, feeds, value } of cases) {
    it(`${loss.name} gives its formula for each sample, and the derivative of it`, async () => {
      const session = await openGradients(identity([batch, classes]), { loss })
      try {
        const result = await session.run({ x: z, ...feeds })
        rows.forEach((row, i) => {
          expect(result.loss[i]).toBeCloseTo(value(row, i), 5)
          row.forEach((_, k) => {
            const step = 1e-5
            const moved = (sign: number) =>
              value(
                row.map((v, j) => (j === k ? v + sign * step : v)),
                i,
              )
            const numeric = (moved(1) - moved(-1)) / (2 * step)
            expect(Math.abs(result.gradients.x![i * classes + k]! - numeric)).toBeLessThan(
              1e-4 * Math.max(1, Math.abs(numeric)),
            )
          })
        })
      } finally {
        await session.close()
      }
    })
  }

  it('total variation gives its formula and the derivative of it', async () => {
    const dims = [2, 2, 3, 4]
    const x = randomTensor(9, dims)
    const session = await openGradients(identity(dims), { loss: totalVariation('z') })
    const value = (data: ArrayLike<number>, i: number) => {
      let sum = 0
      for (let c = 0; c < 2; c++) {
        for (let r = 0; r < 3; r++) {
          for (let k = 0; k < 4; k++) {
            const at = ((i * 2 + c) * 3 + r) * 4 + k
            if (r < 2) sum += Math.sqrt((data[at + 4]! - data[at]!) ** 2 + 1e-8)
            if (k < 3) sum += Math.sqrt((data[at + 1]! - data[at]!) ** 2 + 1e-8)
          }
        }
      }
      return sum
    }
    const result = await session.run({ x })
    const data = Float64Array.from(x.data as Float32Array)
    for (let i = 0; i < 2; i++) expect(result.loss[i]).toBeCloseTo(value(data, i), 4)
    for (let j = 0; j < data.length; j++) {
      const moved = (sign: number) =>
        value(
          data.map((v, k) => (k === j ? v + sign * 1e-5 : v)),
          j < 24 ? 0 : 1,
        )
      expect(result.gradients.x![j]).toBeCloseTo((moved(1) - moved(-1)) / 2e-5, 3)
    }
    await session.close()
  })
})

describe('a model that ends in a softmax', () => {
  let session: GradientSession
  beforeAll(async () => {
    const model = modelOf({
      inputs: { x: [1, 3] },
      constants: { scale: float32([200]) },
      nodes: [node('Mul', ['x', 'scale'], ['z']), node('Softmax', ['z'], ['p'], { axis: -1 })],
      outputs: ['p'],
    })
    session = await openGradients(model, { loss: crossEntropy() })
  })
  afterAll(() => session.close())

  it('is attacked at its logits, so that a saturated probability still has a gradient', async () => {
    // p is exactly [1, 0, 0] in float32; the derivative of -log p_0 through p would be 0.
    const { loss, gradients, logits } = await session.run({
      x: float32([1, 0, 0], [1, 3]),
      labels: int64([1]),
    })
    expect(Array.from(logits)).toEqual([200, 0, 0])
    expect(loss[0]).toBeCloseTo(200, 3)
    expect(gradients.x![0]).toBeCloseTo(200, 3)
    expect(gradients.x![1]).toBeCloseTo(-200, 3)
  })
})

describe('a model that ends in probabilities without a softmax', () => {
  it('is attacked at the logarithms of them', async () => {
    // p = x / 1; the derivative of -log p_1 with respect to x_1 is -1 / p_1, after which softmax of log p is p itself.
    const session = await openGradients(identity([1, 2]), { loss: crossEntropy(), probabilities: true })
    const { loss, gradients } = await session.run({ x: float32([0.8, 0.2], [1, 2]), labels: int64([1]) })
    expect(loss[0]).toBeCloseTo(-Math.log(0.2), 5)
    // softmax(log p) - e_1 = [0.8, -0.8], each divided by its p.
    expect(gradients.x![0]).toBeCloseTo(1, 4)
    expect(gradients.x![1]).toBeCloseTo(-4, 4)
    await session.close()
  })
})

describe('losses that a model is too small for', () => {
  it('are refused in words', async () => {
    await expect(openGradients(identity([2, 2]), { loss: dlr() })).rejects.toThrow(/at least 3 classes/)
    await expect(openGradients(identity([2, 3]), { loss: targetedDlr() })).rejects.toThrow(
      /at least 4 classes/,
    )
    const two = await openGradients(identity([2, 2]), { loss: margin() })
    await two.close()
  })
})
