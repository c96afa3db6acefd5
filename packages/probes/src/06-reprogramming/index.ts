// Mode 6: a model is made to work for somebody else. A frame is learnt around inputs of a foreign task, and what counts is what this
// model's training adds to what a frame and an untrained network would do.
import { defineProbe } from '@failmode/core'
import { meta } from './meta.ts'
import { options } from './options.ts'
import { linearProbeStep } from './probe-step.ts'
import { programStep } from './program-step.ts'
import { byGradients, byScores } from './programs.ts'

export default defineProbe({
  meta,
  options,
  checks: [byGradients, byScores],
  steps: [programStep, linearProbeStep],
  async summarize({ measured }) {
    const all = [...measured.values()].flatMap(({ measurements }) => measurements)
    return {
      measurements: meta.headline.flatMap((name) => {
        const own = all.filter((one) => one.name === name)
        if (own.length === 0) return []
        const gains = all.filter((one) => one.name === 'guest-gain')
        const best = gains.reduce((most, one) => (one.value > most.value ? one : most))
        // Accuracy and gain of the same program.
        const { evidence: _, ...rest } =
          own.find((one) => one.access === best.access && one.slice?.guest === best.slice?.guest) ?? own[0]!
        return [rest]
      }),
      sanity: [],
    }
  },
})
