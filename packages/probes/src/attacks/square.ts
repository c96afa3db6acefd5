// Square attack, Linf (Andriushchenko et al. 2020, arXiv:1912.00049): a random search that asks only for scores.
// It starts from vertical stripes at the edge of the ball and then redraws one square window at a time, keeping
// a change when the margin of the true class falls. The share of the picture a window covers shrinks on a
// schedule that the paper gives for 10,000 queries; it is stretched or squeezed to the budget at hand, since
// with a smaller one the unscaled schedule never reaches its fine windows. Each sample draws its own windows.
import type { Random, ScoreModel, Tensor } from '@failmode/core'
import { gatherRows, sizeOf } from '@failmode/core'
import type { AttackBatch, AttackResult, AttackRun } from './attack.ts'
import { margins, predictions } from './margin.ts'

export interface SquareOptions extends AttackRun {
  /** Radius of the Linf ball, unit space. */
  readonly eps: number
  /** Queries a sample, the start included. */
  readonly queries: number
  /** Share of the picture the first windows cover; 0.8 as in AutoAttack. */
  readonly initialShare: number
}

export interface SquareResult extends AttackResult {
  /** Smallest margin seen; negative when misclassified. */
  readonly margin: readonly number[]
}

/** Factor on the initial share after iteration i of 10,000 (paper, section 3.2; values of the authors' code). */
const schedule: readonly (readonly [from: number, divisor: number])[] = [
  [8000, 512],
  [6000, 256],
  [4000, 128],
  [2000, 64],
  [1000, 32],
  [500, 16],
  [200, 8],
  [50, 4],
  [10, 2],
]

/** Share of the picture that the window of iteration `i` of `total` covers. */
export function windowShare(i: number, total: number, initialShare: number): number {
  const scaled = (i / total) * 10_000
  const stage = schedule.find(([from]) => scaled > from)
  return initialShare / (stage?.[1] ?? 1)
}

/** Samples are [N, C, H, W], or [N, F], which is taken as one row of F columns. */
export async function square(
  model: ScoreModel,
  { x, labels, ids }: AttackBatch,
  options: SquareOptions,
): Promise<SquareResult> {
  const { random } = options
  const count = x.dims[0] as number
  const sampleShape = x.dims.slice(1)
  const size = sizeOf(sampleShape)
  const [channels, height, width] = asPicture(sampleShape)
  const streams = ids.map((id) => random.split(id))
  const best = new Float32Array(x.data.length)
  const bounds = ballBounds(x.data, options.eps)

  for (let i = 0; i < count; i++) {
    const stream = streams[i] as Random
    for (let c = 0; c < channels; c++) {
      for (let column = 0; column < width; column++) {
        const step = stream.boolean() ? options.eps : -options.eps
        for (let row = 0; row < height; row++) {
          const at = i * size + (c * height + row) * width + column
          best[at] = clamp((x.data[at] as number) + step, bounds, at)
        }
      }
    }
  }

  const margin = new Float64Array(count)
  const spentToSuccess: (number | null)[] = new Array(count).fill(null)
  let active = Array.from({ length: count }, (_, i) => i)

  /** Queries the candidates of the active samples, keeps what improves, drops who is fooled. */
  const ask = async (candidates: Tensor, spent: number, first: boolean): Promise<void> => {
    const scores = await model.scores(candidates)
    const rowLabels = active.map((i) => labels[i] as number)
    const values = margins(scores, rowLabels)
    const predicted = predictions(scores)
    const left: number[] = []
    for (const [row, i] of active.entries()) {
      const value = values[row] as number
      const fooled = predicted[row] !== rowLabels[row]
      if (first || fooled || value < (margin[i] as number)) {
        margin[i] = value
        best.set(candidates.data.subarray(row * size, (row + 1) * size), i * size)
      }
      if (fooled) spentToSuccess[i] = spent
      else left.push(i)
    }
    active = left
  }

  await ask({ data: best.slice(), dims: x.dims }, 1, true)
  for (let query = 2; query <= options.queries && active.length > 0; query++) {
    options.signal?.throwIfAborted()
    const share = windowShare(query - 2, options.queries - 1, options.initialShare)
    const side = Math.max(Math.round(Math.sqrt(share * height * width)), 1)
    const windowHeight = Math.min(side, height)
    // On a picture that is not square the window keeps its area by growing along the longer side.
    const windowWidth = Math.min(Math.max(Math.round((side * side) / windowHeight), 1), width)
    const candidates = gatherRows({ data: best, dims: x.dims }, active)
    for (const [row, i] of active.entries()) {
      const stream = streams[i] as Random
      const top = stream.int(height - windowHeight + 1)
      const left = stream.int(width - windowWidth + 1)
      const paint = (): boolean => {
        let changed = false
        for (let c = 0; c < channels; c++) {
          const step = stream.boolean() ? 2 * options.eps : -2 * options.eps
          for (let r = top; r < top + windowHeight; r++) {
            const offset = (c * height + r) * width
            for (let column = left; column < left + windowWidth; column++) {
              const at = i * size + offset + column
              const before = best[at] as number
              const after = clamp(before + step, bounds, at)
              candidates.data[row * size + offset + column] = after
              changed ||= after !== before
            }
          }
        }
        return changed
      }
      // A draw that repaints the window as it was would waste a query (half of all draws on a grey picture).
      for (let draw = 0; draw < 8 && !paint(); draw++);
    }
    await ask(candidates, query, false)
    if (query % 16 === 0) options.progress?.(query / options.queries)
  }
  return { adversarial: { data: best, dims: x.dims }, spentToSuccess, margin: Array.from(margin) }
}

/** A sample as channels, height and width; what is not a picture is one row. */
function asPicture(shape: readonly number[]): readonly [number, number, number] {
  if (shape.length === 3) return [shape[0] as number, shape[1] as number, shape[2] as number]
  return [1, 1, sizeOf(shape)]
}

interface Bounds {
  readonly low: Float32Array
  readonly high: Float32Array
}

function ballBounds(x: Float32Array, eps: number): Bounds {
  const low = new Float32Array(x.length)
  const high = new Float32Array(x.length)
  for (let i = 0; i < x.length; i++) {
    low[i] = Math.max(0, (x[i] as number) - eps)
    high[i] = Math.min(1, (x[i] as number) + eps)
  }
  return { low, high }
}

function clamp(value: number, { low, high }: Bounds, at: number): number {
  const bottom = low[at] as number
  const top = high[at] as number
  return value < bottom ? bottom : value > top ? top : value
}
