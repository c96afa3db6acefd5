import { createRandom, type Random } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import {
  growTree,
  labelAt,
  labelService,
  leavesOf,
  reach,
  scoreService,
  type TreeNode,
} from '../testing/decision-tree.ts'
import { randomRow, wholeSpace } from './region.ts'
import type { Feature } from './service.ts'
import { completeInputs, partialInputs } from './tree-path-finding.ts'

/** Shaped as the 7 numbers and 13 categories of a table of credits. */
const credit: readonly Feature[] = [
  ...[4, 5, 11, 5, 5, 5, 3, 4, 3, 3, 4, 2, 2].map(
    (count): Feature => ({ kind: 'category', values: Array.from({ length: count }, (_, i) => i) }),
  ),
  { kind: 'number', low: 4, high: 72, step: 1 },
  { kind: 'number', low: 250, high: 18424, step: 1 },
  { kind: 'number', low: 1, high: 4, step: 1 },
  { kind: 'number', low: 1, high: 4, step: 1 },
  { kind: 'number', low: 19, high: 75, step: 1 },
  { kind: 'number', low: 1, high: 4, step: 1 },
  { kind: 'number', low: 1, high: 2, step: 1 },
]

function learnt(seed: number): TreeNode {
  const random = createRandom(`credit ${seed}`)
  const rows = Array.from({ length: 1000 }, () => randomRow(credit, wholeSpace(credit), random))
  const weights = credit.map(() => random.normal())
  const labels = rows.map((row) => {
    const score = row.reduce((sum, value, f) => {
      const feature = credit[f]!
      const at =
        feature.kind === 'number'
          ? (value - feature.low) / (feature.high - feature.low)
          : ((value * 7) % 5) / 4
      return sum + weights[f]! * (at - 0.5)
    }, 0.4 * random.normal())
    return score > 0 ? 1 : 0
  })
  return growTree(credit, { rows, labels, classes: 2 }, { leaves: 26 })
}

function disagreements(
  predict: (row: Float64Array) => string | number | null,
  { truth, n = 5000 }: { truth: (row: Float64Array) => string | number; n?: number },
): number {
  const random = createRandom('uniform')
  let wrong = 0
  for (let i = 0; i < n; i++) {
    const row = randomRow(credit, wholeSpace(credit), random)
    if (predict(row) !== truth(row)) wrong++
  }
  return wrong
}

const shares = (tree: TreeNode) => (row: Float64Array) => {
  const { counts } = reach(tree, row)
  const n = counts.reduce((a, b) => a + b, 0)
  return counts.map((c) => c / n).join()
}

describe('a tree of 26 leaves over 20 features, 13 of them categories', () => {
  const trees = Array.from({ length: 6 }, (_, seed) => learnt(seed))

  it('gives all of its rules to whoever may leave fields out, for at most 1,150 questions', async () => {
    for (const [seed, tree] of trees.entries()) {
      const copy = await partialInputs(credit, scoreService(tree), { seed })
      expect(disagreements(copy.predict, { truth: shares(tree) })).toBe(0)
      expect(copy.complete).toBe(true)
      expect(copy.queries).toBeLessThanOrEqual(1150)
      expect(copy.regions.length).toBeGreaterThanOrEqual(leavesOf(tree).length)
    }
  })

  it('gives them to complete rows, too, for at most 1,722 questions', async () => {
    for (const [seed, tree] of trees.entries()) {
      const copy = await completeInputs(credit, scoreService(tree), { seed })
      expect(disagreements(copy.predict, { truth: shares(tree) })).toBe(0)
      expect(copy.queries).toBeLessThanOrEqual(1722)
    }
  })

  it('whose leaves share answers is told apart by where they lie', async () => {
    for (const [seed, tree] of trees.entries()) {
      // Confidences rounded to one decimal: many leaves look alike, as neighbours and as strangers.
      const round = (text: string) =>
        text
          .split(',')
          .map((share) => Number(share).toFixed(1))
          .join()
      const coarse = async (rows: readonly Float64Array[]) => rows.map((row) => round(shares(tree)(row)))
      expect(
        new Set(leavesOf(tree).map((leaf) => round(shares(leaf)(new Float64Array(20))))).size,
      ).toBeLessThan(12)
      const copy = await completeInputs(credit, coarse, { seed, verify: 300 })
      const wrong = disagreements(copy.predict, { truth: (row) => round(shares(tree)(row)) })
      expect(wrong / 5000).toBeLessThanOrEqual(0.01)
    }
  })

  it('gives most of its decisions to whoever sees classes only', async () => {
    for (const [seed, tree] of trees.slice(0, 3).entries()) {
      const copy = await completeInputs(credit, labelService(tree), { seed, verify: 500, maxQueries: 6000 })
      const wrong = disagreements(copy.predict, { truth: (row) => labelAt(tree, row) })
      expect(wrong / 5000).toBeLessThanOrEqual(0.1)
    }
  })

  it('is not taken beyond the questions that are allowed, and what is missing is said', async () => {
    const asked: number[] = []
    const service = scoreService(trees[0]!)
    const copy = await completeInputs(
      credit,
      async (rows) => {
        asked.push(rows.length)
        return service(rows)
      },
      { seed: 1, maxQueries: 300 },
    )
    expect(copy.complete).toBe(false)
    expect(asked.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(300)
    expect(copy.queries).toBe(asked.reduce((a, b) => a + b, 0))
  })
})

/** A tree whose splits are drawn at random, so that features are asked for again and again on one path. */
function drawn(features: readonly Feature[], random: Random, depth: number): TreeNode {
  const counts = [random.int(1000) + 1, random.int(1000) + 1]
  if (depth === 0 || random.uniform() < 0.1) return { counts }
  const feature = random.int(features.length)
  const of = features[feature]!
  const left =
    of.kind === 'number'
      ? of.low + (0.5 + random.int(Math.round((of.high - of.low) / of.step))) * of.step
      : of.values.filter(() => random.boolean())
  return {
    counts,
    split: {
      feature,
      left,
      children: [drawn(features, random, depth - 1), drawn(features, random, depth - 1)],
    },
  }
}

it('trees that ask for the same few features again and again are taken exactly', async () => {
  const features: readonly Feature[] = [
    { kind: 'number', low: 0, high: 30, step: 1 },
    { kind: 'number', low: -1, high: 1, step: 0.125 },
    { kind: 'category', values: [3, 1, 4, 5, 9] },
  ]
  for (let i = 0; i < 40; i++) {
    const tree = drawn(features, createRandom('drawn').split(i), 5)
    const random = createRandom('rows').split(i)
    for (const take of [completeInputs, partialInputs]) {
      const copy = await take(features, scoreService(tree), { seed: i })
      for (let n = 0; n < 1000; n++) {
        const row = randomRow(features, wholeSpace(features), random)
        expect(copy.predict(row)).toBe(shares(tree)(row))
      }
    }
  }
})
