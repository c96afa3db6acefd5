// RayS (Chen and Gu 2020, arXiv:2006.12792), Linf: a search over the corners of a cube. A point is the clean sample
// moved by the same amount, the radius, in every coordinate, up or down; what is sought are the signs for which the
// radius at which the class changes is smallest. Signs are flipped a block at a time, the blocks halved from the whole
// sample down to one number. A flip is first asked about at the radius reached so far, and only where that is
// adversarial is its own radius looked for; nearly all flips fail and cost one query.
import type { LabelModel } from '@failmode/core'
import type { AttackBatch } from './attack.ts'
import { distance } from './ball.ts'
import { clipUnit } from './branchless.ts'
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
const diagonalTolerance = 1e-3
/** Signs tried at random where the paper's start, all alike, reaches nothing. */
const randomSigns = 30
/** Radii tried with the signs of the way to an adversarial point. */
const startRadii = 8

export function rays(
  model: LabelModel,
  batch: AttackBatch,
  options: RaysOptions,
): Promise<LabelAttackResult> {
  return runSearches(model, batch, { ...options, norm: 'linf' }, (subject) => search(subject, options))
}

function* search(subject: Subject, options: RaysOptions): Search<void> {
  const size = subject.clean.length
  const width = options.searchWidth ?? 1
  const tolerance = diagonalTolerance / Math.sqrt(size)
  const signs = new Float32Array(size)
  const write = rayOf(subject.clean, signs)
  const known = yield* chooseSigns(signs, subject, options)
  // At radius 1 a point is a corner of the unit box; while none is adversarial, corners are what is asked.
  let radius = known === null ? 1 : yield* searchLine({ low: 0, high: known, tolerance, width, write })
  // The point at the radius reached so far: a flip changes a block of it, and the rest need not be computed again.
  const point = new Float32Array(size)
  write(point, 0, radius)
  for (let blocks = 1; ; blocks *= 2) {
    const length = Math.ceil(size / blocks)
    let changed = false
    for (let from = 0; from < size; from += length) {
      const to = Math.min(from + length, size)
      flip(signs, from, to)
      write(point, 0, radius, from, to)
      const [hit] = yield { count: 1, write: (out, at) => out.set(point, at) }
      const reached =
        hit === 1 ? yield* searchLine({ low: 0, high: radius, tolerance, width, write }) : radius
      changed ||= reached < radius
      if (reached === radius) {
        // A flip that makes no difference within the tolerance is undone, or two of them could alternate for ever.
        flip(signs, from, to)
        write(point, 0, radius, from, to)
      } else {
        radius = reached
        write(point, 0, radius)
      }
    }
    // A round of single flips of which none helped: every further one would ask the same again.
    if (length === 1 && !changed) return
  }
}

/**
 * Points on the ray from the clean sample in the direction of the signs, as these are when it is called; the whole
 * point, or its numbers `from` to `to`.
 */
function rayOf(clean: Float32Array, signs: Float32Array) {
  return (out: Float32Array, at: number, radius: number, from = 0, to = clean.length): void =>
    moveAlong(out.subarray(at + from, at + to), clean.subarray(from, to), signs.subarray(from, to), radius)
}

/** A function of its own, with nothing to look up in a closure: it is where the time outside of the model goes. */
function moveAlong(out: Float32Array, clean: Float32Array, signs: Float32Array, radius: number): void {
  for (let i = 0; i < out.length; i++) {
    out[i] = clipUnit((clean[i] as number) + radius * (signs[i] as number))
  }
}

function flip(signs: Float32Array, from: number, to: number): void {
  for (let i = from; i < to; i++) signs[i] = -(signs[i] as number)
}

/**
 * Sets signs to begin with and returns a radius at which they are adversarial, or null. The paper begins with all
 * signs alike; where that is not adversarial, or a class is to be reached, random signs and those of the way to some
 * adversarial point are tried as well.
 */
function* chooseSigns(
  signs: Float32Array,
  subject: Subject,
  { starts, searchWidth = 1 }: RaysOptions,
): Search<number | null> {
  const { clean, random } = subject
  const write = rayOf(clean, signs)
  const choose = (k: number): void => {
    const stream = random.split('signs').split(k)
    for (let i = 0; i < signs.length; i++) signs[i] = k === 0 ? 1 : k === 1 ? -1 : stream.sign()
  }
  const found = yield* untilAdversarial({
    count: 2 + randomSigns,
    write(out, at, k) {
      choose(k)
      write(out, at, 1)
    },
  })
  choose(found ?? 0)
  if (found !== null) return 1
  if (!(yield* findStart(subject, { norm: 'linf', starts }))) return null

  const point = subject.closest.slice()
  yield* toBorder(point, clean, { norm: 'linf', theta: 1 / 64, width: searchWidth })
  for (let i = 0; i < signs.length; i++) signs[i] = (point[i] as number) < (clean[i] as number) ? -1 : 1
  // On the border only some numbers have moved by the whole distance; with all of them moved as far the class may
  // be another, and a longer way may be needed.
  const near = distance(point, clean, 'linf')
  const radii = Array.from({ length: startRadii }, (_, k) => near ** (1 - k / (startRadii - 1)))
  const hits = yield { count: radii.length, write: (out, at, k) => write(out, at, radii[k] as number) }
  return radii[hits.indexOf(1)] ?? null
}
