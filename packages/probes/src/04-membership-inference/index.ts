// Mode 4: was this record in the training data? Members and strangers are put to the same questions, with what an attacker of
// each kind could have, and what matters is how many members are named when hardly a stranger may be.
import { defineProbe, type Measurement } from '@failmode/core'
import { predictLabels } from '../steps/predict.ts'
import { showStep } from '../steps/show-samples.ts'
import { alteredStep } from './altered-step.ts'
import { askStep } from './answer-step.ts'
import { blindStep } from './blind-step.ts'
import { canaries } from './canaries.ts'
import { canaryStep } from './canary-step.ts'
import { distanceStep } from './distance-step.ts'
import { gap } from './gap.ts'
import { labels } from './labels.ts'
import { canariesMeta, meta } from './meta.ts'
import { options } from './options.ts'
import { scores } from './scores.ts'
import { shadowScoresStep } from './shadow-scores-step.ts'
import { shadowStep } from './shadow-step.ts'
import { shadows } from './shadows.ts'

export default defineProbe({
  meta,
  options,
  checks: [gap, labels, scores, shadows, canaries],
  steps: [
    predictLabels,
    askStep,
    blindStep,
    alteredStep,
    distanceStep,
    shadowStep,
    shadowScoresStep,
    canaryStep,
    showStep,
  ],
  async summarize({ measured }) {
    // Canaries are not ordinary records, and their figures are no figures of the mode.
    const all = [...measured].flatMap(([check, { measurements }]) =>
      check === canariesMeta.id ? [] : measurements,
    )
    return {
      // Of the attacks the one that shows most, whichever it is.
      measurements: meta.headline.flatMap((name) => {
        const own = all.filter((one) => one.name === name)
        if (own.length === 0) return []
        const { evidence: _, ...rest } = own.reduce(higher)
        return [rest]
      }),
      sanity: [],
    }
  },
})

function higher(best: Measurement, one: Measurement): Measurement {
  return one.value > best.value ? one : best
}
