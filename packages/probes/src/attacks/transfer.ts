// Transfer: adversarial points of one model are tried on another, of which the attacker sees the answers only. They are
// made by gradient steps with momentum (Dong et al. 2018, arXiv:1710.06081), which follow the surrogate's peculiarities
// less than the steepest way does, each at a picture that was randomly shrunk (Xie et al. 2019, arXiv:1803.06978) and
// with a gradient that was blurred (Dong et al. 2019, arXiv:1904.02884). What counts is the answer of the target, which
// is asked once.
import { type GradientModel, type LabelModel, type LossName, sizeOf } from '@failmode/core'
import { type AttackBatch, type AttackResult, type AttackRun, reaches } from './attack.ts'
import { ascend, type Ball, project } from './ball.ts'
import { blur, gaussianKernel } from './gaussian-blur.ts'
import { drawPlacement, shrink, shrinkAdjoint } from './input-diversity.ts'
import { asPicture } from './picture.ts'

export interface TransferOptions extends Ball, AttackRun {
  /** What the surrogate climbs; cross-entropy, towards the target where there is one, when absent. */
  readonly loss?: LossName
  /** Gradient steps on the surrogate; 10 when absent. */
  readonly steps?: number
  /** Length of a step in the norm of the ball; a quarter of its radius when absent, such as 2/255 of 8/255. */
  readonly stepSize?: number
  /** Weight of the steps before in each step; 1 when absent. */
  readonly decay?: number
  /** Probability that a picture is shrunk in a step; 0.5 when absent. */
  readonly diversity?: number
  /** Width of the kernel that blurs gradients, an odd number; 15 when absent, and 1 blurs nothing. */
  readonly kernel?: number
}

/**
 * Pictures are [N, C, H, W]. In samples of any other shape neighbours need not have to do with each other, and nothing
 * is shrunk or blurred. `spentToSuccess` counts queries of the target: 1, or null.
 */
export async function transfer(
  surrogate: GradientModel,
  target: LabelModel,
  batch: AttackBatch,
  options: TransferOptions,
): Promise<AttackResult> {
  const { x, targets, ids } = batch
  const { steps = 10, stepSize = options.eps / 4, decay = 1, diversity = 0.5, kernel = 15 } = options
  const { loss = targets === undefined ? 'cross-entropy' : 'targeted-cross-entropy' } = options
  const sampleShape = x.dims.slice(1)
  const size = sizeOf(sampleShape)
  const picture = sampleShape.length === 3 ? asPicture(sampleShape) : null
  const weights = gaussianKernel(kernel)
  const streams = ids.map((id) => options.random.split(id))
  const points = x.data.slice()
  const momentum = new Float32Array(points.length)
  const rowOf = (values: Float32Array, i: number) => values.subarray(i * size, (i + 1) * size)

  for (let step = 0; step < steps; step++) {
    options.signal?.throwIfAborted()
    const seen = points.slice()
    const placements = streams.map((stream, i) => {
      if (picture === null || stream.uniform() >= diversity) return null
      const placement = drawPlacement(picture, stream)
      seen.set(shrink(rowOf(points, i), picture, placement), i * size)
      return placement
    })
    const { gradient } = await surrogate.gradient({ data: seen, dims: x.dims }, loss, batch)
    for (const [i, placement] of placements.entries()) {
      const whole = rowOf(gradient, i)
      const own =
        picture === null || placement === null ? whole.slice() : shrinkAdjoint(whole, picture, placement)
      if (picture !== null && kernel > 1) blur(own, picture, weights)
      accumulate(rowOf(momentum, i), own, decay)
      ascend(points, momentum, i, size, { norm: options.norm, step: stepSize })
      project(points, x.data, i, size, options)
    }
    options.progress?.((step + 1) / (steps + 1))
  }
  options.signal?.throwIfAborted()
  const answers = await target.labels({ data: points, dims: x.dims })
  const spentToSuccess = Array.from(answers, (answer, i) => (reaches(batch, i, answer) ? 1 : null))
  return { adversarial: { data: points, dims: x.dims }, spentToSuccess }
}

/** Adds the gradient, brought to a mean size of 1, to what is left of the momentum (equation 6 of arXiv:1710.06081). */
function accumulate(momentum: Float32Array, gradient: Float32Array, decay: number): void {
  let sum = 0
  for (let j = 0; j < gradient.length; j++) sum += Math.abs(gradient[j] as number)
  const scale = sum === 0 ? 0 : gradient.length / sum
  for (let j = 0; j < momentum.length; j++) {
    momentum[j] = decay * (momentum[j] as number) + scale * (gradient[j] as number)
  }
}
