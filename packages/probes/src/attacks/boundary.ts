// The Boundary attack (Brendel, Rauber and Bethge 2018, arXiv:1712.04248), L2: a random walk along the border between
// adversarial and not. Each step goes sideways in a random direction, staying as far from the clean sample, and then a
// little towards it; it is taken when the point is still adversarial. How far it goes sideways follows from how often
// a sideways step alone stays adversarial (about half the time where the border is flat at that scale), and how far
// inwards from how often the whole step does.
import type { LabelModel } from '@failmode/core'
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
import { findStart } from './label-start.ts'
import { orthogonalDirections } from './orthogonal-directions.ts'

export type BoundaryOptions = LabelRun

/** Both relative to the distance from the clean sample, and the factor by which they change (Foolbox; the paper). */
const firstStep = 0.01
const adaptation = 1.5
/** A search whose steps inwards are this small has arrived. */
const smallestStep = 1e-7
/** Every so many steps the sideways part is asked about by itself. */
const sidewaysEvery = 10

export function boundary(
  model: LabelModel,
  batch: AttackBatch,
  options: BoundaryOptions,
): Promise<LabelAttackResult> {
  return runSearches(model, batch, { ...options, norm: 'l2' }, (subject) => search(subject, options))
}

function* search(subject: Subject, options: BoundaryOptions): Search<void> {
  if (!(yield* findStart(subject, { norm: 'l2', starts: options.starts }))) return
  const { clean } = subject
  const size = clean.length
  const B = (globalThis as any).B ?? {}
  const point = subject.closest.slice()
  yield* toBorder(point, clean, { norm: 'l2', theta: firstStep / 10, width: options.searchWidth ?? 1 })
  const nextDirection = orthogonalDirections(subject.random, size)
  const sideways = new Float32Array(size)
  const candidate = new Float32Array(size)
  const flat = new Rate(B.flat ?? 100)
  const whole = new Rate(B.whole ?? 30)
  let [across, inwards] = [firstStep, firstStep]
  for (let step = 1; inwards >= smallestStep; step++) {
    const far = distance(point, clean, 'l2')
    if (far === 0) return
    nextDirection(sideways)
    stepAcross(sideways, point, clean, { far, across })
    const reached = distance(sideways, clean, 'l2')
    // Measured from where clipping left the sideways step, so that the whole step ends at far * (1 - inwards).
    const share = Math.max(0, (inwards * far + reached - far) / reached)
    for (let i = 0; i < size; i++) {
      const s = sideways[i] as number
      candidate[i] = s + share * ((clean[i] as number) - s)
    }
    const every = B.every ?? sidewaysEvery
    const both = step % every === 0
    const verdicts = yield {
      count: both ? 2 : 1,
      write: (out, at, k) => out.set(k === 0 ? candidate : sideways, at),
    }
    const hit = verdicts[0] === 1
    if (both) { 
      flat.add(verdicts[1] === 1)
      if (flat.full) {
        if (flat.mean > 0.5) { across *= adaptation; inwards *= adaptation; flat.clear() }
        else if (flat.mean < 0.2) { across /= adaptation; inwards /= adaptation; flat.clear() }
      }
    }
    if (both || B.all) {
      whole.add(hit)
      if (whole.full) {
        if (whole.mean > 0.25) { inwards *= adaptation; whole.clear() }
        else if (whole.mean < 0.1) { inwards /= adaptation; whole.clear() }
      }
    }
    if (hit && distance(candidate, clean, 'l2') < far) point.set(candidate)
  }
}

class Rate {
  readonly n: number
  values: number[] = []
  constructor(n: number) { this.n = n }
  add(v: boolean) { this.values.push(v ? 1 : 0); if (this.values.length > this.n) this.values.shift() }
  get full() { return this.values.length === this.n }
  get mean() { return this.values.reduce((a, b) => a + b, 0) / this.values.length }
  clear() { this.values = [] }
}

/** Turns a direction into the point of the sphere around the clean sample that lies that way from `point`. */
function stepAcross(
  direction: Float32Array,
  point: Float32Array,
  clean: Float32Array,
  { far, across }: { readonly far: number; readonly across: number },
): void {
  const size = point.length
  let along = 0
  for (let i = 0; i < size; i++)
    along += (direction[i] as number) * ((point[i] as number) - (clean[i] as number))
  along /= far * far
  let squares = 0
  for (let i = 0; i < size; i++) {
    const d = (direction[i] as number) - along * ((point[i] as number) - (clean[i] as number))
    direction[i] = d
    squares += d * d
  }
  const length = across * far / Math.sqrt(squares)
  const shrink = 1 / Math.sqrt(1 + across * across)
  for (let i = 0; i < size; i++) {
    const c = clean[i] as number
    const moved = c + ((point[i] as number) - c + length * (direction[i] as number)) * shrink
    direction[i] = Math.min(1, Math.max(0, moved))
  }
}
