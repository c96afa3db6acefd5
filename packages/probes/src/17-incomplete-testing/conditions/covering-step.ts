import { type CoveringSet, coveringSet, type StepHandler } from '@failmode/core'

export interface CoveringInput {
  /** Levels of each factor. */
  readonly sizes: readonly number[]
  readonly strength: number
  /** Combinations of each set of factors that are to be shown. */
  readonly untested: readonly (readonly number[])[]
}

/** The search for few new cases that show what no test shows. */
export const coveringStep: StepHandler<CoveringInput, CoveringSet> = {
  name: 'incomplete-testing/covering-set',
  version: 1,
  async run({ sizes, strength, untested }, { random, signal }) {
    return coveringSet(sizes, strength, untested, random, { signal })
  },
}
