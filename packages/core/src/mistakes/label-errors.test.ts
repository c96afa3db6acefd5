import { describe, expect, it } from 'vitest'
import { createRandom, type Random } from '../random/random.ts'
import { type Points, pointsOf } from '../shift/points.ts'
import { confidentLearning } from './confident-learning.ts'
import truths from './golden/truths.json' with { type: 'json' }
import { labelErrorScores, neighbourAgreement, outlierScores } from './label-errors.ts'
import { nearestNeighbours } from './nearest-neighbours.ts'
import { type MistakeKind, sortMistakes } from './sort-mistakes.ts'

describe('confident learning', () => {
  it.each(truths.confidentLearning)('finds what cleanlab finds in $classes classes', (truth) => {
    const { probabilities, labels, classes } = truth
    const found = (prune: 'class' | 'noise-rate' | 'both') =>
      confidentLearning(probabilities, labels, classes, { prune })
    const { thresholds, confidentCounts, joint, margin, estimatedErrors } = found('both')
    for (let k = 0; k < classes; k++) expect(thresholds[k]).toBeCloseTo(truth.thresholds[k]!, 12)
    expect(confidentCounts).toEqual(truth.counts)
    for (const [i, row] of joint.entries()) {
      for (const [j, share] of row.entries()) {
        // Its counts are whole numbers.
        expect(Math.abs(share * labels.length - truth.calibrated[i]![j]!)).toBeLessThan(1)
      }
    }
    const offDiagonal = truth.calibrated.flatMap((row, i) => row.filter((_, j) => j !== i))
    expect(Math.abs(estimatedErrors - offDiagonal.reduce((a, b) => a + b, 0))).toBeLessThan(classes)
    for (let i = 0; i < labels.length; i++) expect(margin[i]).toBeCloseTo(truth.margin[i]!, 9)
    const rows = (suspects: Int32Array): number[] => [...suspects].sort((a, b) => a - b)
    expect(rows(found('class').suspects)).toEqual(truth.prune_by_class)
    expect(rows(found('noise-rate').suspects)).toEqual(truth.prune_by_noise_rate)
    expect(rows(found('both').suspects)).toEqual(truth.both)
  })

  it('knows the noise of each class', () => {
    const random = createRandom('noise')
    // A third of class 1 is recorded as 0, nothing else is wrong.
    const n = 3000
    const truth = Array.from({ length: n }, (_, i) => i % 3)
    const labels = truth.map((k) => (k === 1 && random.uniform() < 1 / 3 ? 0 : k))
    const probabilities = truth.flatMap((k) => [0, 1, 2].map((j) => (j === k ? 0.9 : 0.05)))
    const wrong = labels.filter((label, i) => label !== truth[i]).length
    const found = confidentLearning(probabilities, labels, 3)
    expect(found.wrongOfTrue[1]).toBeCloseTo(wrong / 1000, 9)
    expect(found.wrongOfGiven[0]).toBeCloseTo(wrong / (1000 + wrong), 9)
    expect(found.wrongOfTrue[0]).toBe(0)
    expect(found.joint.flat().reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
    expect(found.estimatedErrors).toBeCloseTo(wrong, 9)
    expect(found.suspects.length).toBe(wrong)
    for (const row of found.suspects) expect(labels[row]).not.toBe(truth[row])
  })

  it('orders suspects by what it is told', () => {
    const { probabilities, labels, classes } = truths.confidentLearning[0]!
    const byMargin = confidentLearning(probabilities, labels, classes)
    const bySelf = confidentLearning(probabilities, labels, classes, { rank: 'self-confidence' })
    expect(new Set(byMargin.suspects)).toEqual(new Set(bySelf.suspects))
    for (const [{ suspects }, measure] of [
      [byMargin, byMargin.margin],
      [bySelf, bySelf.selfConfidence],
    ] as const) {
      const values = Array.from(suspects, (row) => measure[row]!)
      expect(values).toEqual([...values].sort((a, b) => a - b))
    }
    expect([...byMargin.suspects]).not.toEqual([...bySelf.suspects])
  })

  it('suspects nothing of a sure model that agrees, and lives with a class that has no rows', () => {
    const { suspects, estimatedErrors, thresholds } = confidentLearning(
      [0.9, 0.1, 0, 0.2, 0.8, 0, 1, 0, 0],
      [0, 1, 0],
      3,
    )
    expect([...suspects]).toEqual([])
    expect(estimatedErrors).toBeCloseTo(0, 12)
    expect(thresholds[2]).toBeNaN()
  })

  it('refuses rows that do not fit', () => {
    expect(() => confidentLearning([], [], 2)).toThrow(RangeError)
    expect(() => confidentLearning([0.5, 0.5], [0, 1], 2)).toThrow(RangeError)
    expect(() => confidentLearning([0.5, 0.5], [2], 2)).toThrow(RangeError)
    expect(() => confidentLearning([0.5, 0.5], [0.5], 2)).toThrow(RangeError)
  })
})

describe('nearest neighbours', () => {
  const draw = (random: Random, rows: number, columns: number, at = 0): Points => ({
    rows,
    columns,
    values: Float64Array.from({ length: rows * columns }, () => at + random.normal()),
  })

  it.each([
    ['euclid', 0],
    ['euclid', 1e6],
    ['cosine', 0],
  ] as const)('by %s, %d from the origin, are those of sorting all distances', (metric, at) => {
    const points = draw(createRandom(metric), 75, 7, at)
    const row = (i: number) => [...points.values.subarray(i * 7, (i + 1) * 7)]
    const distance = (a: number[], b: number[]): number => {
      if (metric === 'euclid') return Math.hypot(...a.map((x, c) => x - b[c]!))
      const dot = a.reduce((sum, x, c) => sum + x * b[c]!, 0)
      return Math.sqrt(2 - (2 * dot) / Math.hypot(...a) / Math.hypot(...b))
    }
    const { indices, distances, k } = nearestNeighbours(points, { k: 6, metric })
    for (let i = 0; i < 75; i++) {
      const truth = Array.from({ length: 75 }, (_, j) => ({ j, d: distance(row(i), row(j)) }))
        .filter(({ j }) => j !== i)
        .sort((a, b) => a.d - b.d)
      for (let at = 0; at < k; at++) {
        expect(indices[i * k + at]).toBe(truth[at]!.j)
        expect(distances[i * k + at]).toBeCloseTo(truth[at]!.d, 7)
      }
    }
  })

  it('puts copies at distance 0, the first of them first', () => {
    const points = pointsOf([
      [1, 2, 3],
      [5, 5, 5.5],
      [1, 2, 3],
      [9, 1, 0],
      [1, 2, 3],
    ])
    const { indices, distances } = nearestNeighbours(points, { k: 2, metric: 'euclid' })
    expect([...indices.subarray(8, 10)]).toEqual([0, 2])
    expect([...distances.subarray(8, 10)]).toEqual([0, 0])
  })

  it('compares direction alone by cosine, and gives all the rows there are when asked for more', () => {
    const points = pointsOf([
      [1, 0],
      [100, 1],
      [0.8, 0.6],
      [0, 0],
    ])
    const { k, indices } = nearestNeighbours(points, { k: 10 })
    expect(k).toBe(3)
    expect(indices[0]).toBe(1)
    expect(() => nearestNeighbours(pointsOf([[1]]))).toThrow(RangeError)
    expect(() => nearestNeighbours(pointsOf([[1], [Number.NaN]]))).toThrow(RangeError)
  })

  it('takes seconds for thousands of rows', () => {
    const points = draw(createRandom('many'), 2000, 256)
    const start = performance.now()
    nearestNeighbours(points)
    // 0.3 s on an idle core; a loop that lost its speed takes ten times that.
    expect(performance.now() - start).toBeLessThan(3000)
  })
})

describe('agreement with neighbours', () => {
  // On a line: 0 0 0 1 | 1 1 1, each with its two nearest.
  const neighbours = nearestNeighbours(pointsOf([[0], [1], [2.25], [3.75], [10], [11], [12.25]]), {
    k: 2,
    metric: 'euclid',
  })
  const labels = [0, 0, 0, 1, 1, 1, 1]

  it('counts labels around', () => {
    const { withGiven, withPredicted } = neighbourAgreement(neighbours, labels, [0, 0, 0, 0, 1, 1, 0])
    expect([...withGiven]).toEqual([1, 1, 0.5, 0, 1, 1, 1])
    expect([...withPredicted]).toEqual([1, 1, 0.5, 1, 1, 1, 0])
  })

  it('scores a label by the weaker of model and neighbours', () => {
    const probabilities = [0.9, 0.1, 0.9, 0.1, 0.9, 0.1, 0.8, 0.2, 0, 1, 0, 1, 0.95, 0.05]
    const { scores, suggested } = labelErrorScores(probabilities, labels, 2, neighbours)
    expect(scores[3]).toBeCloseTo(0.6, 12)
    expect(suggested[3]).toBe(0)
    // The model is surer here, and all around speak against it.
    expect(scores[6]).toBe(-1)
  })

  it('measures how far out a row lies against the typical ones', () => {
    const { relative, farther, typicalDistance } = outlierScores(neighbours, [1, 1, 1, 0, 1, 1, 0])
    // Distances to the second neighbour: 2.25 1.25 1.5 2.75 2.25 1.25 2.25.
    expect(typicalDistance).toBe(1.5)
    expect(relative[3]).toBeCloseTo(2.75 / 1.5, 12)
    expect(farther[3]).toBeCloseTo(1 / 6, 12)
    expect(farther[1]).toBeCloseTo(1, 12)
    expect(() => outlierScores(neighbours, new Array(7).fill(0))).toThrow(RangeError)
  })
})

describe('a set with wrong labels, a hard slice, strays and copies', () => {
  const classes = 10
  const columns = 16

  /** Softmax regression by gradient descent; the last weight of a class is its intercept. */
  function fit(x: Float64Array[], y: number[]): Float64Array[] {
    const weights = Array.from({ length: classes }, () => new Float64Array(columns + 1))
    for (let round = 0; round < 60; round++) {
      const moves = weights.map((w) => new Float64Array(w.length))
      for (const [i, row] of x.entries()) {
        const p = predict(weights, row)
        for (let k = 0; k < classes; k++) {
          const miss = p[k]! - (y[i] === k ? 1 : 0)
          for (let c = 0; c < columns; c++) moves[k]![c]! += miss * row[c]!
          moves[k]![columns]! += miss
        }
      }
      for (const [k, w] of weights.entries())
        for (let c = 0; c < w.length; c++) w[c]! -= (0.4 * moves[k]![c]!) / x.length
    }
    return weights
  }

  function predict(weights: Float64Array[], row: Float64Array): number[] {
    const scores = weights.map((w) => row.reduce((sum, value, c) => sum + value * w[c]!, w[columns]!))
    const top = Math.max(...scores)
    const parts = scores.map((score) => Math.exp(score - top))
    const sum = parts.reduce((a, b) => a + b, 0)
    return parts.map((part) => part / sum)
  }

  type Plant = 'wrong-label' | 'hard' | 'stray' | 'copy' | 'none'

  function plant(seed: string) {
    const random = createRandom(seed)
    const centres = Array.from({ length: classes }, () =>
      Float64Array.from({ length: columns }, () => 1.2 * random.normal()),
    )
    const near = (centre: Float64Array, spread: number) =>
      centre.map((value) => value + spread * random.normal())
    const sample = (k: number) => near(centres[k]!, 1)
    // The model learns from rows of its own, a twentieth of them labelled wrongly as well, and without the hard slice.
    const trainLabels = Array.from({ length: 1500 }, (_, i) => i % classes)
    const weights = fit(
      trainLabels.map(sample),
      trainLabels.map((k) => (random.uniform() < 0.05 ? random.int(classes) : k)),
    )

    const truth = Array.from({ length: 2000 }, (_, i) => i % classes)
    const x = truth.map(sample)
    const plants: Plant[] = truth.map(() => 'none')
    // Forty rows of class 3 in a clump between its centre and that of class 7, on the side of 7.
    const clump = centres[3]!.map((value, c) => 0.25 * value + 0.75 * centres[7]![c]! + (c % 2 ? 0.9 : -0.9))
    for (let i = 0; i < 40; i++) {
      x.push(near(clump, 0.15))
      truth.push(3)
      plants.push('hard')
    }
    // Twelve rows far from all and from each other.
    for (let i = 0; i < 12; i++) {
      x.push(Float64Array.from({ length: columns }, () => 6 * random.normal()))
      truth.push(random.int(classes))
      plants.push('stray')
    }
    const labels = [...truth]
    const wrong = random.split('wrong').sample(2000, 100)
    for (const i of wrong) {
      labels[i] = (truth[i]! + 1 + random.int(classes - 1)) % classes
      plants[i] = 'wrong-label'
    }
    // Ten rows once more under another label.
    for (let i = 0, at = 0; at < 10; i++) {
      if (plants[i] !== 'none') continue
      at++
      x.push(Float64Array.from(x[i]!))
      truth.push(truth[i]!)
      labels.push((truth[i]! + 1) % classes)
      plants.push('copy')
      plants[i] = 'copy'
    }
    const probabilities = Float64Array.from(x.flatMap((row) => predict(weights, row)))
    return { points: pointsOf(x), probabilities, labels, plants }
  }

  describe.each(['first', 'second', 'third'])('drawn with the seed %s', (seed) => {
    const { points, probabilities, labels, plants } = plant(seed)
    const neighbours = nearestNeighbours(points, { metric: 'euclid' })
    const { scores } = labelErrorScores(probabilities, labels, classes, neighbours)
    const planted = plants.filter((one) => one === 'wrong-label').length
    const rightOfTop = (badness: ArrayLike<number>, among: (row: number) => boolean): number => {
      const order = plants
        .map((_, i) => i)
        .filter(among)
        .sort((a, b) => badness[b]! - badness[a]!)
      return order.slice(0, planted).filter((i) => plants[i] === 'wrong-label').length / planted
    }
    const sorted = sortMistakes(probabilities, labels, classes, neighbours)
    const kindsOf = (plant: Plant): MistakeKind[] =>
      sorted.filter(({ row }) => plants[row] === plant).map(({ kind }) => kind)
    const shareOf = (plant: Plant, kind: MistakeKind): number =>
      kindsOf(plant).filter((one) => one === kind).length / kindsOf(plant).length

    it('the scores put the wrong labels first', () => {
      // Copies under two labels have a wrong one as well, and are not among those counted.
      expect(rightOfTop(scores, (i) => plants[i] !== 'copy')).toBeGreaterThanOrEqual(0.9)
    })

    it('the model alone puts the hard slice among them', () => {
      const { selfConfidence } = confidentLearning(probabilities, labels, classes)
      const byModel = rightOfTop(
        selfConfidence.map((p) => 1 - p),
        (i) => plants[i] !== 'copy',
      )
      expect(kindsOf('hard').length).toBeGreaterThan(30)
      expect(byModel).toBeLessThan(0.9)
      expect(byModel).toBeLessThan(rightOfTop(scores, (i) => plants[i] !== 'copy'))
    })

    it('each kind is told from the others', () => {
      expect(kindsOf('hard')).not.toContain('label-error')
      expect(shareOf('hard', 'model-mistake')).toBeGreaterThan(0.9)
      expect(shareOf('wrong-label', 'label-error')).toBeGreaterThan(0.75)
      expect(shareOf('stray', 'out-of-distribution')).toBe(1)
      expect(shareOf('copy', 'near-duplicate-conflict')).toBe(1)
      const blamed = sorted.filter(({ kind }) => kind === 'label-error')
      expect(
        blamed.filter(({ row }) => plants[row] === 'wrong-label').length / blamed.length,
      ).toBeGreaterThan(0.95)
      for (const { row, suggested, kind } of sorted) {
        if (kind === 'label-error' && plants[row] === 'wrong-label') expect(suggested).not.toBe(labels[row])
      }
    })

    it('the numbers beside a kind are those it rests on', () => {
      for (const one of sorted) {
        expect(one.predicted).not.toBe(one.given)
        if (one.kind === 'label-error') expect(one.labelErrorScore).toBeGreaterThanOrEqual(0.5)
        if (one.kind === 'model-mistake') expect(one.withGiven).toBeGreaterThanOrEqual(0.5)
        if (one.kind === 'out-of-distribution') expect(one.farther).toBeLessThanOrEqual(0.01)
        expect(one.conflictsWith !== null).toBe(one.kind === 'near-duplicate-conflict')
      }
    })

    it('stricter thresholds leave more unclear', () => {
      const strict = sortMistakes(probabilities, labels, classes, neighbours, {
        labelErrorScore: 0.99,
        support: 1.01,
        outlierShare: 0,
        duplicateDistance: 0,
      })
      const unclear = (all: typeof sorted) => all.filter(({ kind }) => kind === 'unclear').length
      expect(unclear(strict)).toBeGreaterThan(unclear(sorted))
      expect(strict.length).toBe(sorted.length)
    })
  })
})
