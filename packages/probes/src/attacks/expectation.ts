// Expectation over transformation (Athalye et al. 2018, arXiv:1707.07397) for models that answer at random: whoever
// attacks one has to climb the mean over its randomness. The wrapper asks several times and gives back means, so that
// any attack works on the expected model without knowing of it. Loss and gradient are means over the passes, as the
// gradient of the mean loss is. Scores are the mean probability, of logits its logarithm: what counts is how often and
// how surely the model says a class, and in a mean of logits one pass with large ones would outvote all others.
import type { GradientModel, ScoreModel, Scores } from '@failmode/core'

export interface ExpectationOptions {
  /** Calls that an answer is the mean of, at least 1; AutoAttack takes 20 for models that answer at random. */
  readonly passes: number
}

/** Every pass is a call of its own, so that a budget counts each. */
export function expectation(model: GradientModel, options: ExpectationOptions): GradientModel {
  const { passes } = options
  return {
    ...expectedScores(model, options),
    async gradient(x, loss, classes) {
      const first = await model.gradient(x, loss, classes)
      // Summed in double precision: a mean of equal numbers is that number.
      const losses = Float64Array.from(first.loss)
      const gradients = Float64Array.from(first.gradient)
      const scores = [first.scores]
      for (let pass = 1; pass < passes; pass++) {
        const next = await model.gradient(x, loss, classes)
        for (let i = 0; i < losses.length; i++) losses[i] = (losses[i] as number) + (next.loss[i] as number)
        for (let i = 0; i < gradients.length; i++)
          gradients[i] = (gradients[i] as number) + (next.gradient[i] as number)
        scores.push(next.scores)
      }
      return {
        loss: Float32Array.from(losses, (sum) => sum / passes),
        gradient: Float32Array.from(gradients, (sum) => sum / passes),
        scores: meanScores(scores),
      }
    },
  }
}

/** The same for a model that gives scores only. */
export function expectedScores(model: ScoreModel, { passes }: ExpectationOptions): ScoreModel {
  return {
    async scores(x) {
      const all: Scores[] = []
      for (let pass = 0; pass < passes; pass++) all.push(await model.scores(x))
      return meanScores(all)
    },
  }
}

function meanScores(all: readonly Scores[]): Scores {
  const { kind, classes, data } = all[0] as Scores
  const mean = new Float64Array(data.length)
  if (kind === 'probabilities') {
    for (const { data } of all)
      for (const [i, p] of data.entries()) mean[i] = (mean[i] as number) + p / all.length
  } else {
    mean.fill(Number.NEGATIVE_INFINITY)
    for (const { data } of all) {
      for (let from = 0; from < data.length; from += classes) {
        const row = data.subarray(from, from + classes)
        const total = row.reduce((sum, z) => logOfSum(sum, z), Number.NEGATIVE_INFINITY)
        for (let k = 0; k < classes; k++)
          mean[from + k] = logOfSum(mean[from + k] as number, (row[k] as number) - total)
      }
    }
    for (let i = 0; i < mean.length; i++) mean[i] = (mean[i] as number) - Math.log(all.length)
  }
  return { kind, classes, data: Float32Array.from(mean) }
}

/** log(e^a + e^b); one of them may be minus infinity. No probability is too small for it. */
function logOfSum(a: number, b: number): number {
  const top = Math.max(a, b)
  return top === Number.NEGATIVE_INFINITY ? top : top + Math.log1p(Math.exp(Math.min(a, b) - top))
}
