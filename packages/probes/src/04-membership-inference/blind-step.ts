// The step that looks at the records alone. If members and strangers can be told apart without the model, they come from
// different places, and an attack's success says nothing of the model (Das et al. 2024, arXiv:2406.16201; Duan et al. 2024).
import { classifierTest, createRandom, type Interval, pointsOf, type StepHandler } from '@failmode/core'
import { sampleRow } from '../steps/sample-row.ts'
import type { Part } from './audited.ts'

export interface BlindInput {
  readonly members: Part
  readonly strangers: Part
  readonly classes: number
  readonly seed: number
}

export interface Blind {
  readonly auc: number
  readonly interval: Interval
  readonly records: number
}

/** Most records of a side; the work grows with the square of the columns. */
const most = 750
/** A class is a column of its own up to so many classes. */
const mostClasses = 50

export const blindStep: StepHandler<BlindInput, Blind> = {
  name: 'membership-inference/blind',
  version: 1,
  async run({ members, strangers, classes, seed }, context) {
    const rowsOf = async ({ split, indices }: Part) => {
      const set = await context.samples(split)
      return pointsOf(
        indices.slice(0, most).map((index) => {
          const row = Array.from(sampleRow(set.read([index]).data, set.sampleShape))
          const label = set.labels?.[index] ?? 0
          if (classes > mostClasses) return [...row, label]
          return [...row, ...Array.from({ length: classes }, (_, k) => (k === label ? 1 : 0))]
        }),
      )
    }
    const [a, b] = [await rowsOf(members), await rowsOf(strangers)]
    const random = createRandom(seed, ['membership-inference', 'blind'])
    const { auc, interval } = classifierTest(b, a, random, { ridge: 0.1 })
    return { auc, interval, records: Math.min(a.rows, b.rows) }
  },
}
