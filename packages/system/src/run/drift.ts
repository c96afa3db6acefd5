// A model behind an address or in a program can become another one while it is measured, and then numbers of two models are mixed. So
// the same samples are asked about before the first check, once more right away, and again after the last: the second
// answers show how much the model differs from itself, and the third are held against that. All three are steps, so
// that a resumed run is held against what the model said when the run was started.
import type { CheckSanity, SampleOutcomes, StepHandler } from '@failmode/core'
import type { OpenedSystem } from '../open-system.ts'

export interface SentinelInput {
  readonly split: string
  readonly indices: SampleOutcomes['indices']
  readonly moment: 'start' | 'start-again' | 'end'
}

export interface SentinelAnswers {
  readonly labels: readonly number[]
  /** [count, classes]; null where the model gives none. */
  readonly scores: readonly number[] | null
}

/** Asks about samples of the data for the sake of {@link driftBetween}. */
export const sentinelStep: StepHandler<SentinelInput, SentinelAnswers> = {
  name: 'model/sentinel',
  version: 1,
  async run({ split, indices }, context) {
    const x = (await context.samples(split)).read(indices)
    if (!context.modelFacts.access.includes('score')) {
      return { labels: Array.from(await (await context.model('label')).labels(x)), scores: null }
    }
    const { data, classes } = await (await context.model('score')).scores(x)
    const labels = indices.map((_, i) => {
      const row = data.subarray(i * classes, (i + 1) * classes)
      return row.indexOf(Math.max(...row))
    })
    return { labels, scores: Array.from(data) }
  },
}

/** Most samples that watch a model, asked about three times. */
const mostSentinels = 64

/**
 * The samples that watch the model of a system; null where it cannot change or there is nothing to ask about.
 * @param maxQueries of the run, of which they take three in a hundred at most
 */
export function sentinelsOf(
  { descriptor, facts }: Pick<OpenedSystem, 'descriptor' | 'facts'>,
  maxQueries: number | null,
): Omit<SentinelInput, 'moment'> | null {
  // A file is part of every step's key by its bytes; what answers from elsewhere can change.
  if (descriptor.model === null || descriptor.model.kind === 'onnx') return null
  const splits = Object.keys(facts.data)
  const split = splits.includes('test') ? 'test' : splits[0]
  const data = split === undefined ? undefined : facts.data[split]
  if (split === undefined || data === undefined) return null
  const affordable = maxQueries === null ? mostSentinels : Math.floor(maxQueries / 100)
  const count = Math.min(mostSentinels, data.count, affordable)
  if (count === 0) return null
  return { split, indices: Array.from({ length: count }, (_, i) => Math.floor((i * data.count) / count)) }
}

/** What {@link driftBetween} compares. */
export interface Watched {
  readonly start: SentinelAnswers
  readonly again: SentinelAnswers
  readonly end: SentinelAnswers
}

/** Whether the model at the end is another than at the start, and the words for it. */
export function driftBetween({ start, again, end }: Watched): {
  readonly changed: boolean
  readonly words: string
} {
  const n = start.labels.length
  const itself = differing(start.labels, again.labels)
  const later = differing(start.labels, end.labels)
  // Labels of a model that draws at random differ anyway; more of them have to differ than chance would have it.
  const labelsChanged = itself === 0 ? later > 0 : later - itself > 3 * Math.sqrt(later + itself)
  const noise = distance(start.scores, again.scores)
  const moved = distance(start.scores, end.scores)
  const size = distance(start.scores, start.scores?.map(() => 0) ?? null)
  // A ten-thousandth of the usual size is what other hardware behind the same address rounds off.
  const scoresChanged = moved > 1.5 * noise + 1e-4 * size
  const changed = start.scores === null ? labelsChanged : scoresChanged
  const scores = start.scores === null ? '' : `, its scores by ${share(moved, size)} on average`
  const usual = `asked twice at the start: ${itself}${start.scores === null ? '' : `, ${share(noise, size)}`}`
  return {
    changed,
    words: `of ${n} samples that were asked about at the start and at the end of the run, ${later} changed their class${scores} (${usual})`,
  }
}

/** The entry of every check that asked the model. `watched` is null when it did not answer each time. */
export function driftSanity(watched: Watched | null, checks: readonly string[]): readonly CheckSanity[] {
  const id = 'model-changed'
  if (watched === null) {
    const meaning =
      'The model did not answer both at the start and at the end of the run, so it is not known whether it changed meanwhile.'
    return checks.map((check) => ({ id, check, fired: true, meaning }))
  }
  const { changed, words } = driftBetween(watched)
  const meaning = changed
    ? `The model changed while it was measured: ${words}. Numbers of different models are mixed, so they speak for none.`
    : `The model stayed the same while it was measured: ${words}.`
  return checks.map((check) => ({ id, check, fired: changed, meaning, ...(changed ? { voids: true } : {}) }))
}

function differing(a: readonly number[], b: readonly number[]): number {
  return a.filter((label, i) => label !== b[i]).length
}

/** Mean absolute difference; 0 without scores. */
function distance(a: readonly number[] | null, b: readonly number[] | null): number {
  if (a === null || b === null || a.length === 0) return 0
  return a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] as number)), 0) / a.length
}

function share(value: number, size: number): string {
  return `${size === 0 ? 0 : Number(((100 * value) / size).toPrecision(2))} %`
}
