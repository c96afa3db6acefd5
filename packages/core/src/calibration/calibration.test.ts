import { describe, expect, it } from 'vitest'
import { createRandom, type Random } from '../random/random.ts'
import { mean } from '../statistics/describe.ts'
import { aurra } from './aurra.ts'
import { expectedCalibrationError, overconfidence, rmsCalibrationError } from './calibration-error.ts'

/** Answers that are right with the chance `truth(confidence)`. */
function draw(random: Random, n: number, truth: (confidence: number) => number) {
  const confidence = Array.from({ length: n }, () => 0.3 + 0.7 * random.uniform())
  return { confidence, correct: confidence.map((p): number => (random.uniform() < truth(p) ? 1 : 0)) }
}

function shuffled<T extends { confidence: number[]; correct: number[] }>(answers: T, random: Random) {
  const order = random.permutation(answers.confidence.length)
  return {
    confidence: Array.from(order, (i) => answers.confidence[i]!),
    correct: Array.from(order, (i) => answers.correct[i]!),
  }
}

describe('the expected calibration error', () => {
  // Bins of width 1/5. (0.6, 0.8] holds 0.65 and 0.8: confidence 0.725, accuracy 0.5. (0.8, 1] holds 0.9 and 1:
  // 0.95 against 1. (0, 0.2] holds 0 and 0.2: 0.1 against 0.
  const answers = { confidence: [0.9, 0, 0.65, 1, 0.2, 0.8], correct: [1, 0, 1, 1, 0, 0] }

  it('is the weighted mean gap of a sum done by hand, edges falling into the lower bin', () => {
    const { value, bins } = expectedCalibrationError(answers, { bins: 5 })
    expect(value).toBeCloseTo((2 * 0.1 + 2 * 0.225 + 2 * 0.05) / 6, 12)
    expect(bins.map(({ from, to, count }) => [from, to, count])).toEqual([
      [0, 0.2, 2],
      [0.65, 0.8, 2],
      [0.9, 1, 2],
    ])
  })

  it('takes 15 bins unless told, and bins of equal mass when told', () => {
    expect(expectedCalibrationError(answers)).toEqual(expectedCalibrationError(answers, { bins: 15 }))
    const { value, bins } = expectedCalibrationError(answers, { bins: 2, by: 'mass' })
    // {0, 0.2, 0.65}: 0.85 expected, 1 right. {0.8, 0.9, 1}: 2.7 expected, 2 right.
    expect(bins.map(({ count }) => count)).toEqual([3, 3])
    expect(value).toBeCloseTo((0.15 + 0.7) / 6, 12)
  })

  it.each([200, 2000])('of a calibrated model of %i rows is high, and without its bias about 0', (n) => {
    const random = createRandom('calibrated').split(n)
    const all = Array.from({ length: 200 }, (_, i) =>
      expectedCalibrationError(draw(random.split(i), n, (p) => p)),
    )
    const plain = mean(all.map(({ value }) => value))
    const debiased = mean(all.map((one) => one.debiased))
    expect(plain).toBeGreaterThan(n === 200 ? 0.07 : 0.02)
    expect(debiased).toBeLessThan(plain / 5)
  })

  it('of a model that claims 0.15 too much keeps that when the bias goes', () => {
    const random = createRandom('bold')
    const all = Array.from({ length: 200 }, (_, i) =>
      expectedCalibrationError(draw(random.split(i), 1000, (p) => p - 0.15)),
    )
    expect(mean(all.map(({ debiased }) => debiased))).toBeCloseTo(0.15, 2)
  })
})

describe('the root mean square calibration error', () => {
  it('is that of a sum done by hand, the last bin taking the rest', () => {
    const confidence = [0.1, 0.2, 0.3, 0.4, 0.5]
    const correct = [0, 1, 0, 0, 1]
    const { value, bins } = rmsCalibrationError({ confidence, correct }, { binSize: 2 })
    // {0.1, 0.2}: 0.15 against 0.5. {0.3, 0.4, 0.5}: 0.4 against 1/3.
    expect(bins.map(({ count }) => count)).toEqual([2, 3])
    expect(value).toBeCloseTo(Math.sqrt((2 * 0.35 ** 2 + 3 * (0.4 - 1 / 3) ** 2) / 5), 12)
  })

  it('counts the surest bin', () => {
    const confidence = Array.from({ length: 200 }, (_, i) => (i < 100 ? i / 1000 : 0.9 + (i - 100) / 1000))
    const correct = confidence.map((_, i) => (i < 100 && i % 20 === 0 ? 1 : 0))
    // The first hundred: 0.0495 against 0.05. The second: 0.9495 against 0.
    expect(rmsCalibrationError({ confidence, correct }).value).toBeCloseTo(
      Math.sqrt((0.0005 ** 2 + 0.9495 ** 2) / 2),
      12,
    )
  })

  it('has an unbiased square: 0 for a calibrated model, the truth for another', () => {
    const random = createRandom('square')
    // Confidence 0.8 throughout and 0.7 right: the debiased square averages to 0.01 though each is drawn from 50 rows.
    const squares = Array.from({ length: 4000 }, (_, i) => {
      const own = random.split(i)
      const correct = Array.from({ length: 50 }, () => (own.uniform() < 0.4 ? 1 : 0))
      const { debiased } = rmsCalibrationError({ confidence: new Array(50).fill(0.8), correct })
      return debiased ** 2
    })
    expect(Math.abs(mean(squares) - 0.16)).toBeLessThan(0.004)
    const calibrated = Array.from({ length: 200 }, (_, i) =>
      rmsCalibrationError(draw(random.split(`c${i}`), 200, (p) => p)),
    )
    expect(mean(calibrated.map(({ debiased }) => debiased))).toBeLessThan(
      0.6 * mean(calibrated.map(({ value }) => value)),
    )
  })

  it('makes one bin of fewer rows than a bin wants', () => {
    expect(rmsCalibrationError({ confidence: [0.5, 0.7], correct: [1, 1] }).value).toBeCloseTo(0.4, 12)
  })
})

describe('the area under the response-rate accuracy curve', () => {
  it('is that of the accuracies at each rate, written out', () => {
    const answers = { confidence: [0.2, 0.9, 0.5, 0.7], correct: [1, 1, 0, 0] }
    expect(aurra(answers)).toBeCloseTo((1 + 1 / 2 + 1 / 3 + 2 / 4) / 4, 12)
  })

  it('of tied rows is the mean over all their orders', () => {
    const correct = [1, 0, 0, 1]
    const orders: number[][] = []
    const permute = (left: readonly number[], done: readonly number[]): void => {
      if (left.length === 0) orders.push([...done])
      for (const i of left)
        permute(
          left.filter((j) => j !== i),
          [...done, i],
        )
    }
    permute([1, 2, 3], [0])
    const areas = orders.map((order) => {
      let right = 0
      return mean(
        order.map((i, j) => {
          right += correct[i]!
          return right / (j + 1)
        }),
      )
    })
    expect(aurra({ confidence: [0.9, 0.5, 0.5, 0.5], correct })).toBeCloseTo(mean(areas), 12)
  })

  it('is the accuracy when all are equally sure, and more when being sure means being right', () => {
    const answers = draw(createRandom(5), 500, (p) => p)
    const flat = { confidence: answers.confidence.map(() => 0.5), correct: answers.correct }
    expect(aurra(flat)).toBeCloseTo(mean(answers.correct), 12)
    expect(aurra(answers)).toBeGreaterThan(mean(answers.correct) + 0.05)
  })
})

describe('every measure', () => {
  const random = createRandom('order')
  const answers = draw(random, 300, (p) => p * p)
  const tied = { ...answers, confidence: answers.confidence.map((p) => Math.round(p * 10) / 10) }
  const measures = {
    width: (a: typeof answers) => expectedCalibrationError(a).debiased,
    mass: (a: typeof answers) => expectedCalibrationError(a, { by: 'mass' }).value,
    rms: (a: typeof answers) => rmsCalibrationError(a, { binSize: 30 }).debiased,
    aurra,
    overconfidence,
  }

  it.each(Object.keys(measures) as (keyof typeof measures)[])(
    '%s does not see the order of the rows',
    (name) => {
      const measure = measures[name]
      for (let i = 0; i < 5; i++)
        expect(measure(shuffled(tied, random.split(i)))).toBeCloseTo(measure(tied), 12)
    },
  )

  it.each(Object.keys(measures) as (keyof typeof measures)[])('%s refuses what is no answer', (name) => {
    const measure = measures[name]
    expect(() => measure({ confidence: [], correct: [] })).toThrow(RangeError)
    expect(() => measure({ confidence: [0.5], correct: [1, 0] })).toThrow(RangeError)
    expect(() => measure({ confidence: [1.5], correct: [1] })).toThrow(RangeError)
    expect(() => measure({ confidence: [Number.NaN], correct: [1] })).toThrow(RangeError)
    expect(() => measure({ confidence: [0.5], correct: [0.5] })).toThrow(RangeError)
  })

  it('has the sign of the claim in overconfidence', () => {
    expect(overconfidence({ confidence: [0.9, 0.7], correct: [1, 0] })).toBeCloseTo(0.3, 12)
    expect(overconfidence({ confidence: [0.6, 0.6], correct: [1, 1] })).toBeCloseTo(-0.4, 12)
  })
})
