// HopSkipJump (Chen, Jordan and Wainwright 2020, arXiv:1904.02144): the nearest adversarial point, from classes alone.
// Each iteration goes back to the border between adversarial and not on the segment to the clean sample, asks about
// random points around that place, takes the direction from those that are not adversarial to those that are for the
// gradient, and steps along it as far as the point stays adversarial.
//
// The paper couples everything to one number theta, the share of the segment to which the border is found: d^(-3/2)
// for L2 and d^(-2) for Linf. In both norms a probe then changes the model's margin by about theta times its value at
// the clean sample. A float32 net resolves its margin to some 2^-20 of its scores, so where d is large the paper's
// theta drowns in rounding: it is kept from falling below 2^-14 (Linf, 3 x 32 x 32, 5,000 queries: a third closer
// than without). For small d it would hardly look for the border at all, and is kept below 2^-10.
//
// The paper's probes are independent normal (L2) or uniform (Linf) vectors; ours are orthogonal to each other, also
// from one iteration to the next, which asks nothing twice (on a small net for 28 x 28 digits a tenth closer after
// 1,000 queries, a twentieth after 5,000).
import type { LabelModel } from '@failmode/core'
import type { AttackBatch } from './attack.ts'
import { distance } from './ball.ts'
import {
  type LabelAttackResult,
  type LabelRun,
  runSearches,
  type Search,
  type Subject,
} from './label-search.ts'
import { findStart } from './label-start.ts'
import { searchLine } from './line-search.ts'
import { orthogonalDirections } from './orthogonal-directions.ts'

/** The norms whose border normal the paper's estimate gives. */
type BorderNorm = 'l2' | 'linf'

export interface HopSkipJumpOptions extends LabelRun {
  readonly norm: BorderNorm
}

/** B_0 and B_max, the probes of the first iteration and the most of any (section IV.B). */
const firstProbes = 100
const mostProbes = 10_000
/** delta_1: radius of the first probes, when how far the border is says nothing yet. */
const firstRadius = 0.1
/** After so many halvings a step is given up; reference code goes on for ever. */
const mostHalvings = 25
const smallestTheta = 2 ** -14
const largestTheta = 2 ** -10

/** theta for samples of `size` numbers. */
export function thetaOf(size: number, norm: BorderNorm): number {
  const paper = norm === 'l2' ? size ** -1.5 : size ** -2
  return Math.min(largestTheta, Math.max(smallestTheta, paper))
}

export function hopSkipJump(
  model: LabelModel,
  batch: AttackBatch,
  options: HopSkipJumpOptions,
): Promise<LabelAttackResult> {
  return runSearches(model, batch, options, (subject) => search(subject, options))
}

function* search(subject: Subject, options: HopSkipJumpOptions): Search<void> {
  if (!(yield* findStart(subject, options))) return
  const { norm, searchWidth = 1 } = options
  const { clean } = subject
  const size = clean.length
  const theta = thetaOf(size, norm)
  const point = subject.closest.slice()
  const nextDirection = orthogonalDirections(subject.random, size)
  // What the border of the next iteration will cost; probes leave so much.
  const reserve = Math.ceil(Math.log2(1 / theta)) + 3
  for (let t = 1; ; t++) {
    yield* toBorder(point, clean, { norm, theta, width: searchWidth })
    const far = distance(point, clean, norm)
    if (far === 0) return
    const radius = t === 1 ? firstRadius : (norm === 'l2' ? Math.sqrt(size) : size) * theta * far
    const wanted = Math.min(Math.floor(firstProbes * Math.sqrt(t)), mostProbes)
    const probes = Math.max(1, Math.min(wanted, subject.left - reserve))
    const direction = yield* borderNormal(point, { nextDirection, probes, radius })
    if (norm === 'linf') for (let i = 0; i < size; i++) direction[i] = Math.sign(direction[i] as number)
    yield* step(point, direction, { first: far / Math.sqrt(t), width: searchWidth })
  }
}

/** Moves an adversarial point to the border, on the segment (L2) or by cutting (Linf) towards the clean sample. */
export function* toBorder(
  point: Float32Array,
  clean: Float32Array,
  { norm, theta, width }: { readonly norm: BorderNorm; readonly theta: number; readonly width: number },
): Search<void> {
  const size = point.length
  const far = distance(point, clean, norm)
  const write = (out: Float32Array, at: number, t: number): void => {
    if (norm === 'l2') {
      for (let i = 0; i < size; i++) {
        const c = clean[i] as number
        out[at + i] = c + ((point[i] as number) - c) * t
      }
      return
    }
    const radius = far * t
    for (let i = 0; i < size; i++) {
      const c = clean[i] as number
      out[at + i] = Math.min(c + radius, Math.max(c - radius, point[i] as number))
    }
  }
  const t = yield* searchLine({ low: 0, high: 1, tolerance: theta, width, write })
  const border = new Float32Array(size)
  write(border, 0, t)
  point.set(border)
}

/** Direction from the probes that are not adversarial to those that are, of length 1 (equations 9, 14 and 16). */
function* borderNormal(
  point: Float32Array,
  options: {
    readonly nextDirection: (out: Float32Array) => void
    readonly probes: number
    readonly radius: number
  },
): Search<Float64Array> {
  const { nextDirection, probes, radius } = options
  const size = point.length
  const probe = new Float32Array(size)
  // Probes are cut to the box, and their offsets are taken after that. The baseline of equation 16 makes the
  // weights of the two kinds sum to zero, which leaves the difference of their means.
  const inside = new Float64Array(size)
  const outside = new Float64Array(size)
  let hits = 0
  yield {
    count: probes,
    write(out, at) {
      nextDirection(probe)
      for (let i = 0; i < size; i++) {
        const moved = (point[i] as number) + radius * (probe[i] as number)
        out[at + i] = Math.min(1, Math.max(0, moved))
      }
    },
    answered(points, at, adversarial) {
      if (adversarial) hits++
      const sum = adversarial ? inside : outside
      for (let i = 0; i < size; i++)
        sum[i] = (sum[i] as number) + ((points[at + i] as number) - (point[i] as number))
    },
  }
  const misses = probes - hits
  let squares = 0
  for (let i = 0; i < size; i++) {
    const value = (inside[i] as number) / Math.max(hits, 1) - (outside[i] as number) / Math.max(misses, 1)
    inside[i] = value
    squares += value * value
  }
  const length = Math.sqrt(squares)
  if (length > 0) for (let i = 0; i < size; i++) inside[i] = (inside[i] as number) / length
  return inside
}

/** Moves the point along a direction by the first of the lengths first, first/2, ... at which it is adversarial. */
function* step(
  point: Float32Array,
  direction: Float64Array,
  { first, width }: { readonly first: number; readonly width: number },
): Search<void> {
  const write = (out: Float32Array, at: number, length: number): void => {
    for (let i = 0; i < point.length; i++) {
      const moved = (point[i] as number) + length * (direction[i] as number)
      out[at + i] = Math.min(1, Math.max(0, moved))
    }
  }
  for (let halvings = 0; halvings < mostHalvings; halvings += width) {
    const from = halvings
    const verdicts = yield { count: width, write: (out, at, k) => write(out, at, first * 2 ** -(from + k)) }
    const hit = verdicts.indexOf(1)
    if (hit < 0) continue
    const moved = new Float32Array(point.length)
    write(moved, 0, first * 2 ** -(from + hit))
    point.set(moved)
    return
  }
}
