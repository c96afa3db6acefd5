// RayS (Chen and Gu 2020, arXiv:2006.12792), Linf: a search over the corners of a cube. A point is the clean sample
// moved by the same amount, the radius, in every coordinate, up or down; what is sought are the signs for which the
// radius at which the class changes is smallest. Signs are flipped a block at a time, the blocks halved from the whole
// sample down to one number. A flip is first asked about at the radius reached so far, and only where that is
// adversarial is its own radius looked for; nearly all flips fail and cost one query.
import { type LabelModel, sizeOf } from '@failmode/core'
import type { AttackBatch } from './attack.ts'
import { distance } from './ball.ts'
import { toBorder } from './hop-skip-jump.ts'
import {
  type LabelAttackResult,
  type LabelRun,
  runSearches,
  type Search,
  type Subject,
} from './label-search.ts'
import { findStart, untilAdversarial } from './label-start.ts'
import { searchLine } from './line-search.ts'

export type RaysOptions = LabelRun

/** The paper measures its tolerance of 0.001 along the diagonal of the cube, which is sqrt(size) times the radius. */
const tolerance = 1e-3

export function rays(
  model: LabelModel,
  batch: AttackBatch,
  options: RaysOptions,
): Promise<LabelAttackResult> {
  return runSearches(model, batch, { ...options, norm: 'linf' }, (subject) => search(subject, options))
}

function* search(subject: Subject, options: RaysOptions): Search<void> {
  const { clean } = subject
  const size = clean.length
  const width = options.searchWidth ?? 1
  const signs = new Float32Array(size).fill(1)
  const write = (out: Float32Array, at: number, radius: number): void => {
    for (let i = 0; i < size; i++) {
      const moved = (clean[i] as number) + radius * (signs[i] as number)
      out[at + i] = Math.min(1, Math.max(0, moved))
    }
  }
  // todo start
  let radius = 1
  for (;;) {
    for (let blocks = 1; ; blocks *= 2) {
      const length = Math.ceil(size / blocks)
      for (let from = 0; from < size; from += length) {
        const to = Math.min(size, from + length)
        flip(signs, from, to)
        const [closer] = yield { count: 1, write: (out, at) => write(out, at, radius) }
        if (closer === 1)
          radius = yield* searchLine({
            low: 0,
            high: radius,
            tolerance: tolerance / Math.sqrt(size),
            width,
            write,
          })
        else flip(signs, from, to)
      }
    }
  }
}

function flip(signs: Float32Array, from: number, to: number): void {
  for (let i = from; i < to; i++) signs[i] = -(signs[i] as number)
}
