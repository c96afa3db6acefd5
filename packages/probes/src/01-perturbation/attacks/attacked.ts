// What every attack step gives, and the last look at it: each point that an attack calls a success is asked once
// more through label access and its distance is measured again, so that a mistake inside an attack shows up as
// `unconfirmed` and never as a finding.
import { type Blob, rows, type StepContext, sizeOf, type Tensor } from '@failmode/core'
import type { Ball, Norm } from '../../attacks/ball.ts'
import { encodeFloats } from './float-file.ts'

export interface AttackInput {
  readonly split: string
  /** Samples to attack; the model has them right. */
  readonly indices: readonly number[]
  readonly norm: Norm
  readonly eps: number
  /** The most queries, or steps, a sample. */
  readonly effort: number
}

export interface AttackedSample {
  readonly index: number
  readonly queries: number
  /** Class the model gives the adversarial point. */
  readonly prediction: number
  readonly linf: number
  readonly l2: number
}

export interface Attacked {
  readonly fooled: readonly AttackedSample[]
  /** Mean loss at each step, where the attack has steps. */
  readonly lossCurve?: readonly number[]
  /** Share of samples without any gradient at the start, where the attack uses gradients. */
  readonly zeroGradients?: number
  /** Points the attack reported that did not stand the second look. */
  readonly unconfirmed: number
  /** The adversarial points of `fooled`, in that order; null when there are none. */
  readonly points: Blob | null
}

export async function confirm(
  context: StepContext,
  found: {
    readonly ball: Ball
    /** Rows of the attacked batch that were fooled. */
    readonly rows: readonly number[]
    readonly indices: readonly number[]
    readonly clean: Tensor
    readonly labels: Int32Array
    /** [rows.length, ...sample] */
    readonly adversarial: Tensor
    readonly queriesToSuccess: readonly (number | null)[]
  },
): Promise<Attacked> {
  if (found.rows.length === 0) return { fooled: [], unconfirmed: 0, points: null }
  const model = await context.model('label')
  const predicted = await model.labels(found.adversarial)
  const size = sizeOf(found.clean.dims.slice(1))
  const fooled: AttackedSample[] = []
  const kept: number[] = []
  for (const [at, row] of found.rows.entries()) {
    const clean = rows(found.clean, row, row + 1).data
    const point = rows(found.adversarial, at, at + 1).data
    const { linf, l2, inBox } = distances(clean, point)
    const prediction = predicted[at] as number
    // float32 arithmetic may overshoot eps by a rounding; 1e-6 relative is the tolerance of the field.
    const stands =
      prediction !== found.labels[row] &&
      (found.ball.norm === 'linf' ? linf : l2) <= found.ball.eps * (1 + 1e-6) + 1e-7 &&
      inBox
    if (!stands) continue
    kept.push(at)
    fooled.push({
      index: found.indices[row] as number,
      queries: found.queriesToSuccess[row] as number,
      prediction,
      linf,
      l2,
    })
  }
  const points = new Float32Array(kept.length * size)
  for (const [to, from] of kept.entries()) {
    points.set(found.adversarial.data.subarray(from * size, (from + 1) * size), to * size)
  }
  return {
    fooled,
    unconfirmed: found.rows.length - fooled.length,
    points:
      kept.length === 0
        ? null
        : await context.blobs.put(encodeFloats(points), {
            folder: 'samples',
            extension: 'f32',
            mediaType: 'application/octet-stream',
          }),
  }
}

function distances(a: Float32Array, b: Float32Array): { linf: number; l2: number; inBox: boolean } {
  let linf = 0
  let squares = 0
  let inBox = true
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    linf = Math.max(linf, Math.abs(difference))
    squares += difference * difference
    inBox &&= (b[i] as number) >= 0 && (b[i] as number) <= 1
  }
  return { linf, l2: Math.sqrt(squares), inBox }
}
