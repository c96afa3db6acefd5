import { createRandom } from '@failmode/core'
import { describe, expect, test } from 'vitest'
import type { Candidate } from './input-candidates.ts'
import { rankCandidates, scoreTrial } from './rank-candidates.ts'

const candidate = (name: string): Candidate => ({ name, input: {} })

/** Logits of n samples, and labels drawn from their softmax: calibrated at temperature 1 by construction. */
function calibrated(n: number, classes: number, seed: number) {
  const random = createRandom(seed)
  const logits = Float64Array.from({ length: n * classes }, () => 3 * random.normal())
  const labels = Int32Array.from({ length: n }, (_, i) => {
    const weights = Array.from(logits.subarray(i * classes, (i + 1) * classes), Math.exp)
    let rest = random.uniform() * weights.reduce((a, b) => a + b, 0)
    return Math.min(
      classes - 1,
      weights.findIndex((weight) => (rest -= weight) < 0),
    )
  })
  return { logits, labels, classes }
}

describe('scoreTrial', () => {
  test('gives the loss of logits and of probabilities as their definition does', () => {
    const given = { labels: [0, 1], classes: 2 }
    const trial = scoreTrial(candidate('a'), [2, 0, 1, -1], { ...given, kind: 'logits' })
    expect([...trial.loss]).toEqual([Math.log(1 + Math.exp(-2)), 2 + Math.log(1 + Math.exp(-2))])
    expect(trial.correct).toEqual([true, false])
    const same = scoreTrial(candidate('b'), [0.8, 0.2, 0.4, 0.6], { ...given, kind: 'probabilities' })
    expect(same.loss[0]).toBeCloseTo(-Math.log(0.8), 12)
    expect(same.loss[1]).toBeCloseTo(-Math.log(0.6), 12)
  })

  test('finds the temperature that was put in, over the whole range that scaling can make', () => {
    const { logits, ...rest } = calibrated(4000, 5, 1)
    for (const scale of [1 / 255, 1, 5, 255]) {
      const trial = scoreTrial(
        candidate('a'),
        logits.map((z) => z * scale),
        { ...rest, kind: 'logits' },
      )
      expect(trial.temperature / scale).toBeGreaterThan(0.93)
      expect(trial.temperature / scale).toBeLessThan(1.07)
    }
  })

  test('survives logits in the thousands', () => {
    const trial = scoreTrial(candidate('a'), [9000, -9000, -9000, 9000], {
      labels: [0, 0],
      classes: 2,
      kind: 'logits',
    })
    expect([...trial.loss]).toEqual([0, 18000])
  })
})

describe('rankCandidates', () => {
  const { logits, ...rest } = calibrated(800, 5, 2)
  const random = createRandom(3)
  const trial = (name: string, scores: ArrayLike<number>) =>
    scoreTrial(candidate(name), scores, { ...rest, kind: 'logits' })
  const noisy = (amount: number) => logits.map((z) => z + amount * random.normal())

  test('lets the convention of the exporter decide between scales, and only where the answers cannot', () => {
    const small = trial('0 to 1', logits)
    const large = trial(
      '0 to 255',
      logits.map((z) => z * 255),
    )
    const isConvention = ({ name }: Candidate) => name === '0 to 255'
    expect(rankCandidates([small, large]).winner.candidate.name).toBe('0 to 1')
    const ranking = rankCandidates([small, large], { isConvention })
    expect(ranking.winner.candidate.name).toBe('0 to 255')
    expect(ranking.sureness).toBe('likely')
    expect(ranking.rivals[0]?.by).toBe('convention')
    const wrong = trial(
      '0 to 255',
      logits.map((_, i) => logits[(i + 1) % logits.length] as number),
    )
    expect(rankCandidates([small, wrong], { isConvention }).winner.candidate.name).toBe('0 to 1')
  })

  test('takes the most accurate candidate and is sure when no other comes near', () => {
    const ranking = rankCandidates([trial('bad', noisy(6)), trial('true', logits), trial('worse', noisy(12))])
    expect(ranking.winner.candidate.name).toBe('true')
    expect(ranking.sureness).toBe('sure')
    expect(ranking.rivals.map((rival) => [rival.candidate.name, rival.by])).toEqual([
      ['bad', 'accuracy'],
      ['worse', 'accuracy'],
    ])
  })

  test('is not misled by scale: equal answers at 255 times the scores lose, and say that it was by scale', () => {
    const large = logits.map((z) => 255 * z)
    for (const trials of [
      [trial('large', large), trial('true', logits)],
      [trial('true', logits), trial('large', large)],
    ]) {
      const ranking = rankCandidates(trials)
      expect(ranking.winner.candidate.name).toBe('true')
      expect(ranking.sureness).toBe('likely')
      expect(ranking.rivals[0]).toMatchObject({ by: 'scale' })
      expect(ranking.rivals[0]!.p).toBeLessThan(1e-6)
    }
  })

  test('sees by likelihood what accuracy does not, at any scale', () => {
    // Every answer keeps its class, but half of them are drowned: no accuracy is lost, certainty is misplaced.
    const blurred = logits.map((z, i) => (Math.floor(i / 5) % 2 === 0 ? z * 20 : z * 0.05))
    const ranking = rankCandidates([trial('blurred', blurred), trial('true', logits)])
    expect(ranking.winner.candidate.name).toBe('true')
    expect(ranking.rivals[0]).toMatchObject({ by: 'likelihood' })
    expect(ranking.sureness).toBe('sure')
  })

  test('says that it is unsure when two do as well, and keeps the first of equals', () => {
    const ranking = rankCandidates([trial('simple', logits), trial('same', logits), trial('bad', noisy(9))])
    expect(ranking.winner.candidate.name).toBe('simple')
    expect(ranking.sureness).toBe('unsure')
    expect(ranking.rivals[0]).toMatchObject({ candidate: { name: 'same' }, by: 'chance', p: 1 })
  })
})
