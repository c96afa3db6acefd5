import { describe, expect, it } from 'vitest'
import { createRandom, type Random } from '../random/random.ts'
import { differenceOfConfidences, thresholdedConfidence } from './accuracy-estimate.ts'
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts'
import { estimateLabelShift } from './label-shift.ts'
import { distanceOfMove, moveOfDistance, smallestKsDistance, smallestShareChange } from './smallest-shift.ts'
import { twoSampleBootstrap } from './two-sample-bootstrap.ts'

/** Labels of the given shares, and answers that are right 4 times of 5 and else the next class. */
function draw(random: Random, n: number, shares: readonly number[]) {
  const labels = Array.from({ length: n }, () => {
    const place = random.uniform()
    let label = 0
    let sum = shares[0]!
    while (label < shares.length - 1 && place >= sum) sum += shares[++label]!
    return label
  })
  const predicted = labels.map((k) => (random.uniform() < 0.8 ? k : (k + 1) % shares.length))
  return { labels, predicted }
}

describe('shares of classes without labels', () => {
  it('are exact where the confusion is the same exactly', () => {
    // Class 0 is answered right 3 of 4 times, class 1 always; the current answers are those of shares 0.8 and 0.2.
    const labels = [0, 0, 0, 0, 1, 1, 1, 1]
    const predicted = [0, 0, 0, 1, 1, 1, 1, 1]
    const currentPredicted = [...new Array(60).fill(0), ...new Array(40).fill(1)]
    const found = estimateLabelShift({ classes: 2, labels, predicted, currentPredicted })
    expect(found.shares[0]).toBeCloseTo(0.8, 5)
    expect(found.weights[1]).toBeCloseTo(0.4, 5)
    expect(found.solvable).toBe(true)
  })

  it('come near the truth in a sample, where counting answers does not', () => {
    const random = createRandom(1)
    const [reference, current] = [draw(random, 4000, [0.25, 0.25, 0.5]), draw(random, 4000, [0.6, 0.3, 0.1])]
    const { shares } = estimateLabelShift({
      classes: 3,
      ...reference,
      currentPredicted: current.predicted,
    })
    for (const [k, truth] of [0.6, 0.3, 0.1].entries())
      expect(Math.abs(shares[k]! - truth)).toBeLessThan(0.04)
    expect(current.predicted.filter((k) => k === 0).length / 4000).toBeLessThan(0.52)
  })

  it('are said not to be known when the answers do not depend on the class', () => {
    const labels = [0, 1, 0, 1]
    const found = estimateLabelShift({ classes: 2, labels, predicted: [0, 0, 1, 1], currentPredicted: [0] })
    expect(found.solvable).toBe(false)
  })
})

describe('accuracy without labels', () => {
  it('is that of the reference on the reference itself, ties and all', () => {
    const confidence = [0.9, 0.9, 0.9, 0.8, 0.7, 0.6]
    const correct = [1, 1, 0, 0, 0, 0]
    expect(thresholdedConfidence({ confidence, correct }, confidence)).toBeCloseTo(1 / 3, 12)
    expect(differenceOfConfidences({ confidence, correct }, confidence)).toBeCloseTo(1 / 3, 12)
  })

  it('is found for a calibrated model whose inputs got harder', () => {
    const random = createRandom(3)
    const answers = (n: number, power: number) => {
      const confidence = Array.from({ length: n }, () => 0.5 + 0.5 * random.uniform() ** power)
      return { confidence, correct: confidence.map((p) => (random.uniform() < p ? 1 : 0)) }
    }
    const [reference, current] = [answers(6000, 0.5), answers(6000, 1.5)]
    const truth = current.correct.reduce<number>((a, b) => a + b, 0) / 6000
    expect(truth).toBeLessThan(0.72)
    expect(Math.abs(differenceOfConfidences(reference, current.confidence) - truth)).toBeLessThan(0.02)
    // A threshold turns sureness into yes or no, and overstates a fall that is one of degree.
    expect(thresholdedConfidence(reference, current.confidence)).toBeLessThan(truth)
  })
})

describe('the smallest shift', () => {
  it('is found at least as often as promised, by simulation', () => {
    for (const [m, n] of [
      [100, 100],
      [60, 200],
    ] as const) {
      const move = moveOfDistance(smallestKsDistance(m, n))
      let found = 0
      for (let r = 0; r < 300; r++) {
        const random = createRandom(r)
        const a = Array.from({ length: m }, () => random.normal())
        const b = Array.from({ length: n }, () => random.normal() + move)
        if (kolmogorovSmirnov(a, b).pValue <= 0.05) found++
      }
      expect(found / 300).toBeGreaterThan(0.78)
    }
  })

  it('of a normal feature and its KS distance are each other turned round', () => {
    expect(distanceOfMove(moveOfDistance(0.3))).toBeCloseTo(0.3, 12)
    expect(moveOfDistance(1)).toBe(Number.POSITIVE_INFINITY)
  })

  it('of a share is the textbook one: 0.5 against 0.5 with 392 each finds 0.1 in 80 %', () => {
    expect(smallestShareChange(392, 392, 0.5)).toBeCloseTo(0.1, 3)
    expect(smallestShareChange(0, 10, 0.5)).toBe(1)
  })
})

describe('the two-sample bootstrap', () => {
  it('has the width of the textbook interval for a difference of means', () => {
    const random = createRandom(5)
    const [a, b] = [200, 300].map((n) => Array.from({ length: n }, () => random.normal()))
    const mean = (x: readonly number[], at: Int32Array) => at.reduce((sum, i) => sum + x[i]!, 0) / at.length
    const { low, high } = twoSampleBootstrap([200, 300], (i, j) => mean(b!, j) - mean(a!, i), random, {
      resamples: 2000,
    })
    expect(high - low).toBeCloseTo(2 * 1.96 * Math.sqrt(1 / 200 + 1 / 300), 1)
  })
})
