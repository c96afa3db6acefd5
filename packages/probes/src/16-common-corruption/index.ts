// Mode 16: a system that cannot cope with common corruptions of its input, such as noise, blur or a bad file. The
// corruptions and their strengths are the published ones, so that numbers can be set beside other people's.
import { type Check, defineProbe } from '@failmode/core'
import { predictLabels, referenceLabels } from '../steps/predict.ts'
import { calibration } from './calibration.ts'
import { confidenceStep } from './confidence-step.ts'
import { corruptStep } from './corrupt-step.ts'
import { flips } from './flips.ts'
import { flipsStep } from './flips-step.ts'
import { judgeAccuracy } from './judge.ts'
import { measureAccuracy } from './measure.ts'
import { accuracyMeta, meta } from './meta.ts'
import { type CommonCorruptionOptions, options } from './options.ts'
import { applies } from './workload.ts'

const accuracy: Check<CommonCorruptionOptions> = {
  meta: accuracyMeta,
  applies,
  measure: measureAccuracy,
  judge: judgeAccuracy,
}

export default defineProbe({
  meta,
  options,
  checks: [accuracy, flips, calibration],
  steps: [predictLabels, referenceLabels, corruptStep, flipsStep, confidenceStep],
  async summarize({ measured }) {
    const all = [...measured.values()].flatMap(({ measurements }) => measurements)
    return {
      measurements: meta.headline.flatMap((name) =>
        all
          .filter(
            ({ name: own, slice }) =>
              own === name && (slice === undefined || name === 'worst-corruption-accuracy'),
          )
          .map(({ evidence: _, ...rest }) => rest),
      ),
      sanity: [],
    }
  },
})
