// How attacks that see only classes are run. The search for one sample is a generator: it yields the points it wants
// labelled, as many at once as it can name before it needs an answer, and is resumed with which of them were
// adversarial. The searches of all samples run side by side and their questions wait in one line; each call to the
// model takes the next `maxBatch` points of that line, whoever asked. So an algorithm reads as if it were alone with
// its sample, and the model still gets full batches until the last samples are left. What holds for all of them is
// done here: the limit on queries, the closest adversarial point, when it was found, and when to stop.
import { type LabelModel, type Random, sizeOf, type Tensor } from '@failmode/core'
import { type AttackBatch, type AttackResult, type AttackRun, reaches } from './attack.ts'
import type { Ball, Norm } from './ball.ts'

/** What the options of every label attack hold. */
export interface LabelRun extends AttackRun {
  /** The most queries that a sample may cost. */
  readonly queries: number
  /** The most points of one call to the model. */
  readonly maxBatch: number
  /** Samples to start from where random points are of no use, [M, ...sample]; the closest are tried first. */
  readonly starts?: Tensor
  /** A sample is done once a point inside this ball is adversarial; without it, when its queries are spent. */
  readonly stopAt?: Ball
  /** Numbers of queries, ascending, after which the distance reached is kept: the result's `curve`. */
  readonly checkpoints?: readonly number[]
  /**
   * Points of a line that are asked at once; 1, the default, is bisection. With k of them a round narrows the bracket
   * to one part in k + 1: more queries but fewer round trips, for targets where the trip is what costs.
   */
  readonly searchWidth?: number
}

/**
 * `adversarial` is the closest adversarial point asked, `spentToSuccess` the queries until the first one. With
 * `stopAt`, where it was reached, they are the first point inside the ball and the queries until then; where it was
 * not, `spentToSuccess` is null.
 */
export interface LabelAttackResult extends AttackResult {
  /** Distance of each sample's adversarial point in the norm of the attack; null where none was found. */
  readonly distances: readonly (number | null)[]
  /** For each sample its distance after each of `checkpoints`; null while none was found. */
  readonly curve: readonly (readonly (number | null)[])[]
}

/** Points that a search wants labelled, at least one. */
export interface Question {
  readonly count: number
  /** Writes point `k` to `out` from `at` on; called for k = 0, 1, ... in order, once each. */
  readonly write: (out: Float32Array, at: number, k: number) => void
  /** Shown each answered point in order while it is in memory, since a question may be larger than a call. */
  readonly answered?: (points: Float32Array, at: number, adversarial: boolean) => void
}

/** Resumed with one byte a point of the question: 1 where it is adversarial. */
export type Search<Result> = Generator<Question, Result, Uint8Array>

/** A sample as its search sees it. */
export interface Subject {
  readonly clean: Float32Array
  readonly random: Random
  /** Whether it has a class to reach; else any but the true one will do. */
  readonly targeted: boolean
  /** Queries it may still make. */
  readonly left: number
  /** Closest adversarial point so far and its distance; Infinity while there is none. */
  readonly closest: Float32Array
  readonly distance: number
}

/**
 * Runs one search a sample until it returns, has spent its queries or has reached `stopAt`.
 *
 * @param options `norm` is the one in which points are compared
 */
export async function runSearches(
  model: LabelModel,
  batch: AttackBatch,
  options: LabelRun & { readonly norm: Norm },
  begin: (subject: Subject) => Search<void>,
): Promise<LabelAttackResult> {
  const { x, ids } = batch
  const { checkpoints = [], queries, maxBatch, signal } = options
  const sampleShape = x.dims.slice(1)
  const size = sizeOf(sampleShape)
  const adversarial = x.data.slice()
  const seekers = ids.map((id, index) => {
    const [from, to] = [index * size, (index + 1) * size]
    const subject = {
      clean: x.data.subarray(from, to),
      random: options.random.split(id),
      targeted: batch.targets !== undefined,
      left: queries,
      closest: adversarial.subarray(from, to),
      distance: Number.POSITIVE_INFINITY,
    }
    return openSeeker(index, subject, begin(subject))
  })
  const total = queries * seekers.length
  const capacity = Math.max(1, Math.min(maxBatch, total))
  const buffer = new Float32Array(capacity * size)

  let line = seekers.filter((seeker) => seeker.subject.left > 0 && proceed(seeker))
  while (line.length > 0) {
    signal?.throwIfAborted()
    const served: Seeker[] = []
    let rows = 0
    for (const seeker of line) {
      if (rows === capacity) break
      rows += writePoints(seeker, buffer, { size, row: rows, room: capacity - rows })
      served.push(seeker)
    }
    const labels = await model.labels({
      data: buffer.subarray(0, rows * size),
      dims: [rows, ...sampleShape],
    })
    const unfinished: Seeker[] = []
    const resumed: Seeker[] = []
    let row = 0
    for (const seeker of served) {
      for (const end = row + seeker.written - seeker.answered; row < end; row++) {
        const hit = reaches(batch, seeker.index, labels[row] as number)
        hear(seeker, buffer, row * size, hit, options)
      }
      if (seeker.done || seeker.subject.left === 0) continue
      if (seeker.answered < seeker.question.count) unfinished.push(seeker)
      else if (proceed(seeker)) resumed.push(seeker)
    }
    line = [...unfinished, ...line.slice(served.length), ...resumed]
    options.progress?.(1 - line.reduce((sum, { subject }) => sum + subject.left, 0) / total)
  }
  const distances = seekers.map(({ subject }) => (subject.distance < Infinity ? subject.distance : null))
  return {
    adversarial: { data: adversarial, dims: x.dims },
    spentToSuccess: seekers.map(({ spentToSuccess }) => spentToSuccess),
    distances,
    curve: seekers.map(({ curve }, i) =>
      checkpoints.map((_, at) => (at < curve.length ? curve[at] : distances[i]) as number | null),
    ),
  }
}

/** A search under way, and what came of it so far. */
interface Seeker {
  readonly index: number
  readonly subject: { -readonly [Key in keyof Subject]: Subject[Key] }
  readonly search: Search<void>
  question: Question
  /** Points of the question that were written, and of these the ones that were answered. */
  written: number
  answered: number
  verdicts: Uint8Array
  spent: number
  spentToSuccess: number | null
  done: boolean
  readonly curve: (number | null)[]
}

function openSeeker(index: number, subject: Seeker['subject'], search: Search<void>): Seeker {
  return {
    index,
    subject,
    search,
    question: { count: 0, write() {} },
    written: 0,
    answered: 0,
    verdicts: new Uint8Array(0),
    spent: 0,
    spentToSuccess: null,
    done: false,
    curve: [],
  }
}

/** Lets the search think until it has its next question; false when it has none. */
function proceed(seeker: Seeker): boolean {
  const { done, value } = seeker.search.next(seeker.verdicts)
  if (done === true) return false
  seeker.question = value
  seeker.written = 0
  seeker.answered = 0
  if (seeker.verdicts.length !== value.count) seeker.verdicts = new Uint8Array(value.count)
  return true
}

/** Writes as many points as there is room for and queries are left. Returns how many. */
function writePoints(
  seeker: Seeker,
  buffer: Float32Array,
  { size, row, room }: { readonly size: number; readonly row: number; readonly room: number },
): number {
  const { question, subject, written } = seeker
  const count = Math.min(question.count - written, subject.left, room)
  for (let k = 0; k < count; k++) question.write(buffer, (row + k) * size, written + k)
  seeker.written += count
  return count
}

/** Books the answer to the next point of a question. */
function hear(
  seeker: Seeker,
  points: Float32Array,
  at: number,
  hit: boolean,
  { norm, stopAt, checkpoints = [] }: LabelRun & { readonly norm: Norm },
): void {
  const { subject, question } = seeker
  const point = (): Float32Array => points.subarray(at, at + subject.clean.length)
  seeker.verdicts[seeker.answered++] = hit ? 1 : 0
  seeker.spent++
  subject.left--
  if (!hit) {
    if (subject.distance === Infinity) subject.closest.set(point())
  } else if (!seeker.done) {
    const length = distanceAt(points, at, subject.clean, norm)
    const inside =
      stopAt !== undefined &&
      (stopAt.norm === norm ? length : distanceAt(points, at, subject.clean, stopAt.norm)) <= stopAt.eps
    if (inside || length < subject.distance) {
      subject.closest.set(point())
      subject.distance = length
    }
    if (inside || stopAt === undefined) seeker.spentToSuccess ??= seeker.spent
    seeker.done = inside
  }
  if (seeker.spent === checkpoints[seeker.curve.length])
    seeker.curve.push(subject.distance < Infinity ? subject.distance : null)
  question.answered?.(points, at, hit)
}

/** `distance` of ball.ts for one norm at a time: it is asked for every adversarial point. */
function distanceAt(points: Float32Array, at: number, clean: Float32Array, norm: Norm): number {
  let sum = 0
  if (norm === 'linf') {
    // Math.max would look for NaN and negative zero each time.
    for (let i = 0; i < clean.length; i++) {
      const d = Math.abs((points[at + i] as number) - (clean[i] as number))
      if (d > sum) sum = d
    }
    return sum
  }
  if (norm === 'l1') {
    for (let i = 0; i < clean.length; i++) sum += Math.abs((points[at + i] as number) - (clean[i] as number))
    return sum
  }
  for (let i = 0; i < clean.length; i++) {
    const d = (points[at + i] as number) - (clean[i] as number)
    sum += d * d
  }
  return Math.sqrt(sum)
}
