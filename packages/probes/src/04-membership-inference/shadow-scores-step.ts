// The step that turns the answers of target and shadow models into one score a record, by each attack. It asks nobody.
import { createRandom, type StepHandler } from '@failmode/core'
import type { RowsFile } from '../steps/rows-file.ts'
import { getAnswers } from './answers.ts'
import { liraOffline, liraOnline, type ShadowStatistics } from './attacks/lira.ts'
import { type RmiaInput, rmiaOffline, rmiaOnline, tuneA } from './attacks/rmia.ts'
import { shadowClassifierScores } from './attacks/shadow-classifier.ts'

export interface ShadowScoresInput {
  /** Members' answers, strangers', and the population's. */
  readonly target: { readonly audited: readonly RowsFile[]; readonly population: readonly RowsFile[] }
  readonly shadows: readonly {
    readonly inside: readonly number[]
    readonly file: RowsFile
    readonly populationFile: RowsFile
  }[]
  /** Classes of the audited records, members first. */
  readonly labels: readonly number[]
  readonly queries: number
  readonly variance: 'per-record' | 'fixed'
  readonly seed: number
}

export interface ShadowScores {
  /** One number an audited record, members first; more is likelier a member. */
  readonly scores: Readonly<Record<string, readonly number[]>>
  /** The a that RMIA was run with. */
  readonly rmiaA: number
}

export const shadowScoresStep: StepHandler<ShadowScoresInput, ShadowScores> = {
  name: 'membership-inference/shadow-scores',
  version: 1,
  async run({ target, shadows, labels, queries, variance, seed }, { blobs, progress }) {
    const asked = await getAnswers(target.audited, { queries, blobs })
    const population = await getAnswers(target.population, { queries: 1, blobs })
    const inside = shadows.map((shadow) => Uint8Array.from(shadow.inside))
    const answers = []
    const populations = []
    for (const { file, populationFile } of shadows) {
      answers.push(await getAnswers([file], { queries, blobs }))
      populations.push(await getAnswers([populationFile], { queries: 1, blobs }))
    }
    progress(0.2)
    const statistics: ShadowStatistics = {
      statistics: answers.map(({ scaledLogit }) => scaledLogit),
      inside,
      records: asked.records,
      queries,
    }
    const rmia: RmiaInput = {
      target: asked.logTrue.map(Math.exp),
      references: answers.map(({ logTrue }) => logTrue.map(Math.exp)),
      inside,
      populationTarget: population.logTrue.map(Math.exp),
      populationReferences: populations.map(({ logTrue }) => logTrue.map(Math.exp)),
    }
    const a = tuneA(rmia)
    const scores: Record<string, readonly number[]> = {}
    const put = (name: string, values: Float64Array) => {
      scores[name] = Array.from(values)
    }
    put('lira-online', liraOnline(asked.scaledLogit, statistics, { variance }))
    put('lira-offline', liraOffline(asked.scaledLogit, statistics, { variance }))
    put(
      'lira-offline-as-released',
      liraOffline(asked.scaledLogit, statistics, { variance, as: 'released-code' }),
    )
    put('rmia', rmiaOffline(rmia, { a }))
    put('rmia-online', rmiaOnline(rmia))
    progress(0.4)
    const classes = Int32Array.from(labels)
    const n = asked.records
    const learnt = {
      answers: new Float32Array(n * asked.width * shadows.length),
      width: asked.width,
      labels: new Int32Array(n * shadows.length),
      member: new Uint8Array(n * shadows.length),
    }
    for (const [s, one] of answers.entries()) {
      learnt.answers.set(one.probabilities, s * n * asked.width)
      learnt.labels.set(classes, s * n)
      learnt.member.set(inside[s]!, s * n)
    }
    put(
      'shadow-attack',
      shadowClassifierScores(
        learnt,
        { answers: asked.probabilities, labels: classes },
        createRandom(seed, ['membership-inference', 'shadow-attack']),
      ),
    )
    return { scores, rmiaA: a }
  },
}
