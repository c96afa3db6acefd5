// DeepFool (Moosavi-Dezfooli et al. 2016, arXiv:1511.04599): takes the model for linear where the point stands, goes
// straight to the nearest border with another class, and starts again from there until the class has changed. Steps add
// up, and a point is tried a little beyond where they lead. That last stretch, and whatever the last step went too far, is
// taken back by a few halvings between the clean sample and the point, which cost no gradient.
import { type GradientModel, gatherRows, type Scores, sizeOf } from '@failmode/core'
import type { AttackBatch, AttackResult, AttackRun } from './attack.ts'
import { isBeyond } from './beyond.ts'
import { keepCloser, noneYet, resultOf } from './closest.ts'
import { rowDistance } from './row-distance.ts'
import { towardClean } from './toward-clean.ts'

export interface DeepfoolOptions extends AttackRun {
  readonly norm: 'l2' | 'linf'
  /** 50 in the paper. */
  readonly steps?: number
  /** How much further than the steps lead a point is tried; 0.02 in the paper. */
  readonly overshoot?: number
  /**
   * How many classes are looked at, the true one included: those with the highest scores at the clean sample; 10 in the
   * paper. Where there is a target, it is the only one.
   */
  readonly candidates?: number
}

/** Added to the length of every step, as in the authors' code: a point on the border itself has to leave it. */
const leastStep = 1e-4
const halvings = 10
/** Numbers in one call for gradients at most. */
const callSize = 2 ** 24

/** The result gives for each sample the closest point seen. A query is a pass, with a gradient or without. */
export async function deepfool(
  model: GradientModel,
  batch: AttackBatch,
  options: DeepfoolOptions,
): Promise<AttackResult & { readonly zeroGradients: number }> {
  const { norm, steps = 50, overshoot = 0.02, candidates = 10, signal } = options
  const { x, labels, targets } = batch
  const count = x.dims[0] as number
  const size = sizeOf(x.dims.slice(1))
  const closest = noneYet(x)
  const spent = new Int32Array(count)
  /** Where the steps have led, and where that was tried. */
  const point = x.data.slice()
  const tried = x.data.slice()
  /** Classes whose borders a sample looks at. */
  const rivals: number[][] = new Array(count)
  let zeroGradients = 0
  let active = Array.from({ length: count }, (_, i) => i)
  for (let step = 0; step <= steps && active.length > 0; step++) {
    signal?.throwIfAborted()
    const scores = await model.scores(gatherRows({ data: tried, dims: x.dims }, active))
    const beyond = isBeyond(scores, batch, active)
    const from = new Int32Array(count)
    const left: number[] = []
    for (const [row, i] of active.entries()) {
      spent[i] = (spent[i] as number) + 1
      if (beyond[row]) {
        const distance = rowDistance(tried, i, x.data, { row: i, size, norm })
        keepCloser(closest, i, { candidates: tried, row: i, distance, spent: spent[i] as number })
        continue
      }
      const target = targets?.[i]
      if (step === 0)
        rivals[i] = target === undefined ? best(scores, row, labels[i] as number, candidates - 1) : [target]
      // Towards a target the border in the way is the one with whatever class is best now.
      from[i] = target === undefined ? (labels[i] as number) : (best(scores, row, target, 1)[0] as number)
      left.push(i)
    }
    if (step === steps) break
    const most = Math.max(1, Math.floor(callSize / (size * Math.max(candidates - 1, 1))))
    const moved: number[] = []
    for (let start = 0; start < left.length; start += most) {
      const group = left.slice(start, start + most)
      const pairs = group.flatMap((i) => (rivals[i] as number[]).map((rival) => ({ i, rival })))
      const pass = await model.gradient(
        gatherRows(
          { data: point, dims: x.dims },
          pairs.map(({ i }) => i),
        ),
        'class-difference',
        {
          labels: Int32Array.from(pairs, ({ i }) => from[i] as number),
          targets: Int32Array.from(pairs, ({ rival }) => rival),
        },
      )
      let row = 0
      for (const i of group) {
        const last = row + (rivals[i] as number[]).length
        spent[i] = (spent[i] as number) + last - row
        let nearest = { row: -1, distance: Number.POSITIVE_INFINITY, dual: 0 }
        for (; row < last; row++) {
          const dual = dualLength(pass.gradient, row, size, norm)
          const distance = Math.abs(pass.loss[row] as number) / dual
          if (dual > 0 && distance < nearest.distance) nearest = { row, distance, dual }
        }
        // Without a slope towards any class there is nowhere to go.
        if (nearest.row === -1) {
          if (step === 0) zeroGradients++
          continue
        }
        moved.push(i)
        stride(point, i, pass.gradient, { ...nearest, size, norm })
        for (let j = i * size; j < (i + 1) * size; j++) {
          const beyond = (point[j] as number) + overshoot * ((point[j] as number) - (x.data[j] as number))
          tried[j] = Math.min(1, Math.max(0, beyond))
        }
      }
    }
    active = moved
    options.progress?.((step + 1) / (steps + 1))
  }
  const found = Array.from(closest.distances.keys()).filter((i) => closest.spentToSuccess[i] !== null)
  await towardClean(model, batch, closest.points, found, { norm, halvings, signal })
  return {
    ...resultOf(closest, tried, x.dims),
    zeroGradients: count === 0 ? 0 : zeroGradients / count,
  }
}

/** The classes with the highest scores in a row, best first, `not` left out. */
function best({ classes, data }: Scores, row: number, not: number, wanted: number): number[] {
  const score = (k: number) => data[row * classes + k] as number
  const others = Array.from({ length: classes }, (_, k) => k).filter((k) => k !== not)
  return others.sort((a, b) => score(b) - score(a)).slice(0, Math.max(wanted, 1))
}

function dualLength(gradient: Float32Array, row: number, size: number, norm: 'l2' | 'linf'): number {
  let sum = 0
  for (let j = row * size; j < (row + 1) * size; j++) {
    const g = gradient[j] as number
    sum += norm === 'l2' ? g * g : Math.abs(g)
  }
  return norm === 'l2' ? Math.sqrt(sum) : sum
}

/** Adds the shortest step that changes a linear function with this gradient by `distance` times its dual length. */
function stride(
  point: Float32Array,
  i: number,
  gradient: Float32Array,
  {
    row,
    distance,
    dual,
    size,
    norm,
  }: {
    readonly row: number
    readonly distance: number
    readonly dual: number
    readonly size: number
    readonly norm: 'l2' | 'linf'
  },
): void {
  const length = distance + leastStep
  const shift = (row - i) * size
  for (let j = i * size; j < (i + 1) * size; j++) {
    const g = gradient[j + shift] as number
    const along = norm === 'l2' ? g / dual : Number(g > 0) - Number(g < 0)
    point[j] = Math.min(1, Math.max(0, (point[j] as number) + length * along))
  }
}
