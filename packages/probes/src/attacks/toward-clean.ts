// From a point that is adversarial back towards the clean sample, as far as it stays adversarial. The way depends on the
// norm (Pintor et al. 2021, arXiv:2102.12827, appendix): straight for L2; for Linf the largest changes are cut first; for
// L1 all changes shrink by the same amount; for L0 the smallest changes are taken back one after the other. Only scores
// are asked for, so a step costs a third of one with a gradient.
import { gatherRows, type ScoreModel, sizeOf } from '@failmode/core'
import type { AttackBatch } from './attack.ts'
import { isBeyond } from './beyond.ts'
import { keepLargest } from './keep-largest.ts'
import { type MinimumNorm, rowDistance } from './row-distance.ts'

export interface TowardCleanOptions {
  readonly norm: MinimumNorm
  /** Halvings of the way, and queries of each sample. */
  readonly halvings: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Bisects between clean samples and adversarial points.
 *
 * @param points rows like those of `batch.x`; those of `active` are adversarial, and are replaced by closer ones
 */
export async function towardClean(
  model: ScoreModel,
  batch: AttackBatch,
  points: Float32Array,
  active: readonly number[],
  { norm, halvings, signal }: TowardCleanOptions,
): Promise<void> {
  if (active.length === 0) return
  const { x } = batch
  const size = sizeOf(x.dims.slice(1))
  const clean = gatherRows(x, active)
  const far = gatherRows({ data: points, dims: x.dims }, active)
  const low = new Float64Array(active.length)
  const high = new Float64Array(active.length).fill(1)
  const middle = { data: new Float32Array(clean.data.length), dims: clean.dims }
  for (let halving = 0; halving < halvings; halving++) {
    signal?.throwIfAborted()
    for (let row = 0; row < active.length; row++) {
      const share = ((low[row] as number) + (high[row] as number)) / 2
      partOfTheWay(middle.data, clean.data, far.data, { row, size, norm, share })
    }
    const beyond = isBeyond(await model.scores(middle), batch, active)
    for (const [row, i] of active.entries()) {
      const share = ((low[row] as number) + (high[row] as number)) / 2
      if (beyond[row]) {
        high[row] = share
        points.set(middle.data.subarray(row * size, (row + 1) * size), i * size)
      } else {
        low[row] = share
      }
    }
  }
}

/** Writes into a row of `out` the point at `share` of the way from the clean row (0) to the far one (1). */
export function partOfTheWay(
  out: Float32Array,
  clean: Float32Array,
  far: Float32Array,
  { row, size, norm, share }: { row: number; size: number; norm: MinimumNorm; share: number },
): void {
  const from = row * size
  const to = from + size
  if (norm === 'l2') {
    for (let i = from; i < to; i++) {
      const c = clean[i] as number
      out[i] = c + ((far[i] as number) - c) * share
    }
    return
  }
  if (norm === 'l0') {
    out.set(far.subarray(from, to), from)
    keepLargest(out, clean, row, size, Math.ceil(share * rowDistance(far, row, clean, { row, size, norm })))
    return
  }
  let furthest = 0
  for (let i = from; i < to; i++)
    furthest = Math.max(furthest, Math.abs((far[i] as number) - (clean[i] as number)))
  const limit = norm === 'linf' ? furthest * share : furthest * (1 - share)
  for (let i = from; i < to; i++) {
    const c = clean[i] as number
    const d = (far[i] as number) - c
    // d cut to [-limit, limit]; what is left of it beyond is its soft threshold.
    const cut = (Math.abs(d + limit) - Math.abs(d - limit)) / 2
    out[i] = norm === 'linf' ? c + cut : c + (d - cut)
  }
}
