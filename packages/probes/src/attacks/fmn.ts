// Fast minimum-norm attack (Pintor et al. 2021, arXiv:2102.12827): the shortest way to an adversarial point in L0, L1,
// L2 or Linf. A point climbs inside a ball around the clean sample, and the ball adapts: it shrinks by a factor 1 - gamma
// while the point is adversarial and grows by 1 + gamma while it is not, so that the point is led along the border to
// where that is closest. Until the first success the radius is where the border would be if the model were linear. Step
// and gamma fall by a cosine. Every step is one pass with a gradient, and says whether its own point counts.
//
// Three things are not as in the paper, since the ways found are shorter so. The first fifth of the steps climbs the
// cross-entropy, which weighs all classes; the margin, which follows, is bound to the class that happens to be next.
// Steps are measured in lengths of the closest perturbation so far, as a step that suits one model is far too long for
// another whose border is nearer. And a step is cut by the box before it is cut by the ball, so that no radius is lost.
import { type GradientModel, gatherRows, sizeOf, type Tensor } from '@failmode/core'
import type { AttackBatch, AttackResult, AttackRun } from './attack.ts'
import { project } from './ball.ts'
import { isBeyond } from './beyond.ts'
import { keepCloser, noneYet, resultOf } from './closest.ts'
import { keepLargest } from './keep-largest.ts'
import { type MinimumNorm, rowDistance } from './row-distance.ts'
import { towardClean } from './toward-clean.ts'

export interface FmnOptions extends AttackRun {
  readonly norm: MinimumNorm
  /** Passes with a gradient, the one at the start included; 100 in the paper, 1,000 where it is run to the end. */
  readonly steps?: number
  /**
   * L2 length of the first step, which falls to a hundredth of it, in lengths of the closest perturbation so far; in unit
   * space until there is one. 1 in the paper.
   */
  readonly stepSize?: number
  /** Share by which the radius changes at first; 0.05 in the paper. It falls to 0.001. */
  readonly gamma?: number
  /**
   * Points to start from, in the shape of the batch. From one that is adversarial the way back to the border is bisected
   * first; a sample whose point is not adversarial starts from the clean sample.
   */
  readonly start?: Tensor
}

const lastGamma = 0.001
const lastStepShare = 0.01
/** Share of the steps that climb the cross-entropy. */
const wideShare = 0.2
/** In L0 a change costs the same however large it is, and so it is taken further. */
const l0Stride = 3
/** Of the way from a given start back to the border. */
const halvings = 10

/** The result gives for each sample the closest adversarial point seen. */
export async function fmn(
  model: GradientModel,
  batch: AttackBatch,
  options: FmnOptions,
): Promise<AttackResult & { readonly zeroGradients: number }> {
  const { norm, steps = 100, stepSize = 1, gamma: firstGamma = 0.05 } = options
  const { x, labels, targets } = batch
  const count = x.dims[0] as number
  const size = sizeOf(x.dims.slice(1))
  const closest = noneYet(x)
  const point = x.data.slice()
  const spent = new Int32Array(count)
  if (options.start !== undefined) await startFrom(model, batch, options, options.start, point, spent)

  const all = Array.from({ length: count }, (_, i) => i)
  const farthest = Float64Array.from(all, (i) => farthestInBox(x.data, i, size, norm))
  const distances = Float64Array.from(all, (i) => rowDistance(point, i, x.data, { row: i, size, norm }))
  const radius = distances.slice()
  /** L2 length of the closest perturbation of a sample; 1 until there is one. */
  const scale = new Float64Array(count).fill(1)
  /** Samples whose cross-entropy gives no direction. */
  const saturated = new Set<number>()
  let zeroGradients = 0
  let active = all
  for (let step = 0; step < steps && active.length > 0; step++) {
    const cosine = (1 + Math.cos((Math.PI * step) / steps)) / 2
    const gamma = lastGamma + (firstGamma - lastGamma) * cosine
    const stepLength =
      stepSize * (lastStepShare + (1 - lastStepShare) * cosine) * (norm === 'l0' ? l0Stride : 1)
    const wide = step > 0 && step < wideShare * steps
    const byMargin = wide ? active.filter((i) => saturated.has(i)) : active
    const byEntropy = wide ? active.filter((i) => !saturated.has(i)) : []
    active = []
    for (const [rows, loss] of [
      [byMargin, targets === undefined ? 'margin' : 'targeted-margin'],
      [byEntropy, targets === undefined ? 'cross-entropy' : 'targeted-cross-entropy'],
    ] as const) {
      if (rows.length === 0) continue
      options.signal?.throwIfAborted()
      const pass = await model.gradient(gatherRows({ data: point, dims: x.dims }, rows), loss, {
        labels: Int32Array.from(rows, (i) => labels[i] as number),
        ...(targets === undefined ? {} : { targets: Int32Array.from(rows, (i) => targets[i] as number) }),
      })
      const beyond = isBeyond(pass.scores, batch, rows)
      for (const [row, i] of rows.entries()) {
        const fooled = beyond[row] as boolean
        const distance = distances[i] as number
        spent[i] = (spent[i] as number) + 1
        if (
          fooled &&
          keepCloser(closest, i, { candidates: point, row: i, distance, spent: spent[i] as number })
        )
          scale[i] = rowDistance(point, i, x.data, { row: i, size, norm: 'l2' })
        const slope = slopes(pass.gradient, row, size)
        if (slope.l2 === 0 && !fooled) {
          // The point would stay where it is for ever.
          if (rows === byMargin) {
            if (step === 0) zeroGradients++
            continue
          }
          saturated.add(i)
        }
        active.push(i)
        if (step === steps - 1 || (slope.l2 === 0 && !fooled)) continue
        const next = nextRadius(norm, {
          radius: radius[i] as number,
          gamma,
          fooled,
          closest: closest.distances[i] as number,
          border:
            rows === byMargin ? distance + Math.abs(pass.loss[row] as number) / dualOf(slope, norm) : null,
        })
        radius[i] = Math.min(next, farthest[i] as number)
        const length = slope.l2 === 0 ? 0 : (stepLength * (scale[i] as number)) / slope.l2
        climb(point, i, pass.gradient, row, { size, length, box: norm !== 'l1' })
        if (norm === 'l0') keepLargest(point, x.data, i, size, radius[i] as number)
        else project(point, x.data, i, size, { norm, eps: radius[i] as number })
        distances[i] = rowDistance(point, i, x.data, { row: i, size, norm })
      }
    }
    options.progress?.((step + 1) / steps)
  }
  return {
    ...resultOf(closest, point, x.dims),
    zeroGradients: count === 0 ? 0 : zeroGradients / count,
  }
}

/** Algorithm 1, line 7 to 10, and for L0 the same in whole numbers that change by 1 at least. */
function nextRadius(
  norm: MinimumNorm,
  {
    radius,
    gamma,
    fooled,
    closest,
    border,
  }: {
    readonly radius: number
    readonly gamma: number
    readonly fooled: boolean
    /** Infinity where there is none yet. */
    readonly closest: number
    /** How far away the border would be if the model were linear, where that is known. */
    readonly border: number | null
  },
): number {
  if (norm === 'l0') {
    return fooled
      ? Math.max(1, Math.min(radius - 1, Math.floor(radius * (1 - gamma)), closest))
      : Math.max(radius + 1, Math.floor(radius * (1 + gamma)))
  }
  if (fooled) return Math.min(radius * (1 - gamma), closest)
  if (border !== null && closest === Number.POSITIVE_INFINITY) return border
  return radius * (1 + gamma)
}

/** Puts samples whose start is adversarial on the border between it and the clean sample. */
async function startFrom(
  model: GradientModel,
  batch: AttackBatch,
  { norm, signal }: FmnOptions,
  start: Tensor,
  point: Float32Array,
  spent: Int32Array,
): Promise<void> {
  const size = sizeOf(start.dims.slice(1))
  const all = Array.from(spent.keys())
  const beyond = isBeyond(await model.scores(start), batch, all)
  const active = all.filter((i) => beyond[i])
  spent.fill(1)
  for (const i of active) {
    point.set(start.data.subarray(i * size, (i + 1) * size), i * size)
    spent[i] = 1 + halvings
  }
  await towardClean(model, batch, point, active, { norm, halvings, signal })
}

/** Distance from a row to the corner of the box that is farthest away. */
function farthestInBox(x: Float32Array, row: number, size: number, norm: MinimumNorm): number {
  if (norm === 'l0') return size
  let largest = 0
  let sum = 0
  let squares = 0
  for (let i = row * size; i < (row + 1) * size; i++) {
    const room = Math.max(x[i] as number, 1 - (x[i] as number))
    largest = Math.max(largest, room)
    sum += room
    squares += room * room
  }
  return norm === 'linf' ? largest : norm === 'l1' ? sum : Math.sqrt(squares)
}

interface Slopes {
  readonly l1: number
  readonly l2: number
  readonly linf: number
}

function slopes(gradient: Float32Array, row: number, size: number): Slopes {
  let l1 = 0
  let squares = 0
  let linf = 0
  for (let i = row * size; i < (row + 1) * size; i++) {
    const g = Math.abs(gradient[i] as number)
    l1 += g
    squares += g * g
    linf = Math.max(linf, g)
  }
  return { l1, l2: Math.sqrt(squares), linf }
}

/** How fast a linear function with these slopes changes with distance in `norm`. */
function dualOf(slope: Slopes, norm: MinimumNorm): number {
  return norm === 'linf' ? slope.l1 : norm === 'l1' ? slope.linf : slope.l2
}

/** Moves along the gradient; to the face of the box at most, unless the projection that follows sees to that itself. */
function climb(
  point: Float32Array,
  i: number,
  gradient: Float32Array,
  row: number,
  { size, length, box }: { readonly size: number; readonly length: number; readonly box: boolean },
): void {
  const shift = (row - i) * size
  if (!box) {
    for (let j = i * size; j < (i + 1) * size; j++)
      point[j] = (point[j] as number) + length * (gradient[j + shift] as number)
    return
  }
  for (let j = i * size; j < (i + 1) * size; j++) {
    const moved = (point[j] as number) + length * (gradient[j + shift] as number)
    point[j] = Math.min(1, Math.max(0, moved))
  }
}
