// Every optimum is checked by the conditions that define it, on seeded tables, and beside closed forms where there are.
import { describe, expect, it } from 'vitest'
import { float32 } from '../ir/tensor.ts'
import { runOnce } from '../testing/models.ts'
import { drawsOf } from '../training/draws.ts'
import { fitLinear, type LinearKind, type LinearOptions } from './linear.ts'
import { fitLogistic } from './logistic-regression.ts'
import { linearModel, logisticModel } from './regression-model.ts'

const rows = 60
const columns = 5
const draws = drawsOf(1, 'table')
const x = Array.from({ length: rows * columns }, () => draws.normal() + 0.5)
const truth = [2, -1, 0, 0.5, 0]
const y = Array.from(
  { length: rows },
  (_, i) => 3 + truth.reduce((sum, w, j) => sum + w * x[i * columns + j]!, 0) + draws.normal(),
)
const table = { x, y, rows, columns }

/** X^T (y - Xw - b), and the residuals' sum. */
function slopes(w: ArrayLike<number>, b: number, weights?: readonly number[]) {
  const residuals = y.map(
    (target, i) =>
      (weights?.[i] ?? 1) * (target - b - truth.reduce((sum, _, j) => sum + w[j]! * x[i * columns + j]!, 0)),
  )
  return {
    byColumn: truth.map((_, j) => residuals.reduce((sum, r, i) => sum + r * x[i * columns + j]!, 0)),
    sum: residuals.reduce((a, r) => a + r, 0),
  }
}

describe('linear regression', () => {
  it('by least squares leaves residuals at right angles to every column', () => {
    const { coefficients, intercept } = fitLinear(table, { kind: 'ols' })
    const { byColumn, sum } = slopes(coefficients, intercept)
    for (const slope of [...byColumn, sum]) expect(Math.abs(slope)).toBeLessThan(1e-9)
  })

  it('by ridge has slopes that the punishment balances', () => {
    const { coefficients, intercept } = fitLinear(table, { kind: 'ridge', alpha: 7 })
    const { byColumn, sum } = slopes(coefficients, intercept)
    for (const [j, slope] of byColumn.entries()) expect(slope).toBeCloseTo(7 * coefficients[j]!, 8)
    expect(Math.abs(sum)).toBeLessThan(1e-9)
  })

  it.each([
    ['lasso', 0.3, 1],
    ['lasso', 0.02, 1],
    ['elastic-net', 0.3, 0.4],
  ] as const)('by %s with alpha %d meets the conditions of its optimum', (kind, alpha, l1Ratio) => {
    const options: LinearOptions = { kind, alpha, l1Ratio, tolerance: 1e-12 }
    const { coefficients, intercept, converged } = fitLinear(table, options)
    expect(converged).toBe(true)
    const { byColumn } = slopes(coefficients, intercept)
    let zeros = 0
    for (const [j, slope] of byColumn.entries()) {
      const w = coefficients[j]!
      const rest = slope / rows - alpha * (1 - l1Ratio) * w
      if (w === 0) {
        zeros++
        expect(Math.abs(rest)).toBeLessThanOrEqual(alpha * l1Ratio + 1e-7)
      } else expect(rest).toBeCloseTo(alpha * l1Ratio * Math.sign(w), 6)
    }
    if (alpha > 0.1) expect(zeros).toBeGreaterThan(0)
  })

  it('by lasso on columns at right angles is the soft threshold', () => {
    const orthogonal = { x: [1, 0, -1, 0, 0, 1, 0, -1], rows: 4, columns: 2, y: [3, -3, 0.2, -0.2] }
    const { coefficients } = fitLinear(orthogonal, { kind: 'lasso', alpha: 0.5, intercept: false })
    // X^T y = (6, 0.4), X^T X = 2, n alpha = 2.
    expect(coefficients[0]).toBeCloseTo((6 - 2) / 2, 9)
    expect(coefficients[1]).toBe(0)
  })

  it.each(['ols', 'ridge', 'lasso', 'elastic-net'] as const)(
    '%s takes a weight of two for a record that is there twice',
    (kind: LinearKind) => {
      const weights = y.map((_, i) => (i % 3 === 0 ? 2 : 1))
      const twice = weights.flatMap((weight, i) => new Array<number>(weight).fill(i))
      const repeated = {
        x: twice.flatMap((i) => x.slice(i * columns, (i + 1) * columns)),
        y: twice.map((i) => y[i]!),
        rows: twice.length,
        columns,
      }
      const a = fitLinear({ ...table, weights }, { kind, alpha: 0.1 })
      const b = fitLinear(repeated, { kind, alpha: 0.1 })
      for (const [j, value] of a.coefficients.entries()) expect(value).toBeCloseTo(b.coefficients[j]!, 6)
    },
  )

  it('gives the shortest coefficients where columns hang on each other', () => {
    const twins = {
      x: x.filter((_, i) => i % columns === 0).flatMap((value) => [value, value]),
      rows,
      columns: 2,
      y,
    }
    const { coefficients } = fitLinear(twins, { kind: 'ols' })
    const single = fitLinear(
      { ...twins, x: twins.x.filter((_, i) => i % 2 === 0), columns: 1 },
      { kind: 'ols' },
    )
    expect(coefficients[0]).toBeCloseTo(single.coefficients[0]! / 2, 8)
    expect(coefficients[1]).toBeCloseTo(single.coefficients[0]! / 2, 8)
  })

  it('says what is wrong with a table', () => {
    const wrong = (change: object, options: object = {}) =>
      expect(() => fitLinear({ ...table, ...change }, { kind: 'elastic-net', ...options })).toThrow(
        expect.objectContaining({ code: 'training-input' }),
      )
    wrong({ rows: 61 })
    wrong({ y: y.slice(1) })
    wrong({ x: [Number.NaN, ...x.slice(1)] })
    wrong({ weights: [1] })
    wrong({}, { alpha: -1 })
    wrong({}, { l1Ratio: 2 })
  })

  it('as an ONNX model says the same', async () => {
    const fit = fitLinear(table, { kind: 'ridge' })
    const { y: got } = await runOnce(linearModel(fit), { x: float32(x, [rows, columns]) })
    const first = fit.intercept + fit.coefficients.reduce((sum, w, j) => sum + w * x[j]!, 0)
    expect((got!.data as Float32Array)[0]).toBeCloseTo(first, 4)
  })
})

describe('logistic regression', () => {
  const three = Array.from({ length: rows }, (_, i) =>
    x[i * columns]! + draws.normal() > 1 ? 2 : x[i * columns + 1]! > 0.4 ? 1 : 0,
  )
  const two = three.map((label) => Math.min(label, 1))

  it.each([
    [2, two],
    [3, three],
  ])('of %d classes ends where the slope is zero', (classes, labels) => {
    const c = 0.7
    const fit = fitLogistic({ x, labels, rows, columns, classes }, { c })
    expect(fit.converged).toBe(true)
    expect(fit.iterations).toBeLessThan(15)
    const outputs = fit.intercepts.length
    const error = (i: number): number[] => {
      const z = Array.from(fit.intercepts, (b, k) =>
        truth.reduce((sum, _, j) => sum + fit.coefficients[k * columns + j]! * x[i * columns + j]!, b),
      )
      const all = classes === 2 ? [0, ...z] : z
      const total = all.reduce((sum, value) => sum + Math.exp(value), 0)
      const shares = all.map((value, k) => Math.exp(value) / total - (labels[i] === k ? 1 : 0))
      return classes === 2 ? shares.slice(1) : shares
    }
    const errors = Array.from({ length: rows }, (_, i) => error(i))
    for (let k = 0; k < outputs; k++) {
      expect(Math.abs(errors.reduce((sum, one) => sum + one[k]!, 0))).toBeLessThan(1e-5)
      for (let j = 0; j < columns; j++) {
        const slope = errors.reduce((sum, one, i) => sum + one[k]! * x[i * columns + j]!, 0)
        expect(c * slope + fit.coefficients[k * columns + j]!).toBeCloseTo(0, 5)
      }
    }
  })

  it('gives the logarithm of the odds where there is nothing else', () => {
    const labels = Array.from({ length: 10 }, (_, i) => (i < 3 ? 1 : 0))
    const fit = fitLogistic({ x: new Array(10).fill(0), labels, rows: 10, columns: 1, classes: 2 })
    expect(fit.intercepts[0]).toBeCloseTo(Math.log(3 / 7), 7)
  })

  it('says that it does not end where classes lie apart and nothing holds it', () => {
    const labels = Array.from({ length: 10 }, (_, i) => (i < 5 ? 0 : 1))
    const given = {
      x: labels.map((label, i) => label * 2 + i / 20),
      labels,
      rows: 10,
      columns: 1,
      classes: 2,
    }
    expect(fitLogistic(given, { c: Number.POSITIVE_INFINITY }).converged).toBe(false)
    expect(fitLogistic(given, { c: 1 }).converged).toBe(true)
  })

  it('refuses labels that are no class', () => {
    const given = { x, labels: two.map((label) => label + 1), rows, columns, classes: 2 }
    expect(() => fitLogistic(given)).toThrow(expect.objectContaining({ code: 'training-input' }))
  })

  it.each([2, 3])('of %d classes as an ONNX model says the same', async (classes) => {
    const fit = fitLogistic({ x, labels: classes === 2 ? two : three, rows, columns, classes })
    const { logits } = await runOnce(logisticModel(fit), { x: float32(x, [rows, columns]) })
    const of = (k: number) =>
      truth.reduce((sum, _, j) => sum + fit.coefficients[k * columns + j]! * x[j]!, fit.intercepts[k]!)
    const got = logits!.data as Float32Array
    const last = classes - 1
    expect(got[last]! - got[0]!).toBeCloseTo(classes === 2 ? of(0) : of(last) - of(0), 4)
  })
})
