// Mode 17: a system that was tested on less than it will meet. This version looks at the test set itself and at inputs
// without content; conditions of use, and how much of them the tests cover, come later.
import { defineProbe } from '@failmode/core'
import { copiesStep } from './copies-step.ts'
import { meta } from './meta.ts'
import { nothingStep } from './nothing-step.ts'
import { nothingThere } from './nothing-there.ts'
import { options } from './options.ts'
import { testSet } from './test-set.ts'

export default defineProbe({
  meta,
  options,
  checks: [testSet, nothingThere],
  steps: [copiesStep, nothingStep],
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
