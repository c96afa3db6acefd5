// Mode 9: models are compromised while they are fetched for use. The taxonomy's own example is a model zoo in which one
// model did not have the digest its authors gave and 22 had none at all; this probe makes that count.
import { type Check, defineProbe } from '@failmode/core'
import { judgeContents, measureContents } from './contents.ts'
import { judgeDigests } from './judge.ts'
import { measureDigests } from './measure.ts'
import { measureDigestsStep } from './measure-digests-step.ts'
import { contentsMeta, digestsMeta, meta } from './meta.ts'
import { options, type SupplyChainOptions } from './options.ts'
import { scanArtifactsStep } from './scan-artifacts-step.ts'

const digests: Check<SupplyChainOptions> = {
  meta: digestsMeta,
  applies({ artifacts }) {
    if (artifacts.length === 0) {
      return { applies: false, outcome: 'not-applicable', reason: 'The configuration names no artifacts.' }
    }
    return {
      applies: true,
      cost: { queries: 0, gradients: 0 },
      work: `hashes ${artifacts.length} ${artifacts.length === 1 ? 'file' : 'files'}`,
    }
  },
  measure: measureDigests,
  judge: judgeDigests,
}

const contents: Check<SupplyChainOptions> = {
  meta: contentsMeta,
  applies({ artifacts }) {
    if (artifacts.length === 0) {
      return { applies: false, outcome: 'not-applicable', reason: 'The configuration names no artifacts.' }
    }
    return {
      applies: true,
      cost: { queries: 0, gradients: 0 },
      work: `looks into ${artifacts.length} ${artifacts.length === 1 ? 'artifact' : 'artifacts'}`,
    }
  },
  measure: measureContents,
  judge: judgeContents,
}

export default defineProbe({
  meta,
  options,
  checks: [digests, contents],
  steps: [measureDigestsStep, scanArtifactsStep],
  async summarize({ measured }) {
    const all = [digestsMeta, contentsMeta].flatMap(({ id }) => measured.get(id)?.measurements ?? [])
    return {
      measurements: meta.headline.flatMap((name) =>
        all.filter((measurement) => measurement.name === name).map(({ evidence: _, ...rest }) => rest),
      ),
      sanity: [],
    }
  },
})
