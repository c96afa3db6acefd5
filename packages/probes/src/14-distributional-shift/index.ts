// Mode 14: a system that was tested under certain conditions and meets others. This probe looks at data: what it was
// tested on against what it meets now, in the inputs, in the answers, in the shares of classes and in accuracy, over all and in each group.
import { type Check, defineProbe } from '@failmode/core'
import { predictLabels } from '../steps/predict.ts'
import { compareStep } from './compare-step.ts'
import { groupsApply } from './groups/group-data.ts'
import { judgeGroups } from './groups/judge-groups.ts'
import { measureGroups } from './groups/measure-groups.ts'
import { judgeAccuracy, judgeLabels, judgeShift } from './judge.ts'
import { measureAccuracy, measureInputs, measureLabels, measureOutputs } from './measure.ts'
import { accuracyMeta, groupsMeta, inputsMeta, labelsMeta, meta, outputsMeta } from './meta.ts'
import { options, type ShiftOptions } from './options.ts'
import { describeStep } from './representations/describe-step.ts'
import { scoresStep } from './scores-step.ts'
import { dataMissing, notApplicable, planned, withoutModel } from './workload.ts'

const inputs: Check<ShiftOptions> = {
  meta: inputsMeta,
  applies(system, given, budget) {
    return dataMissing(system, given) ?? planned(system, given, budget, 'nothing')
  },
  measure: measureInputs,
  judge: (measured, given) => judgeShift(measured, given, 'inputs'),
}

const outputs: Check<ShiftOptions> = {
  meta: outputsMeta,
  applies(system, given, budget) {
    const missing = dataMissing(system, given)
    if (missing !== null) return missing
    const access = system.model?.access.includes('score') === true ? 'score' : 'label'
    const reason = withoutModel(system, given, access)
    return reason === null ? planned(system, given, budget, access) : notApplicable(reason)
  },
  measure: measureOutputs,
  judge: (measured, given) => judgeShift(measured, given, 'answers'),
}

const labels: Check<ShiftOptions> = {
  meta: labelsMeta,
  applies(system, given, budget) {
    const missing = dataMissing(system, given)
    if (missing !== null) return missing
    if (system.data[given.reference]?.labelled !== true) {
      return notApplicable(`The data set "${given.reference}" has no labels, so its classes are not known.`)
    }
    const mute = withoutModel(system, given, 'label')
    if (mute !== null && system.data[given.current]?.labelled !== true) {
      return notApplicable(
        `The data set "${given.current}" has no labels, and no model to estimate them by. ${mute}`,
      )
    }
    return planned(system, given, budget, mute === null ? 'label' : 'nothing')
  },
  measure: measureLabels,
  judge: judgeLabels,
}

const accuracy: Check<ShiftOptions> = {
  meta: accuracyMeta,
  applies(system, given, budget) {
    const missing = dataMissing(system, given)
    if (missing !== null) return missing
    const without = withoutModel(system, given, 'score')
    if (without !== null) return notApplicable(without)
    if (system.data[given.reference]?.labelled !== true) {
      return notApplicable(
        `The data set "${given.reference}" has no labels, so there is no accuracy to start from.`,
      )
    }
    return planned(system, given, budget, 'score')
  },
  measure: measureAccuracy,
  judge: judgeAccuracy,
}

const groups: Check<ShiftOptions> = {
  meta: groupsMeta,
  applies: groupsApply,
  measure: measureGroups,
  judge: judgeGroups,
}

export default defineProbe({
  meta,
  options,
  checks: [inputs, outputs, labels, accuracy, groups],
  steps: [predictLabels, describeStep, scoresStep, compareStep],
  async summarize({ measured }) {
    const all = [...measured.values()].flatMap(({ measurements }) => measurements)
    return {
      // The first of each name: of the inputs where they were compared, of the feature that moved most.
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
