// Carlini and Wagner's L2 attack (2017, arXiv:1608.04644): Adam on |x' - x|^2 + c max(kappa - margin, 0), where the
// variable is not x' but w with x' = (tanh w + 1) / 2, so that no step leaves the box. The smallest c that leads to
// success is found by bisection, one round of Adam for each c. Every sample has its own c, its own Adam and its own clock:
// one that stops early begins its next round at once, beside others that are in the middle of theirs, so the batch stays
// full and a sample's result does not depend on its neighbours.
import { type GradientModel, gatherRows, sizeOf } from '@failmode/core'
import type { AttackBatch, AttackResult, AttackRun } from './attack.ts'
import { isBeyond } from './beyond.ts'
import { keepCloser, noneYet, resultOf } from './closest.ts'
import { isZeroRow } from './zero-row.ts'

export interface CarliniWagnerOptions extends AttackRun {
  /** Steps of Adam in a round at most; 10,000 in the authors' code, and 1,000 is seldom worse. */
  readonly steps?: number
  /** Values of c that are tried; 9 in the authors' code. */
  readonly rounds?: number
  /** Of Adam, in units of w; 0.01 in the authors' code. */
  readonly learningRate?: number
  /** First c, times 10 until the first success; 0.001 in the authors' code. */
  readonly firstConstant?: number
  /** The margin that a point needs to count, in logits; 0 in the authors' code. */
  readonly confidence?: number
  /**
   * A round whose loss has not fallen by a ten-thousandth over a tenth of the steps goes on with a tenth of the rate, and
   * ends when that happens for the third time. Without, it takes all its steps at one rate.
   */
  readonly abortEarly?: boolean
}

// Adam's usual constants.
const beta1 = 0.9
const beta2 = 0.999
const epsilon = 1e-8

/**
 * At one rate the search swings across the border, by more than the way is long where that is short. So before a round
 * ends it settles at lower rates.
 */
const mostPlateaus = 2

/** Clean samples are drawn this much towards the middle of the box, on whose faces w is infinite. */
const inset = 1e-6

/** The result gives for each sample the closest point seen whose margin is at least `confidence`. */
export async function carliniWagner(
  model: GradientModel,
  batch: AttackBatch,
  options: CarliniWagnerOptions,
): Promise<AttackResult & { readonly zeroGradients: number }> {
  const { steps = 10_000, rounds = 9, learningRate = 0.01, confidence = 0, abortEarly = true } = options
  const { x, labels, targets } = batch
  const count = x.dims[0] as number
  const size = sizeOf(x.dims.slice(1))
  const loss = targets === undefined ? 'margin' : 'targeted-margin'
  const closest = noneYet(x)
  const spent = new Int32Array(count)
  const state: Descent = {
    clean: x.data,
    point: new Float32Array(x.data.length),
    odds: new Float32Array(x.data.length),
    mean: new Float32Array(x.data.length),
    variance: new Float32Array(x.data.length),
    size,
  }
  const squares = Float64Array.from({ length: count }, (_, i) => restart(state, i))
  const searches = Array.from(
    { length: count },
    (): Search => ({
      constant: options.firstConstant ?? 1e-3,
      low: 0,
      high: Number.POSITIVE_INFINITY,
      round: 0,
      step: 0,
      found: false,
      plateaus: 0,
      lowest: Number.POSITIVE_INFINITY,
      lowestBefore: Number.POSITIVE_INFINITY,
    }),
  )
  const window = Math.ceil(steps / 10)
  let zeroGradients = 0
  let finished = 0
  let active = steps > 0 && rounds > 0 ? Array.from({ length: count }, (_, i) => i) : []
  while (active.length > 0) {
    options.signal?.throwIfAborted()
    const pass = await model.gradient(gatherRows({ data: state.point, dims: x.dims }, active), loss, {
      labels: Int32Array.from(active, (i) => labels[i] as number),
      ...(targets === undefined ? {} : { targets: Int32Array.from(active, (i) => targets[i] as number) }),
    })
    const beyond = isBeyond(pass.scores, batch, active)
    const left: number[] = []
    for (const [row, i] of active.entries()) {
      const search = searches[i] as Search
      spent[i] = (spent[i] as number) + 1
      if (spent[i] === 1 && isZeroRow(pass.gradient, row, size)) zeroGradients++
      const margin = pass.loss[row] as number
      const square = squares[i] as number
      if (beyond[row] && margin >= confidence) {
        // The first steps of Adam are as long with any c, and may cross a near border that this c would not.
        search.found ||= search.step >= window
        keepCloser(closest, i, {
          candidates: state.point,
          row: i,
          distance: Math.sqrt(square),
          spent: spent[i] as number,
        })
      }
      const short = Math.max(confidence - margin, 0)
      search.lowest = Math.min(search.lowest, square + search.constant * short)
      search.step++
      let over = search.step === steps
      if (abortEarly && search.step % window === 0) {
        if (search.lowest > 0.9999 * search.lowestBefore) search.plateaus++
        over ||= search.plateaus > mostPlateaus
        search.lowestBefore = search.lowest
      }
      if (!over) {
        const weight = short > 0 ? search.constant : 0
        squares[i] = descend(state, i, {
          gradient: pass.gradient,
          row,
          weight,
          step: search.step,
          learningRate: learningRate * 0.1 ** search.plateaus,
        })
        left.push(i)
        continue
      }
      finished++
      if (search.round + 1 === rounds) continue
      nextRound(search)
      squares[i] = restart(state, i)
      left.push(i)
    }
    if (left.length < active.length || finished > 0) options.progress?.(finished / (count * rounds))
    active = left
  }
  return {
    ...resultOf(closest, state.point, x.dims),
    zeroGradients: count === 0 ? 0 : zeroGradients / count,
  }
}

/** Where a sample is in its search for the smallest c. */
interface Search {
  constant: number
  low: number
  high: number
  round: number
  step: number
  /** Whether this round met a point that counts, after its first tenth. */
  found: boolean
  /** How often the loss has stopped falling in this round. */
  plateaus: number
  /** Smallest loss of this round, now and a tenth of the steps ago. */
  lowest: number
  lowestBefore: number
}

function nextRound(search: Search): void {
  if (search.found) search.high = search.constant
  else search.low = search.constant
  search.constant =
    search.high === Number.POSITIVE_INFINITY ? search.constant * 10 : (search.low + search.high) / 2
  search.round++
  search.step = 0
  search.found = false
  search.plateaus = 0
  search.lowest = Number.POSITIVE_INFINITY
  search.lowestBefore = Number.POSITIVE_INFINITY
}

interface Descent {
  readonly clean: Float32Array
  readonly point: Float32Array
  /**
   * exp(2 w), which is x' / (1 - x'): a step of w multiplies it, so neither tanh nor its inverse is ever computed, and it
   * is as exact at the faces of the box as in the middle.
   */
  readonly odds: Float32Array
  readonly mean: Float32Array
  readonly variance: Float32Array
  readonly size: number
}

/** Puts row `i` at its clean sample, and gives the squared distance that the inset leaves. */
function restart({ clean, point, odds, mean, variance, size }: Descent, i: number): number {
  let sum = 0
  for (let j = i * size; j < (i + 1) * size; j++) {
    const x = clean[j] as number
    const inside = x + inset * (0.5 - x)
    point[j] = inside
    odds[j] = inside / (1 - inside)
    mean[j] = 0
    variance[j] = 0
    sum += ((point[j] as number) - x) ** 2
  }
  return sum
}

/** One step of Adam on row `i`; gives the squared distance to the clean sample after it. */
function descend(
  { clean, point, odds, mean, variance, size }: Descent,
  i: number,
  {
    gradient,
    row,
    weight,
    step,
    learningRate,
  }: {
    readonly gradient: Float32Array
    readonly row: number
    /** Of the margin, whose gradient is given; 0 where the margin is large enough. */
    readonly weight: number
    readonly step: number
    readonly learningRate: number
  },
): number {
  const rate = (2 * learningRate) / (1 - beta1 ** step)
  const spread = 1 / Math.sqrt(1 - beta2 ** step)
  const shift = (row - i) * size
  let sum = 0
  for (let j = i * size; j < (i + 1) * size; j++) {
    const before = odds[j] as number
    const x = clean[j] as number
    const rest = 1 / (1 + before)
    const inside = before * rest
    // dx'/dw = 2 x' (1 - x')
    const slope = (2 * (inside - x) - weight * (gradient[j + shift] as number)) * 2 * inside * rest
    const m = beta1 * (mean[j] as number) + (1 - beta1) * slope
    const v = beta2 * (variance[j] as number) + (1 - beta2) * slope * slope
    mean[j] = m
    variance[j] = v
    const move = (-rate * m) / (Math.sqrt(v) * spread + epsilon)
    const after = Math.min(1e12, Math.max(1e-12, before * exponential(move)))
    odds[j] = after
    const moved = Math.fround(after / (1 + after))
    point[j] = moved
    sum += (moved - x) ** 2
  }
  return sum
}

/** exp(t) for the small steps of Adam: Pade's approximant of order [2/2], exact to t^5 / 720. */
function exponential(t: number): number {
  const even = 12 + t * t
  return (even + 6 * t) / (even - 6 * t)
}
