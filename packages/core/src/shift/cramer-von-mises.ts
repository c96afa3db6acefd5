// The two-sample test of Cramer and von Mises: the squared distance between two empirical distributions, summed over
// the pooled sample. It sees a small difference everywhere better than the largest distance does.
import { logGamma } from '../statistics/special.ts'

export interface CramerVonMises {
  /** Anderson's T: 0 for samples that interleave evenly. */
  readonly statistic: number
  readonly pValue: number
}

/**
 * T = U / (m n (m+n)) - (4 m n - 1) / (6 (m+n)), with U from the ranks, ties at their mean rank; its p-value from the
 * limiting distribution after T is given that distribution's mean and variance (Anderson, "On the Distribution of the
 * Two-Sample Cramer-von Mises Criterion", Ann. Math. Stat. 33, 1962, eqs. 10 to 15).
 * @throws RangeError when a sample has fewer than two values
 */
export function cramerVonMises(reference: ArrayLike<number>, current: ArrayLike<number>): CramerVonMises {
  const [m, n] = [reference.length, current.length]
  if (m < 2 || n < 2) throw new RangeError('each sample needs two values')
  const total = m + n
  const pooled = [
    ...Array.from(reference, (value) => ({ value, own: 0 })),
    ...Array.from(current, (value) => ({ value, own: 1 })),
  ].sort((a, b) => a.value - b.value)
  const seen = [0, 0]
  let u = 0
  for (let from = 0; from < total; ) {
    let to = from
    while (to < total && pooled[to]!.value === pooled[from]!.value) to++
    const rank = (from + 1 + to) / 2
    for (let i = from; i < to; i++) {
      const { own } = pooled[i]!
      seen[own]! += 1
      u += (own === 0 ? m : n) * (rank - seen[own]!) ** 2
    }
    from = to
  }
  const statistic = u / (m * n * total) - (4 * m * n - 1) / (6 * total)
  const expected = (1 + 1 / total) / 6
  const variance =
    ((total + 1) * (4 * m * n * total - 3 * (m * m + n * n) - 2 * m * n)) / (45 * total * total * 4 * m * n)
  const scaled = 1 / 6 + (statistic - expected) / Math.sqrt(45 * variance)
  return { statistic, pValue: Math.min(1, Math.max(0, 1 - limit(scaled))) }
}

/** The limiting distribution function (Anderson and Darling, Ann. Math. Stat. 23, 1952, eq. 4.35). */
function limit(x: number): number {
  if (x < 0.003) return 0
  let sum = 0
  for (let k = 0; k < 20; k++) {
    const z = (4 * k + 1) ** 2 / (16 * x)
    const factor = Math.exp(logGamma(k + 0.5) - logGamma(k + 1)) / (Math.PI ** 1.5 * Math.sqrt(x))
    const term = factor * Math.sqrt(4 * k + 1) * scaledBessel(z)
    sum += term
    if (term < 1e-14 * sum) break
  }
  return sum
}

/** exp(-z) K_{1/4}(z), by the trapezoidal rule on K_v(z) = int_0^inf exp(-z cosh t) cosh(v t) dt. */
function scaledBessel(z: number): number {
  const step = 1 / 64
  let sum = 0.5 * Math.exp(-2 * z)
  for (let i = 1; ; i++) {
    const t = i * step
    const term = Math.exp(-z * (1 + Math.cosh(t))) * Math.cosh(t / 4)
    sum += term
    if (term <= 1e-17 * sum || term === 0) return sum * step
  }
}
