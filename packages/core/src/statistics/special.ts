// The special functions under our intervals and tests, in double precision: relative errors stay below 1e-12, and
// below 1e-10 for the beta function with parameters near a million; the tests beside this file hold them against
// values of 50 digits. The single packages of @stdlib have them too, but five functions would bring some forty
// transitive packages. Everything rests on one quantity, `stirlingError`: writing the densities of the beta and gamma
// distributions with it keeps terms of size n log n from cancelling (Loader, "Fast and Accurate Computation of
// Binomial Probabilities", 2000).

const halfLog2Pi = 0.5 * Math.log(2 * Math.PI)
const tiny = 1e-300
const epsilon = 2 ** -53

/** B(2k) / (2k (2k-1)) for k = 1..8, the coefficients of Stirling's series (DLMF 5.11.1). */
const stirlingSeries = [
  1 / 12,
  -1 / 360,
  1 / 1260,
  -1 / 1680,
  1 / 1188,
  -691 / 360360,
  1 / 156,
  -3617 / 122400,
] as const

/** What Stirling's formula lacks: log Gamma(x) - ((x - 1/2) log x - x + log(2 pi) / 2), for x > 0. */
function stirlingError(x: number): number {
  // Below 12 the series is too short; the recurrence Gamma(x+1) = x Gamma(x) leads there.
  let below = 0
  let y = x
  for (; y < 12; y++) below += (y + 0.5) * Math.log1p(1 / y) - 1
  const square = 1 / (y * y)
  return below + stirlingSeries.reduceRight((sum, c) => sum * square + c, 0) / y
}

/** log Gamma(x) for x > 0. NaN for other x. */
export function logGamma(x: number): number {
  if (!(x > 0)) return Number.NaN
  return (x - 0.5) * Math.log(x) - x + halfLog2Pi + stirlingError(x)
}

/** x^a e^-x / Gamma(a), for a, x > 0. */
function gammaKernel(a: number, x: number): number {
  const u = (x - a) / a
  // log1p would lose the relative accuracy of a small x.
  const log = x < a / 2 ? Math.log(x / a) : Math.log1p(u)
  return Math.sqrt(a / (2 * Math.PI)) * Math.exp(a * (log - u) - stirlingError(a))
}

/** The lower regularised incomplete gamma function P(a,x), a > 0, x >= 0 (DLMF 8.2.4). */
export function regularisedGammaP(a: number, x: number): number {
  if (!(a > 0 && x >= 0)) return Number.NaN
  if (x === 0) return 0
  if (x === Number.POSITIVE_INFINITY) return 1
  return x < a + 1 ? gammaSeries(a, x) : 1 - gammaFraction(a, x)
}

/** The upper regularised incomplete gamma function Q(a,x) = 1 - P(a,x), accurate where it is small. */
export function regularisedGammaQ(a: number, x: number): number {
  if (!(a > 0 && x >= 0)) return Number.NaN
  if (x === 0) return 1
  if (x === Number.POSITIVE_INFINITY) return 0
  return x < a + 1 ? 1 - gammaSeries(a, x) : gammaFraction(a, x)
}

/** P(a,x) by its power series (DLMF 8.11.4), which converges fast for x < a + 1. */
function gammaSeries(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let n = a + 1; term > sum * epsilon; n++) {
    term *= x / n
    sum += term
  }
  return gammaKernel(a, x) * sum
}

/** Q(a,x) by the even part of its continued fraction (DLMF 8.9.2), which converges fast for x > a + 1. */
function gammaFraction(a: number, x: number): number {
  const fraction = continuedFraction(x + 1 - a, (i) => [-i * (i - a), x + 2 * i + 1 - a])
  return gammaKernel(a, x) / fraction
}

/**
 * b0 + a1/(b1 + a2/(b2 + ...)) by the method of Lentz as modified by Thompson and Barnett, "Coulomb and Bessel
 * functions of complex arguments and order", J. Comput. Phys. 64, 1986. `terms(i)` gives [a_i, b_i].
 */
function continuedFraction(b0: number, terms: (i: number) => readonly [number, number]): number {
  let value = b0 || tiny
  let c = value
  let d = 0
  for (let i = 1; i < 10_000_000; i++) {
    const [a, b] = terms(i)
    d = 1 / (b + a * d || tiny)
    c = b + a / c || tiny
    value *= c * d
    if (Math.abs(c * d - 1) <= 2 * epsilon) return value
  }
  throw new RangeError('a continued fraction did not converge; its parameters are too large')
}

/** The complementary error function, accurate where it is small. */
export function erfc(x: number): number {
  return x < 0 ? 2 - erfc(-x) : regularisedGammaQ(0.5, x * x)
}

/** P(Z <= z) for a standard normal Z; the lower tail keeps its relative accuracy. */
export function normalCdf(z: number): number {
  return 0.5 * erfc(-z / Math.SQRT2)
}

/** P(X <= x) for X of the chi-square distribution with `degrees` degrees of freedom. */
export function chiSquareCdf(x: number, degrees: number): number {
  return x <= 0 ? 0 : regularisedGammaP(degrees / 2, x / 2)
}

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduceRight((sum, c) => sum * x + c, 0)

/** Numerators and denominators of Wichura's three regions, constant term first, rounded to doubles. */
const quantileRegions = {
  centre: [
    [
      3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
      67265.7709270087, 33430.57558358813, 2509.0809287301227,
    ],
    [
      1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
      28729.085735721943, 5226.495278852854,
    ],
  ],
  shoulder: [
    [
      1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
      0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
    ],
    [
      1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
      0.0005475938084995345, 1.0507500716444169e-9,
    ],
  ],
  tail: [
    [
      6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
      0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
    ],
    [
      1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
      1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
    ],
  ],
} as const

/**
 * The z below which a standard normal falls with probability p; infinite at 0 and 1, NaN outside. Algorithm AS 241,
 * PPND16 (Wichura, Appl. Statist. 37(3), 1988), relative error about 1e-16.
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN
  const q = p - 0.5
  const evaluate = (region: keyof typeof quantileRegions, x: number): number =>
    polynomial(quantileRegions[region][0], x) / polynomial(quantileRegions[region][1], x)
  if (Math.abs(q) <= 0.425) return q * evaluate('centre', 0.180625 - q * q)
  const nearer = Math.min(p, 1 - p)
  if (nearer === 0) return q < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  const r = Math.sqrt(-Math.log(nearer))
  return Math.sign(q) * (r <= 5 ? evaluate('shoulder', r - 1.6) : evaluate('tail', r - 5))
}

/** x^a y^b / B(a,b) for y = 1 - x, which is passed apart because it may be too near 1 to be subtracted. */
function betaKernel(x: number, y: number, a: number, b: number): number {
  const sum = a + b
  const [meanX, meanY] = [a / sum, b / sum]
  // Distances from the means, at which the terms linear in them cancel on paper. Both are the same but for the sign,
  // and the smaller of x and y knows it best.
  const distance = x < y ? x - meanX : meanY - y
  const logRatio = (value: number, mean: number, from: number): number =>
    value < mean / 2 ? Math.log(value / mean) : Math.log1p(from / mean)
  const exponent = a * logRatio(x, meanX, distance) + b * logRatio(y, meanY, -distance)
  const correction = stirlingError(sum) - stirlingError(a) - stirlingError(b)
  return Math.sqrt(meanX * (b / (2 * Math.PI))) * Math.exp(exponent + correction)
}

/** I_x(a,b) by its continued fraction (DLMF 8.17.22), which converges fast for x < (a+1)/(a+b+2). */
function betaFraction(x: number, y: number, a: number, b: number): number {
  const fraction = continuedFraction(1, (i) => {
    const m = i >> 1
    const c =
      i % 2 === 0
        ? (m * (b - m) * x) / ((a + i - 1) * (a + i))
        : (-(a + m) * (a + b + m) * x) / ((a + i - 1) * (a + i))
    return [c, 1]
  })
  return betaKernel(x, y, a, b) / (a * fraction)
}

/** The regularised incomplete beta function I_x(a,b), a, b > 0, x in [0,1]; NaN outside (DLMF 8.17.2). */
export function regularisedBeta(x: number, a: number, b: number): number {
  return betaAt(x, 1 - x, a, b)
}

function betaAt(x: number, y: number, a: number, b: number): number {
  if (!(x >= 0 && y >= 0 && a > 0 && b > 0)) return Number.NaN
  if (x === 0) return 0
  if (y === 0) return 1
  return x < (a + 1) / (a + b + 2) ? betaFraction(x, y, a, b) : 1 - betaFraction(y, x, b, a)
}

/** The x in [0,1] with I_x(a,b) = p: the p-quantile of the beta distribution. NaN where that has no meaning. */
export function inverseRegularisedBeta(p: number, a: number, b: number): number {
  if (!(p >= 0 && p <= 1 && a > 0 && b > 0)) return Number.NaN
  if (p === 0 || p === 1) return p
  // The smaller tail is the one that a double knows better.
  return p <= 0.5 ? 1 / (1 + Math.exp(-betaLogit(p, a, b))) : 1 / (1 + Math.exp(betaLogit(1 - p, b, a)))
}

/**
 * log(x / (1-x)) at the p-quantile: by Newton's method on log I_x, which is nearly straight in the logit where x is
 * small, and by bisection whenever a step would leave the bracket.
 */
function betaLogit(p: number, a: number, b: number): number {
  let low = -745
  let high = 745
  let t = Math.log(a / b)
  for (let i = 0; i < 200; i++) {
    const x = 1 / (1 + Math.exp(-t))
    const y = 1 / (1 + Math.exp(t))
    const value = betaAt(x, y, a, b)
    if (value < p) low = t
    else high = t
    // dI/dx = x^(a-1) y^(b-1) / B and dx/dt = x y.
    const newton = t + (Math.log(p / value) * value) / betaKernel(x, y, a, b)
    if (Math.abs(newton - t) <= 4 * epsilon * Math.max(1, Math.abs(t))) return newton
    t = newton > low && newton < high ? newton : (low + high) / 2
  }
  return t
}

/** P(X = k) for X binomial of n trials with chance p; 0 for a k that cannot happen. */
export function binomialProbability(k: number, n: number, p: number): number {
  if (k < 0 || k > n) return 0
  if (k === 0) return Math.exp(n * Math.log1p(-p))
  if (k === n) return p ** n
  // C(n,k) p^k q^(n-k) = p^k q^(n-k) / B(k, n-k) * n / (k (n-k)).
  return (betaKernel(p, 1 - p, k, n - k) * n) / (k * (n - k))
}

/** P(X <= k) for X binomial of n trials with chance p (DLMF 8.17.5). */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0
  return k >= n ? 1 : betaAt(1 - p, p, n - k, k + 1)
}
