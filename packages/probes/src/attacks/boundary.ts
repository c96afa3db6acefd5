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

/** Length of both parts of the first steps, as a share of the distance to the clean sample (the paper). */
const firstStep = 0.01
/** By how much a length changes at a time (the paper). */
const adaptation = 1.5
/** A search whose steps inwards are this small has arrived. */
const smallestStep = 1e-7
/** Every so many steps the sideways part is asked about by itself. */
const sidewaysEvery = 10
/**
 * How many answers make a rate, and between which rates a length stays as it is. The rates are Foolbox's (3.3.4). It
 * takes them over 100 answers about sideways steps and 30 about whole ones, of every tenth step, so that after 1,000
 * queries nothing has changed yet; ours are over 5, and over 30 of every step, which on a small net for digits halves
 * the distance reached by then and changes nothing in the end.
 */
const sidewaysRates = { window: 5, lowest: 0.2, highest: 0.5 } as const
const wholeRates = { window: 30, lowest: 0.1, highest: 0.25 } as const

export function boundary(
  model: LabelModel,
  batch: AttackBatch,
  options: BoundaryOptions,
): Promise<LabelAttackResult> {
  return runSearches(model, batch, { ...options, norm: 'l2' }, (subject) => search(subject, options))
}

function* search(subject: Subject, { starts, searchWidth = 1 }: BoundaryOptions): Search<void> {
  if (!(yield* findStart(subject, { norm: 'l2', starts }))) return
  const { clean } = subject
  const point = subject.closest.slice()
  yield* toBorder(point, clean, { norm: 'l2', theta: firstStep / 10, width: searchWidth })
  const nextDirection = orthogonalDirections(subject.random, clean.length)
  const sideways = new Float32Array(clean.length)
  const whole = new Float32Array(clean.length)
  const sidewaysFactor = adapter(sidewaysRates)
  const wholeFactor = adapter(wholeRates)
  let [across, inwards] = [firstStep, firstStep]
  for (let step = 1; inwards >= smallestStep; step++) {
    const far = distance(point, clean, 'l2')
    if (far === 0) return
    nextDirection(sideways)
    turnSideways(sideways, point, clean, { far, across })
    stepInwards(whole, sideways, clean, far * (1 - inwards))
    const [wholeHit, sidewaysHit] = yield {
      count: step % sidewaysEvery === 0 ? 2 : 1,
      write: (out, at, k) => out.set(k === 0 ? whole : sideways, at),
    }
    if (wholeHit === 1 && distance(whole, clean, 'l2') < far) point.set(whole)
    inwards *= wholeFactor(wholeHit as number)
    if (sidewaysHit === undefined) continue
    const factor = sidewaysFactor(sidewaysHit)
    across *= factor
    inwards *= factor
  }
}

/** Counts answers; tells after each by what to multiply a length, and starts over after a change. */
function adapter(rates: { readonly window: number; readonly lowest: number; readonly highest: number }) {
  const answers: number[] = []
  return (answer: number): number => {
    answers.push(answer)
    if (answers.length > rates.window) answers.shift()
    const rate = answers.reduce((sum, value) => sum + value, 0) / rates.window
    if (answers.length < rates.window || (rate >= rates.lowest && rate <= rates.highest)) return 1
    answers.length = 0
    return rate > rates.highest ? adaptation : 1 / adaptation
  }
}

/** Makes of a direction the point of the sphere around the clean sample that lies that way from `point`. */
function turnSideways(
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
  // In one dimension there is no sideways.
  const length = squares === 0 ? 0 : (across * far) / Math.sqrt(squares)
  const shrink = 1 / Math.sqrt(1 + across * across)
  for (let i = 0; i < size; i++) {
    const c = clean[i] as number
    const moved = c + ((point[i] as number) - c + length * (direction[i] as number)) * shrink
    direction[i] = Math.min(1, Math.max(0, moved))
  }
}

/** The point at distance `length` from the clean sample towards `from`, or `from` where the box left it closer. */
function stepInwards(out: Float32Array, from: Float32Array, clean: Float32Array, length: number): void {
  const share = Math.min(1, length / distance(from, clean, 'l2'))
  for (let i = 0; i < out.length; i++) {
    const c = clean[i] as number
    out[i] = c + ((from[i] as number) - c) * share
  }
}
