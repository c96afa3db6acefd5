// The step that asks how far one gets without the model: a linear classifier of the guest's own pixels. It solves counting
// squares, which a sum does, so it stands beside the result and decides nothing.
import { createRandom, type StepHandler } from '@failmode/core'
import { guestsOf } from './choose-guest.ts'
import type { GuestName } from './options.ts'

export const linearProbeStep: StepHandler<
  { readonly guest: GuestName; readonly own: string; readonly samples: number; readonly seed: number },
  { readonly right: number; readonly n: number }
> = {
  name: 'reprogramming/linear-probe',
  version: 1,
  async run({ guest, own, samples, seed }, context) {
    const random = createRandom(seed, ['reprogramming', guest])
    const { learn, test, classes } = await guestsOf(guest, {
      own,
      learn: mostLearnt,
      test: samples,
      random: random.split('samples'),
      context,
    })
    const rows = learn.labels.length
    const width = learn.x.data.length / rows
    const x = fitSoftmax(learn.x.data, learn.labels, { rows, width, classes })
    let right = 0
    for (let r = 0; r < test.labels.length; r++) {
      let best = 0
      let most = Number.NEGATIVE_INFINITY
      for (let k = 0; k < classes; k++) {
        let score = x[width * classes + k]!
        for (let c = 0; c < width; c++) score += test.x.data[r * width + c]! * x[c * classes + k]!
        if (score > most) [best, most] = [k, score]
      }
      if (best === test.labels[r]) right++
    }
    return { right, n: test.labels.length }
  },
}

const mostLearnt = 800
const rounds = 150

/** Softmax regression by Adam on all rows; [width + 1, classes], the intercepts last. */
function fitSoftmax(
  data: Float32Array,
  labels: Int32Array,
  { rows, width, classes }: { readonly rows: number; readonly width: number; readonly classes: number },
): Float64Array {
  const size = (width + 1) * classes
  const [weights, first, second] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)]
  const scores = new Float64Array(classes)
  for (let round = 1; round <= rounds; round++) {
    const gradient = new Float64Array(size)
    for (let r = 0; r < rows; r++) {
      const row = data.subarray(r * width, (r + 1) * width)
      scores.set(weights.subarray(width * classes))
      for (let c = 0; c < width; c++) {
        const value = row[c]!
        if (value === 0) continue
        for (let k = 0; k < classes; k++) scores[k]! += value * weights[c * classes + k]!
      }
      const top = scores.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
      let sum = 0
      for (let k = 0; k < classes; k++) {
        scores[k] = Math.exp(scores[k]! - top)
        sum += scores[k]!
      }
      for (let k = 0; k < classes; k++) scores[k] = (scores[k]! / sum - (labels[r] === k ? 1 : 0)) / rows
      for (let c = 0; c <= width; c++) {
        const value = c === width ? 1 : row[c]!
        if (value === 0) continue
        for (let k = 0; k < classes; k++) gradient[c * classes + k]! += value * scores[k]!
      }
    }
    const [a, b] = [1 - 0.9 ** round, 1 - 0.999 ** round]
    for (let i = 0; i < size; i++) {
      first[i] = 0.9 * first[i]! + 0.1 * gradient[i]!
      second[i] = 0.999 * second[i]! + 0.001 * gradient[i]! ** 2
      weights[i]! -= (0.1 * first[i]!) / a / (Math.sqrt(second[i]! / b) + 1e-8)
    }
  }
  return weights
}
