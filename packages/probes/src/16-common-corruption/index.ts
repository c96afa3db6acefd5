// Mode 16: a system that cannot cope with common corruptions of its input, such as noise, blur or a bad file. The
// corruptions and their strengths are the published ones, so that numbers can be set beside other people's.
import { type Check, defineProbe } from '@failmode/core'
import { predictLabels } from '../steps/predict.ts'
import { corruptStep } from './corrupt-step.ts'
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
  checks: [accuracy],
  steps: [predictLabels, corruptStep],
  async summarize({ measured }) {
    const all = measured.get(accuracyMeta.id)?.measurements ?? []
    return {
      measurements: meta.headline.flatMap((name) =>
        all.filter((measurement) => measurement.name === name).map(({ evidence: _, ...rest }) => rest),
      ),
      sanity: [],
    }
  },
})
