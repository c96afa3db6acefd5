// Mode 5: how much of the model can be taken by asking it. A copy is measured by how often it gives the model's class, on real samples
// and on uniform inputs, and never by whether that class is right.
import { defineProbe } from '@failmode/core'
import { answersStep } from './answers-step.ts'
import { comparedStep } from './compare.ts'
import { copiesOfClasses, copiesOfScores } from './copies.ts'
import { copyStep } from './copy-step.ts'
import { equations } from './equations.ts'
import { equationsStep } from './equations-step.ts'
import { meta } from './meta.ts'
import { options } from './options.ts'

export default defineProbe({
  meta,
  options,
  checks: [equations, copiesOfScores, copiesOfClasses],
  steps: [comparedStep, equationsStep, answersStep, copyStep],
  async summarize({ measured }) {
    const all = [...measured.values()].flatMap(({ measurements }) => measurements)
    return {
      measurements: meta.headline.flatMap((name) => {
        const own = all.filter((one) => one.name === name)
        if (own.length === 0) return []
        // The most faithful copy, and the fewest queries.
        const least = name.startsWith('queries')
        const { evidence: _, ...rest } = own.reduce((best, one) =>
          (least ? one.value < best.value : one.value > best.value) ? one : best,
        )
        return [rest]
      }),
      sanity: [],
    }
  },
})
