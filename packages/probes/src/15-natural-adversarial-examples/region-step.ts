// The step that mines with the model itself on one half of the pool and asks about the other half what lies near.
import { minedRegion, type StepHandler } from '@failmode/core'
import type { BlockNeighbours } from './neighbours-step.ts'
import { readNeighbours } from './sort-step.ts'

export interface RegionInput {
  /** Probability of the given class and whether the answer is right, a sample. */
  readonly trueProbability: readonly number[]
  readonly correct: readonly (0 | 1)[]
  readonly neighbours: readonly BlockNeighbours[]
  readonly k: number
  readonly below: number
}

export interface Region {
  readonly mined: number
  readonly asked: number
  readonly failures: number
  /** Share of the half asked about that is wrong. */
  readonly elsewhere: number
  readonly pValue: number
}

export const regionStep: StepHandler<RegionInput, Region> = {
  name: 'natural-adversarial-examples/mined-region',
  version: 1,
  async run({ trueProbability, correct, neighbours, k, below }, context) {
    const near = await readNeighbours({ neighbours, rows: correct.length, k }, context)
    const found = minedRegion([{ trueProbability, correct }], correct, near, context.random, { below })
    return {
      mined: found.mined.length,
      asked: found.asked,
      failures: found.failures,
      elsewhere: Number.isNaN(found.ifIndependent) ? 0 : found.ifIndependent,
      pValue: found.asked === 0 ? 1 : found.pValue,
    }
  },
}
