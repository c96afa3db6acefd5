// Projected gradient descent (Madry et al. 2018, arXiv:1706.06083), which with one step from the clean sample is FGSM
// (Goodfellow et al. 2015, arXiv:1412.6572). Every step asks for loss gradient and scores of the same point, so a
// sample that is misclassified is noticed at once and leaves the batch; nothing that was once adversarial is lost.
import {
  type GradientModel,
  gatherRows,
  type LossName,
  type Random,
  sizeOf,
  type Tensor,
} from '@failmode/core'
import { ascend, type Ball, project, randomPoint } from './ball.ts'
import { predictions } from './margin.ts'

export interface PgdOptions extends Ball {
  readonly loss: LossName
  readonly steps: number
  /** Length of a step in the norm of the ball. */
  readonly stepSize: number
  /** Starts from a random point of the ball; the first of several restarts then does too. */
  readonly randomStart: boolean
  readonly restarts: number
  readonly signal?: AbortSignal
  readonly progress?: (share: number) => void
}

export interface PgdResult {
  /** For each sample its first misclassified point, else the last one; same shape as the input. */
  readonly adversarial: Tensor
  /** Passes through the model until the sample was first misclassified, or null. */
  readonly passesToSuccess: readonly (number | null)[]
  /** Mean loss over the samples of the first restart at each step: it has to rise. */
  readonly lossCurve: readonly number[]
  /** Share of samples whose gradient at the clean sample is zero in every entry. */
  readonly zeroGradients: number
}

/**
 * @param x samples in unit space, first dimension the batch; the model has them right
 * @param random sample i draws from `random.split(ids[i])`
 */
export async function pgd(
  model: GradientModel,
  x: Tensor,
  labels: Int32Array,
  ids: readonly number[],
  random: Random,
  options: PgdOptions,
): Promise<PgdResult> {
  const count = x.dims[0] as number
  const size = sizeOf(x.dims.slice(1))
  const adversarial = x.data.slice()
  const passesToSuccess: (number | null)[] = new Array(count).fill(null)
  const lossCurve: number[] = []
  let zeroGradients = 0
  const passes = new Int32Array(count)

  for (let restart = 0; restart < options.restarts; restart++) {
    let active = passesToSuccess.flatMap((success, i) => (success === null ? [i] : []))
    if (active.length === 0) break
    for (const i of active) {
      if (options.randomStart) {
        const stream = random.split(ids[i] as number).split(restart)
        randomPoint(adversarial, x.data, i, size, options, stream)
      } else {
        adversarial.set(x.data.subarray(i * size, (i + 1) * size), i * size)
      }
    }
    for (let step = 0; step <= options.steps && active.length > 0; step++) {
      options.signal?.throwIfAborted()
      const current = gatherRows({ data: adversarial, dims: x.dims }, active)
      const own = Int32Array.from(active, (i) => labels[i] as number)
      // The last look needs no gradient.
      const last = step === options.steps
      const pass = last
        ? { gradient: null, loss: null, scores: await model.scores(current) }
        : await model.gradient(current, options.loss, { labels: own })
      const predicted = predictions(pass.scores)
      if (pass.loss !== null && restart === 0)
        lossCurve.push(pass.loss.reduce((a, b) => a + b, 0) / active.length)
      const left: number[] = []
      for (const [row, i] of active.entries()) {
        passes[i] = (passes[i] as number) + 1
        if (predicted[row] !== own[row]) {
          passesToSuccess[i] = passes[i] as number
          continue
        }
        left.push(i)
        if (pass.gradient === null) continue
        if (step === 0 && restart === 0 && isZero(pass.gradient, row, size)) zeroGradients++
        const point = current.data
        ascend(point, pass.gradient, row, size, { norm: options.norm, step: options.stepSize })
        adversarial.set(point.subarray(row * size, (row + 1) * size), i * size)
        project(adversarial, x.data, i, size, options)
      }
      active = left
      options.progress?.((restart + (step + 1) / (options.steps + 1)) / options.restarts)
    }
  }
  return {
    adversarial: { data: adversarial, dims: x.dims },
    passesToSuccess,
    lossCurve,
    zeroGradients: count === 0 ? 0 : zeroGradients / count,
  }
}

function isZero(gradient: Float32Array, row: number, size: number): boolean {
  for (let i = row * size; i < (row + 1) * size; i++) if (gradient[i] !== 0) return false
  return true
}
