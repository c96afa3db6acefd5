// Mode 17: a system that was tested on less than it will meet. Looks at the test set itself, at inputs without content, at
// how much of the declared conditions of use the tests show, and at those conditions that can be made.
import { defineProbe } from '@failmode/core'
import { predictLabels } from '../steps/predict.ts'
import { coveringStep } from './conditions/covering-step.ts'
import { measureStep } from './conditions/measure-step.ts'
import { operatingConditions } from './conditions/operating-conditions.ts'
import { copiesStep } from './copies-step.ts'
import { madeConditions } from './made/made-conditions.ts'
import { makeStep } from './made/make-step.ts'
import { meta } from './meta.ts'
import { nothingStep } from './nothing-step.ts'
import { nothingThere } from './nothing-there.ts'
import { options } from './options.ts'
import { testSet } from './test-set.ts'

export default defineProbe({
  meta,
  options,
  checks: [testSet, nothingThere, operatingConditions, madeConditions],
  steps: [predictLabels, copiesStep, nothingStep, measureStep, coveringStep, makeStep],
  async summarize({ measured }) {
    const all = [...measured.values()].flatMap(({ measurements }) => measurements)
    return {
      measurements: meta.headline.flatMap((name) =>
        all
          .filter((measurement) => measurement.name === name && measurement.slice === undefined)
          .map(({ evidence: _, ...rest }) => rest),
      ),
      sanity: [],
    }
  },
})
