// Projected gradient descent (Madry et al. 2018, arXiv:1706.06083), which with one step from the clean sample is FGSM
// (Goodfellow et al. 2015, arXiv:1412.6572). Every step asks for loss gradient and scores of the same point, so a
// sample that is misclassified is noticed at once and leaves the batch; nothing that was once adversarial is lost.
import { type GradientModel, gatherRows, type LossName, sizeOf } from '@failmode/core'
import { type AttackBatch, type AttackResult, type AttackRun, reaches } from './attack.ts'
import { ascend, type Ball, project, randomPoint } from './ball.ts'
import { predictions } from './margin.ts'
import { isZeroRow } from './zero-row.ts'

export interface PgdOptions extends Ball, AttackRun {
  readonly loss: LossName
  readonly steps: number
  /** Length of a step in the norm of the ball. */
  readonly stepSize: number
  /** Starts from a random point of the ball; the first of several restarts then does too. */
  readonly randomStart: boolean
  readonly restarts: number
}

/** The result gives for each sample its first adversarial point, and the passes through the model until then. */
export async function pgd(
  model: GradientModel,
  batch: AttackBatch,
  options: PgdOptions,
): Promise<Required<AttackResult>> {
  const { x, labels, targets, ids } = batch
  const count = x.dims[0] as number
  const size = sizeOf(x.dims.slice(1))
  const adversarial = x.data.slice()
  const spentToSuccess: (number | null)[] = new Array(count).fill(null)
  const lossCurve: number[] = []
  let zeroGradients = 0
  const passes = new Int32Array(count)

  for (let restart = 0; restart < options.restarts; restart++) {
    let active = spentToSuccess.flatMap((success, i) => (success === null ? [i] : []))
    if (active.length === 0) break
    for (const i of active) {
      if (options.randomStart) {
        const stream = options.random.split(ids[i] as number).split(restart)
        randomPoint(adversarial, x.data, i, size, options, stream)
      } else {
        adversarial.set(x.data.subarray(i * size, (i + 1) * size), i * size)
      }
    }
    for (let step = 0; step <= options.steps && active.length > 0; step++) {
      options.signal?.throwIfAborted()
      const current = gatherRows({ data: adversarial, dims: x.dims }, active)
      const classes = {
        labels: Int32Array.from(active, (i) => labels[i] as number),
        ...(targets === undefined ? {} : { targets: Int32Array.from(active, (i) => targets[i] as number) }),
      }
      // The last look needs no gradient.
      const last = step === options.steps
      const pass = last
        ? { gradient: null, loss: null, scores: await model.scores(current) }
        : await model.gradient(current, options.loss, classes)
      const predicted = predictions(pass.scores)
      if (pass.loss !== null && restart === 0)
        lossCurve.push(pass.loss.reduce((a, b) => a + b, 0) / active.length)
      const left: number[] = []
      for (const [row, i] of active.entries()) {
        passes[i] = (passes[i] as number) + 1
        if (reaches(batch, i, predicted[row] as number)) {
          spentToSuccess[i] = passes[i] as number
          continue
        }
        left.push(i)
        if (pass.gradient === null) continue
        if (step === 0 && restart === 0 && isZeroRow(pass.gradient, row, size)) zeroGradients++
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
    spentToSuccess,
    lossCurve,
    zeroGradients: count === 0 ? 0 : zeroGradients / count,
  }
}
