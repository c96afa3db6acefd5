// Mode 15: real inputs that nobody altered and that the model gets wrong, often with great confidence. They are looked
// for in the user's own pool, and wrong labels are not laid at the model's door.
import { defineProbe } from '@failmode/core'
import { showStep } from '../steps/show-samples.ts'
import { answerStep } from './answer-step.ts'
import { clusterStep } from './cluster-step.ts'
import { embedStep } from './embed-step.ts'
import { filtration } from './filtration.ts'
import { meta } from './meta.ts'
import { mistakes } from './mistakes.ts'
import { neighboursStep } from './neighbours-step.ts'
import { options } from './options.ts'
import { predicateStep } from './predicate-step.ts'
import { regionStep } from './region-step.ts'
import { slices } from './slices.ts'
import { sortStep } from './sort-step.ts'

export default defineProbe({
  meta,
  options,
  checks: [mistakes, filtration, slices],
  steps: [answerStep, embedStep, neighboursStep, sortStep, regionStep, clusterStep, predicateStep, showStep],
  async summarize({ measured }) {
    const all = [...measured.values()].flatMap(({ measurements }) => measurements)
    return {
      // The first of each name: the worst group stands before the others.
      measurements: meta.headline.flatMap((name) => {
        const first = all.find((measurement) => measurement.name === name)
        if (first === undefined) return []
        const { evidence: _, ...rest } = first
        return [rest]
      }),
      sanity: [],
    }
  },
})
