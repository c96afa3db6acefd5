import { createRandom } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { solveEquations } from './equation-solving.ts'
import { searchLines } from './line-search.ts'
import { OutOfQueries, type Service } from './service.ts'

interface Linear {
  readonly weights: readonly (readonly number[])[]
  readonly bias: readonly number[]
}

function linear(
  name: string,
  { features, classes, size = 3 }: { features: number; classes: number; size?: number },
): Linear {
  const random = createRandom(name)
  return {
    weights: Array.from({ length: classes }, () =>
      Array.from({ length: features }, () => size * random.normal()),
    ),
    bias: Array.from({ length: classes }, () => random.normal()),
  }
}

const scoresOf = ({ weights, bias }: Linear, row: ArrayLike<number>): number[] =>
  weights.map((w, k) => w.reduce((sum, value, f) => sum + value * row[f]!, bias[k]!))

function shares(model: Linear, row: ArrayLike<number>): number[] {
  const scores = scoresOf(model, row)
  const top = Math.max(...scores)
  const all = scores.map((value) => Math.exp(value - top))
  const sum = all.reduce((a, b) => a + b, 0)
  return all.map((value) => value / sum)
}

/** As float32, the way models answer. */
const service =
  (model: Linear, round = (value: number) => Math.fround(value)): Service<number[]> =>
  async (rows) =>
    rows.map((row) => shares(model, row).map(round))

const top = (values: ArrayLike<number>): number => Array.from(values).indexOf(Math.max(...Array.from(values)))

function agreement(
  model: Linear,
  predict: (row: Float64Array) => ArrayLike<number>,
  features: number,
): number {
  const random = createRandom('uniform')
  const n = 4000
  let same = 0
  for (let i = 0; i < n; i++) {
    const row = Float64Array.from({ length: features }, () => random.uniform())
    if (top(predict(row)) === top(scoresOf(model, row))) same++
  }
  return same / n
}

describe('equation solving', () => {
  it.each([
    ['logistic', 20, 2],
    ['softmax', 30, 5],
    ['softmax of many features', 64, 10],
  ])('takes a %s model with d + 1 rows', async (name, features, classes) => {
    const model = linear(name, { features, classes, size: 6 / Math.sqrt(features) })
    const copy = await solveEquations(service(model), { features, classes, seed: 1 })
    expect(copy.queries).toBe(features + 1)
    expect(copy.determined).toBe(true)
    for (let k = 1; k < classes; k++) {
      for (let f = 0; f < features; f++) {
        expect(copy.weights[k]![f]).toBeCloseTo(model.weights[k]![f]! - model.weights[0]![f]!, 2)
      }
    }
    expect(agreement(model, copy.predict, features)).toBeGreaterThanOrEqual(0.9995)
  })

  it('goes closer where answers are certain, and says what could not be used', async () => {
    const model = linear('sharp', { features: 12, classes: 3, size: 25 })
    const copy = await solveEquations(service(model), { features: 12, classes: 3, seed: 1 })
    expect(copy.unusable).toBeGreaterThan(0)
    expect(copy.queries).toBe(13 + copy.unusable)
    expect(copy.determined).toBe(true)
    expect(agreement(model, copy.predict, 12)).toBeGreaterThan(0.99)
  })

  it('says that there were too few equations where even the middle of the space is certain', async () => {
    const model = linear('certain', { features: 12, classes: 3, size: 4000 })
    const copy = await solveEquations(service(model), { features: 12, classes: 3, seed: 1 })
    expect(copy.determined).toBe(false)
    expect(copy.unusable).toBe(copy.queries)
  })

  it('loses to rounding, and less of it with more rows', async () => {
    const model = linear('rounded', { features: 10, classes: 3, size: 2 })
    const rounded = service(model, (value) => Number(value.toFixed(2)))
    const few = await solveEquations(rounded, { features: 10, classes: 3, seed: 2 })
    const many = await solveEquations(rounded, { features: 10, classes: 3, seed: 2, rows: 200 })
    expect(agreement(model, many.predict, 10)).toBeGreaterThan(agreement(model, few.predict, 10))
    expect(agreement(model, many.predict, 10)).toBeGreaterThan(0.95)
    expect(many.residual).toBeGreaterThan(0.001)
  })

  it('does not take another kind of model for a linear one', async () => {
    const bent: Service<number[]> = async (rows) =>
      rows.map((row) => {
        const score = 4 * Math.sin(9 * row[0]!) * row[1]!
        return [1 / (1 + Math.exp(score)), 1 / (1 + Math.exp(-score))]
      })
    const copy = await solveEquations(bent, { features: 2, classes: 2, seed: 1, rows: 40 })
    expect(copy.residual).toBeGreaterThan(0.5)
  })

  it('with too few rows says that it is not determined', async () => {
    const model = linear('few', { features: 10, classes: 3 })
    const copy = await solveEquations(service(model), { features: 10, classes: 3, seed: 1, maxQueries: 6 })
    expect(copy.queries).toBe(6)
    expect(copy.determined).toBe(false)
  })
})

describe('line search', () => {
  it('takes a linear model of two classes from classes alone', async () => {
    for (let i = 0; i < 8; i++) {
      const random = createRandom('lines').split(i)
      const features = 15
      const weights = Float64Array.from({ length: features }, (_, f) => (f === 3 ? 0 : random.normal()))
      // The border goes through the middle of the space.
      const bias = -0.5 * weights.reduce((sum, w) => sum + w, 0)
      let asked = 0
      const copy = await searchLines(
        async (rows) => {
          asked += rows.length
          return rows.map((row) => (weights.reduce((sum, w, f) => sum + w * row[f]!, bias) > 0 ? 1 : 0))
        },
        { features, seed: i },
      )
      const dot = weights.reduce((sum, w, f) => sum + w * copy!.weights[f]!, 0)
      expect(dot / Math.hypot(...weights) / Math.hypot(...copy!.weights)).toBeGreaterThan(0.99999)
      expect(copy!.queries).toBe(asked)
      expect(asked).toBeLessThan(features * 32 + 60)
    }
  })

  it('has nothing to say of a model with one class only, and stops where it has to', async () => {
    expect(await searchLines(async (rows) => rows.map(() => 1), { features: 3, seed: 1 })).toBeNull()
    const service: Service<number> = async (rows) => rows.map((row) => (row[0]! > 0.5 ? 1 : 0))
    await expect(searchLines(service, { features: 3, seed: 1, maxQueries: 10 })).rejects.toThrow(OutOfQueries)
  })
})
