import { createRandom } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { trueProbabilities } from '../probabilities.ts'
import { linearModel } from '../testing/linear-model.ts'
import type { AttackBatch } from './attack.ts'
import { predictions } from './margin.ts'
import { pgd } from './pgd.ts'
import { reduceConfidence } from './reduce-confidence.ts'

const size = 6
const model = linearModel([new Array(size).fill(0), new Array(size).fill(8)], [0, -24])
const x = { data: new Float32Array(size).fill(0.6), dims: [1, size] }
const batch = { x, labels: Int32Array.of(1), ids: [0] }
const attackWithin = (eps: number) => (part: AttackBatch) =>
  pgd(model, part, {
    random: createRandom(1),
    norm: 'linf',
    eps,
    loss: 'cross-entropy',
    steps: 20,
    stepSize: eps / 4,
    randomStart: true,
    restarts: 1,
  })

describe('confidence reduction', () => {
  it('finds a point that is still right and in doubt on the way back from one that is wrong', async () => {
    // z = 48 (mean - 0.5): 4.8 at the sample, so p = 0.992; p = 0.6 at a mean of 0.5 + log(1.5) / 48.
    const { adversarial, spentToSuccess } = await reduceConfidence(model, batch, {
      attack: attackWithin(0.2),
      confidence: 0.6,
    })
    expect(spentToSuccess[0]).not.toBeNull()
    const scores = await model.scores(adversarial)
    expect(predictions(scores)[0]).toBe(1)
    expect(trueProbabilities(scores, [1])[0]).toBeLessThanOrEqual(0.6)
    for (const value of adversarial.data) expect(Math.abs(value - 0.6)).toBeLessThanOrEqual(0.2 + 1e-6)
  })

  it('also counts a point that the attack did not get across the border', async () => {
    // 0.095 down is a mean of 0.505: right, with p = sigmoid(0.24) = 0.56.
    const { spentToSuccess } = await reduceConfidence(model, batch, {
      attack: attackWithin(0.095),
      confidence: 0.6,
    })
    expect(spentToSuccess[0]).not.toBeNull()
  })

  it('finds nothing where the ball holds no such point', async () => {
    // 0.05 down is a mean of 0.55: p = sigmoid(2.4) = 0.917.
    const { spentToSuccess } = await reduceConfidence(model, batch, {
      attack: attackWithin(0.05),
      confidence: 0.9,
    })
    expect(spentToSuccess[0]).toBeNull()
  })
})
