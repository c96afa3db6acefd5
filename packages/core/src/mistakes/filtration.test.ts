import { describe, expect, it } from 'vitest'
import { createRandom, type Random } from '../random/random.ts'
import { mean } from '../statistics/describe.ts'
import {
  type FilterModel,
  filteredAccuracyDrop,
  minedRegion,
  minedTransfer,
  mineSamples,
} from './filtration.ts'
import { nearestNeighbours } from './nearest-neighbours.ts'

/** A model that is right with the chance given for each sample, and says so. */
function draw(random: Random, chances: readonly number[]): FilterModel {
  const correct = chances.map((chance) => (random.uniform() < chance ? 1 : 0))
  return {
    correct,
    trueProbability: correct.map((right) =>
      right === 1 ? 0.5 + 0.5 * random.uniform() : 0.3 * random.uniform(),
    ),
  }
}

const hard = (n: number): number[] => Array.from({ length: n }, (_, i) => (i % 5 === 0 ? 0.2 : 0.95))

describe('mined samples', () => {
  const miner = { correct: [0, 1, 0, 0, 1], trueProbability: [0.1, 0.1, 0.15, 0.149, 0.9] }

  it('are those that are wrong and below the threshold', () => {
    expect([...mineSamples([miner])]).toEqual([0, 3])
    expect([...mineSamples([miner], { below: 0.2 })]).toEqual([0, 2, 3])
  })

  it('are those of all miners where there are several', () => {
    const other = { correct: [1, 0, 0, 0, 0], trueProbability: [0.9, 0, 0, 0.01, 0] }
    expect([...mineSamples([miner, other])]).toEqual([3])
  })

  it('need miners that answer the same samples', () => {
    expect(() => mineSamples([])).toThrow(RangeError)
    expect(() => mineSamples([miner, { correct: [0], trueProbability: [0] }])).toThrow(RangeError)
    expect(() => minedTransfer([miner], [0, 1])).toThrow(RangeError)
    expect(() => filteredAccuracyDrop([miner], miner.correct, createRandom(0))).toThrow(RangeError)
  })
})

describe('the share of mined errors that another model makes', () => {
  it('is counted, beside what chance would give', () => {
    const miner = { correct: [0, 0, 0, 1, 1, 1], trueProbability: [0, 0, 0, 1, 1, 1] }
    const found = minedTransfer([miner], [0, 0, 1, 1, 1, 1])
    expect(found).toMatchObject({ asked: 3, failures: 2 })
    expect(found.share).toBeCloseTo(2 / 3, 12)
    expect(found.ifIndependent).toBeCloseTo(1 / 3, 12)
    // Both errors among the 3 mined of 6: C(3,2) of C(6,2).
    expect(found.pValue).toBeCloseTo(3 / 15, 12)
  })

  it('says nothing where nothing is mined', () => {
    const found = minedTransfer([{ correct: [1, 1], trueProbability: [1, 1] }], [0, 1])
    expect(found.share).toBeNaN()
    expect(found.interval).toMatchObject({ low: 0, high: 1 })
    expect(found.pValue).toBe(1)
  })
})

describe('the accuracy that a judge loses on mined samples', () => {
  it('is the gap of both accuracies, large where errors are shared', () => {
    const random = createRandom('shared')
    const chances = hard(2000)
    const [a, b] = [draw(random.split('a'), chances), draw(random.split('b'), chances)]
    const found = filteredAccuracyDrop([a], b.correct, random.split('bootstrap'))!
    expect(found.accuracy).toBeCloseTo(mean(b.correct), 12)
    expect(found.filteredAccuracy).toBeCloseTo(mean(Array.from(found.mined, (i) => b.correct[i]!)), 12)
    expect(found.drop).toBeCloseTo(found.accuracy - found.filteredAccuracy, 12)
    // Of the mined, 0.2 * 0.8 against 0.8 * 0.05 are hard: 4 of 5, so 0.2 * 4/5 + 0.95 / 5 = 0.35 against 0.8.
    expect(found.interval.low < 0.45 && 0.45 < found.interval.high).toBe(true)
    expect(found.ifIndependent.high).toBeLessThan(found.interval.low)
    expect(found.pValue).toBeLessThan(1e-6)
  })

  it('has an interval that covers the truth as often as it says', () => {
    let covered = 0
    for (let seed = 0; seed < 100; seed++) {
      const random = createRandom('coverage').split(seed)
      const chances = hard(400)
      const [a, b] = [draw(random.split('a'), chances), draw(random.split('b'), chances)]
      const { low, high } = filteredAccuracyDrop([a], b.correct, random.split('bootstrap'))!.interval
      if (low <= 0.45 && 0.45 <= high) covered++
    }
    expect(covered).toBeGreaterThanOrEqual(88)
  })

  it('is about 0, and within its bounds, for a judge that errs on its own', () => {
    const drops: number[] = []
    let outside = 0
    for (let seed = 0; seed < 200; seed++) {
      const random = createRandom('own').split(seed)
      const [a, b] = ['a', 'b'].map((name) => draw(random.split(name), new Array(300).fill(0.8)))
      const { drop, ifIndependent } = filteredAccuracyDrop([a!], b!.correct, random.split('bootstrap'))!
      drops.push(drop)
      expect(ifIndependent.low).toBeLessThan(0)
      expect(ifIndependent.high).toBeGreaterThan(0)
      if (drop < ifIndependent.low - 1e-12 || drop > ifIndependent.high + 1e-12) outside++
    }
    expect(Math.abs(mean(drops))).toBeLessThan(0.02)
    // At most 5 of 100, and 18 of 200 would be seen less than once in a hundred times at that rate.
    expect(outside).toBeLessThan(18)
  })

  it('is not known when nothing is mined', () => {
    const sure = { correct: [1, 1], trueProbability: [1, 1] }
    expect(filteredAccuracyDrop([sure], [0, 1], createRandom(0))).toBeUndefined()
  })
})

describe('the region around mined samples', () => {
  const points = (random: Random, n: number) => ({
    rows: n,
    columns: 2,
    values: Float64Array.from({ length: 2 * n }, () => random.normal()),
  })

  it('is where the same model fails on samples that were not mined', () => {
    const random = createRandom('region')
    const all = points(random, 1500)
    const chances = Array.from({ length: 1500 }, (_, i) => (all.values[2 * i]! > 1 ? 0.1 : 0.97))
    const model = draw(random.split('model'), chances)
    const neighbours = nearestNeighbours(all, { metric: 'euclid' })
    const found = minedRegion([model], model.correct, neighbours, random.split('halves'))
    expect(found.share).toBeGreaterThan(0.6)
    // Mined samples are all wrong; those near them are not, and tell the truth.
    expect(found.share).toBeLessThan(0.9)
    expect(found.pValue).toBeLessThan(1e-10)
    for (const row of found.mined) expect(model.correct[row]).toBe(0)
  })

  it('tells nothing apart where errors fall anywhere, though the model mined its own', () => {
    let claimed = 0
    for (let seed = 0; seed < 100; seed++) {
      const random = createRandom('anywhere').split(seed)
      const model = draw(random.split('model'), new Array(200).fill(0.7))
      const neighbours = nearestNeighbours(points(random, 200), { metric: 'euclid' })
      if (minedRegion([model], model.correct, neighbours, random.split('halves')).pValue <= 0.05) claimed++
    }
    expect(claimed).toBeLessThanOrEqual(11)
  })
})
