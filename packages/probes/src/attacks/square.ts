// Square attack (Andriushchenko et al. 2020, arXiv:1912.00049): a random search that asks only for scores. It redraws
// one window at a time and keeps a change when the margin falls. How a window is redrawn depends on the norm: in Linf
// it gets new signs, in L2 and L1 it takes over the change of another window. The windows get smaller on a schedule for
// 10,000 queries, which is stretched or squeezed to the budget at hand: with a smaller one the unscaled schedule never
// reaches its fine windows. Each sample draws its own windows.
import type { Random, ScoreModel } from '@failmode/core'
import { sizeOf } from '@failmode/core'
import { type AttackBatch, type AttackResult, type AttackRun, reaches } from './attack.ts'
import type { Ball } from './ball.ts'
import { margins, predictions } from './margin.ts'
import { asPicture, type Picture } from './picture.ts'
import { linfMoves } from './square-linf.ts'
import { massMoves } from './square-mass.ts'
import { type WindowSize, windowShare, windowSize } from './square-window.ts'

export interface SquareOptions extends Ball, AttackRun {
  /** Queries a sample, the start included. */
  readonly queries: number
  /** Share of the picture the first windows cover; 0.8 as in AutoAttack. */
  readonly initialShare: number
  /** Whether the schedule of windows is rescaled to `queries`; true when absent, false in AutoAttack's own copy. */
  readonly rescale?: boolean
}

export interface SquareResult extends AttackResult {
  /** Smallest margin seen, of the true class or against the target; negative when the attack got there. */
  readonly margin: readonly number[]
}

/** What the loop and the moves of a norm share. Rows are samples. */
export interface SquareState {
  readonly x: Float32Array
  /** Best point of each sample. */
  readonly best: Float32Array
  /** Points to ask next: copies of the best points of the samples still searched for, closed up, with one change. */
  readonly candidates: Float32Array
  readonly picture: Picture
  readonly eps: number
}

/** How a norm draws. `i` is the row in `best`, `row` that in `candidates`. */
export interface SquareMoves {
  /** Makes the clean sample in row i of `best` the point that the search starts from. */
  start(i: number, random: Random): void
  /** Redraws a window of the candidate. */
  propose(i: number, row: number, window: WindowSize, random: Random): void
  /** Carries over to the best point what the last proposal changed. */
  keep(i: number, row: number): void
  /** Takes back what the last proposal changed. */
  undo(i: number, row: number): void
}

/** Samples are [N, C, H, W]; of any other shape each is taken as one row. */
export async function square(
  model: ScoreModel,
  batch: AttackBatch,
  options: SquareOptions,
): Promise<SquareResult> {
  const { x, labels, targets, ids } = batch
  const { random, queries, initialShare, rescale = true } = options
  const count = x.dims[0] as number
  const sampleShape = x.dims.slice(1)
  const size = sizeOf(sampleShape)
  const picture = asPicture(sampleShape)
  const streams = ids.map((id) => random.split(id))
  const best = x.data.slice()
  const candidates = x.data.slice()
  const state = { x: x.data, best, candidates, picture, eps: options.eps }
  const moves = options.norm === 'linf' ? linfMoves(state) : massMoves(state, options.norm)

  const margin = new Array<number>(count).fill(Number.POSITIVE_INFINITY)
  const spentToSuccess: (number | null)[] = new Array(count).fill(null)
  let active = Array.from({ length: count }, (_, i) => i)
  let classes = targets ?? labels
  const sign = targets === undefined ? 1 : -1

  /** Queries the candidates, keeps what improves, closes up over who is fooled. */
  const ask = async (query: number): Promise<void> => {
    const points = candidates.subarray(0, active.length * size)
    const scores = await model.scores({ data: points, dims: [active.length, ...sampleShape] })
    const values = margins(scores, classes)
    const predicted = predictions(scores)
    let left = 0
    for (let row = 0; row < values.length; row++) {
      const i = active[row] as number
      const value = sign * (values[row] as number)
      const fooled = reaches(batch, i, predicted[row] as number)
      const better = fooled || value < (margin[i] as number)
      if (better) margin[i] = value
      // The start is the best point already.
      if (query > 1) {
        if (better) moves.keep(i, row)
        else moves.undo(i, row)
      }
      if (fooled) {
        spentToSuccess[i] = query
        continue
      }
      if (left < row) candidates.copyWithin(left * size, row * size, (row + 1) * size)
      active[left++] = i
    }
    if (left === values.length) return
    active = active.slice(0, left)
    classes = Int32Array.from(active, (i) => (targets ?? labels)[i] as number)
  }

  for (let i = 0; i < count; i++) moves.start(i, streams[i] as Random)
  candidates.set(best)
  if (count > 0) await ask(1)
  for (let query = 2; query <= queries && active.length > 0; query++) {
    options.signal?.throwIfAborted()
    const share = windowShare(query - 2, rescale ? queries - 1 : 10_000, initialShare)
    const window = windowSize(share, picture)
    for (let row = 0; row < active.length; row++) {
      const i = active[row] as number
      moves.propose(i, row, window, streams[i] as Random)
    }
    await ask(query)
    if (query % 16 === 0) options.progress?.(query / queries)
  }
  return { adversarial: { data: best, dims: x.dims }, spentToSuccess, margin }
}
