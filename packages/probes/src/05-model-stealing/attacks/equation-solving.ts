// Each probability is an equation in the weights of a logistic or softmax model (Tramèr et al. 2016, section 4.1): the logarithm of
// the ratio of two of them is linear in the row. So d + 1 rows of d features and any number of classes give the model, up
// to what no answer depends on: weights are differences to those of class 0.
import { createRandom, leastSquares } from '@failmode/core'
import { openLedger, type Service } from './service.ts'

export interface SolvedModel {
  /** [classes][features], differences to class 0, whose row is 0. */
  readonly weights: readonly Float64Array[]
  /** [classes] */
  readonly bias: Float64Array
  readonly queries: number
  /** Rows whose answer held a probability of 0, which is no equation. */
  readonly unusable: number
  /** Whether there were equations enough. */
  readonly determined: boolean
  /** Largest distance of a logarithm from what the solved model says; near 0 when the model is of this kind. */
  readonly residual: number
  predict(row: ArrayLike<number>): Float64Array
}

export interface EquationOptions {
  readonly features: number
  readonly classes: number
  readonly seed: number
  /** Rows asked for; d + 1 unless said. More average out what rounding adds. */
  readonly rows?: number
  readonly maxQueries?: number
  readonly signal?: AbortSignal
}

/** Rounds in which rows are drawn closer to the surest usable one where answers are saturated. */
const rounds = 12

/**
 * @param service probabilities of all classes, or the two of a binary model, for rows in unit space
 */
export async function solveEquations(
  service: Service<ArrayLike<number>>,
  { features, classes, seed, rows: wanted = features + 1, maxQueries, signal }: EquationOptions,
): Promise<SolvedModel> {
  const random = createRandom(seed, ['model-stealing', 'equations'])
  const ledger = openLedger(service, {
    ...(maxQueries === undefined ? {} : { limit: maxQueries }),
    ...(signal === undefined ? {} : { signal }),
  })
  const usable: { row: Float64Array; logs: Float64Array }[] = []
  let unusable = 0
  // Rows on corners are as far apart as rows can be; where answers there are certain, closer ones have to do.
  let spread = 0.5
  const centre = new Float64Array(features).fill(0.5)
  for (let round = 0; round < rounds && usable.length < wanted; round++) {
    const count = wanted - usable.length
    const room = maxQueries === undefined ? count : Math.min(count, maxQueries - ledger.queries())
    if (room <= 0) break
    const draw = random.split(round)
    const rows = Array.from({ length: room }, (_, i) => {
      const own = draw.split(i)
      return Float64Array.from(centre, (c) =>
        Math.min(1, Math.max(0, c + spread * own.sign() * (0.5 + own.uniform() / 2))),
      )
    })
    const answers = await ledger.ask(rows)
    for (const [i, answer] of answers.entries()) {
      const logs = Float64Array.from({ length: classes }, (_, k) => Math.log(answer[k]!))
      if (logs.every(Number.isFinite)) usable.push({ row: rows[i]!, logs })
      else unusable++
    }
    spread /= 2
  }
  const columns = features + 1
  const a = new Float64Array(usable.length * columns)
  const b = new Float64Array(usable.length * (classes - 1))
  for (const [r, { row, logs }] of usable.entries()) {
    a.set(row, r * columns)
    a[r * columns + features] = 1
    for (let k = 1; k < classes; k++) b[r * (classes - 1) + k - 1] = logs[k]! - logs[0]!
  }
  const { x, rank } = leastSquares(a, b, { rows: usable.length, columns, targets: classes - 1 })
  const weights = Array.from({ length: classes }, (_, k) =>
    Float64Array.from({ length: features }, (_, f) => (k === 0 ? 0 : x[f * (classes - 1) + k - 1]!)),
  )
  const bias = Float64Array.from({ length: classes }, (_, k) =>
    k === 0 ? 0 : x[features * (classes - 1) + k - 1]!,
  )
  const scoresOf = (row: ArrayLike<number>): Float64Array =>
    Float64Array.from(bias, (value, k) => {
      let sum = value
      const own = weights[k]!
      for (let f = 0; f < features; f++) sum += own[f]! * row[f]!
      return sum
    })
  let residual = 0
  for (const { row, logs } of usable) {
    const scores = scoresOf(row)
    for (let k = 1; k < classes; k++)
      residual = Math.max(residual, Math.abs(scores[k]! - (logs[k]! - logs[0]!)))
  }
  return {
    weights,
    bias,
    queries: ledger.queries(),
    unusable,
    determined: rank === columns,
    residual,
    predict(row) {
      const scores = scoresOf(row)
      const top = scores.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
      const shares = scores.map((value) => Math.exp(value - top))
      const sum = shares.reduce((total, value) => total + value, 0)
      return shares.map((value) => value / sum)
    },
  }
}
