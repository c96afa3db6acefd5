// What every attack step gives, and the last look at it: each point that an attack calls a success is asked once more,
// together with the sample it came from, and its distances are measured again, so that a mistake inside an attack or
// a model that changes its mind shows up as `unconfirmed` and never as a finding.
import { type Blob, gatherRows, type StepContext, sizeOf, type Tensor } from '@failmode/core'
import type { Ball } from '../attacks/ball.ts'
import { predictions } from '../attacks/margin.ts'
import { trueProbabilities } from '../probabilities.ts'
import { encodeFloats } from '../steps/float-file.ts'
import type { Goal } from './attack-plan.ts'

export interface AttackedSample {
  readonly index: number
  /** Queries, or passes, when it was first found. */
  readonly spent: number
  /** Class the model gives the point. */
  readonly prediction: number
  readonly linf: number
  readonly l2: number
  readonly l1: number
  /** Whether the point lies in the ball. */
  readonly inside: boolean
}

export interface Attacked {
  readonly found: readonly AttackedSample[]
  /** Mean loss at each step, where the attack climbs one. */
  readonly lossCurve?: readonly number[]
  /** Share of samples without any gradient at the start, where the attack uses gradients. */
  readonly zeroGradients?: number
  /** Points the attack reported that did not stand the second look. */
  readonly unconfirmed: number
  /** The points of `found`, in that order; null when there are none. */
  readonly points: Blob | null
}

export interface Found {
  readonly ball: Ball
  /** The attack may leave the ball; then a point outside is a distance and no mistake. */
  readonly minimumNorm: boolean
  readonly goal: Goal
  /** How often a model that answers at random is asked about each point; the majority decides. */
  readonly votes: number
  /** Rows of the attacked batch that it calls successes. */
  readonly rows: readonly number[]
  readonly indices: readonly number[]
  readonly clean: Tensor
  readonly labels: Int32Array
  /** Points of the whole batch. */
  readonly adversarial: Tensor
  readonly spentToSuccess: readonly (number | null)[]
}

/** Looks that {@link confirm} takes at a success. */
export function confirmationPrice(votes: number): number {
  return 2 * votes
}

export async function confirm(context: StepContext, found: Found): Promise<Attacked> {
  if (found.rows.length === 0) return { found: [], unconfirmed: 0, points: null }
  const { ball, goal, rows, minimumNorm } = found
  const points = gatherRows(found.adversarial, rows)
  const before = gatherRows(found.clean, rows)
  const labels = Int32Array.from(rows, (row) => found.labels[row] as number)
  const answer = await look(context, points, found)
  const cleanAnswer = await look(context, before, { ...found, goal: { kind: 'any' } })
  const size = sizeOf(found.clean.dims.slice(1))
  const samples: AttackedSample[] = []
  const kept: number[] = []
  for (const [at, row] of rows.entries()) {
    const distances = measure(points.data, before.data, at, size)
    const prediction = answer.classes[at] as number
    const label = labels[at] as number
    const wanted =
      goal.kind === 'class'
        ? prediction === goal.targets[row]
        : goal.kind === 'any'
          ? prediction !== label
          : prediction === label && (answer.probabilities?.[at] ?? 1) <= goal.confidence
    // float32 arithmetic may overshoot eps by a rounding; 1e-6 relative is the tolerance of the field.
    const inside = distances[ball.norm] <= ball.eps * (1 + 1e-6) + 1e-7
    const stands = wanted && distances.inBox && (inside || minimumNorm) && cleanAnswer.classes[at] === label
    if (!stands) continue
    kept.push(at)
    const { linf, l2, l1 } = distances
    samples.push({
      index: found.indices[row] as number,
      spent: found.spentToSuccess[row] as number,
      prediction,
      linf,
      l2,
      l1,
      inside,
    })
  }
  return {
    found: samples,
    unconfirmed: rows.length - samples.length,
    points:
      kept.length === 0
        ? null
        : await context.blobs.put(encodeFloats(gatherRows(points, kept).data), {
            folder: 'samples',
            extension: 'f32',
            mediaType: 'application/octet-stream',
          }),
  }
}

/** The class most often given to each point and, where the goal is doubt, the mean probability of the true class. */
async function look(
  context: StepContext,
  points: Tensor,
  { goal, votes, labels, rows }: Pick<Found, 'goal' | 'votes' | 'labels' | 'rows'>,
): Promise<{ readonly classes: readonly number[]; readonly probabilities: Float64Array | null }> {
  const own = rows.map((row) => labels[row] as number)
  const ballots: Map<number, number>[] = rows.map(() => new Map())
  const probabilities = goal.kind === 'doubt' ? new Float64Array(rows.length) : null
  const asked = goal.kind === 'doubt' ? await context.model('score') : await context.model('label')
  for (let vote = 0; vote < votes; vote++) {
    let classes: Int32Array
    if ('scores' in asked) {
      const scores = await asked.scores(points)
      classes = predictions(scores)
      for (const [i, p] of trueProbabilities(scores, own).entries()) {
        if (probabilities !== null) probabilities[i] = (probabilities[i] as number) + p / votes
      }
    } else {
      classes = await asked.labels(points)
    }
    for (const [i, k] of classes.entries()) ballots[i]?.set(k, (ballots[i]?.get(k) ?? 0) + 1)
  }
  const classes = ballots.map(
    (ballot) => [...ballot].reduce((best, next) => (next[1] > best[1] ? next : best))[0],
  )
  return { classes, probabilities }
}

function measure(points: Float32Array, clean: Float32Array, row: number, size: number) {
  let linf = 0
  let squares = 0
  let l1 = 0
  let inBox = true
  for (let i = row * size; i < (row + 1) * size; i++) {
    const value = points[i] as number
    const d = Math.abs(value - (clean[i] as number))
    if (d > linf) linf = d
    squares += d * d
    l1 += d
    inBox &&= value >= 0 && value <= 1
  }
  return { linf, l2: Math.sqrt(squares), l1, inBox }
}
