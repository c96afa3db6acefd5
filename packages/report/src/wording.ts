// How the closed vocabularies of core are said to a reader. An outcome has a word, a mark that does not depend on
// colour, and a sentence that says what it does and does not show; the difference between "found clean" and "not
// observed" is made here, once, for every report.
import type { Finding, ModeResult, Outcome, RunDocument, SanityEntry } from '@failmode/core'
import { counted, formatNumber } from './format.ts'
import type { Audience } from './renderer.ts'

export interface OutcomeWords {
  readonly word: string
  /** One character for plain text. */
  readonly mark: string
  /** `found`, `clean`, `unobserved` or `outside`: the four ways a result can read. */
  readonly reading: 'found' | 'clean' | 'unobserved' | 'outside'
  readonly meaning: string
}

export const outcomeWords: Readonly<Record<Outcome, OutcomeWords>> = {
  finding: {
    word: 'Finding',
    mark: '▲',
    reading: 'found',
    meaning: 'The weakness was measured and passed the threshold.',
  },
  error: {
    word: 'Error',
    mark: '✕',
    reading: 'unobserved',
    meaning: 'The check broke before it could say anything. Nothing is known.',
  },
  inconclusive: {
    word: 'Inconclusive',
    mark: '?',
    reading: 'unobserved',
    meaning: 'The check ran, but what it saw decides neither way.',
  },
  manual: {
    word: 'Manual',
    mark: '✎',
    reading: 'unobserved',
    meaning: 'A person has to look; no program can decide this.',
  },
  skipped: {
    word: 'Skipped',
    mark: '○',
    reading: 'unobserved',
    meaning: 'Not run, so nothing is known.',
  },
  'no-finding': {
    word: 'No finding',
    mark: '✓',
    reading: 'clean',
    meaning: 'Measured, and below the threshold. Smaller effects than the one stated may exist.',
  },
  'not-applicable': {
    word: 'Not applicable',
    mark: '–',
    reading: 'outside',
    meaning: 'This system has no part that could fail in this way.',
  },
}

export type Rating = Pick<Finding, 'severity' | 'scale'>

export const scaleWords = { sdl: 'bug bar', safety: 'safety scale' } as const

/** `critical (bug bar)`: a severity is never shown without its scale, because both scales have a `low`. */
export function ratingText({ severity, scale }: Rating): string {
  return `${severity} (${scaleWords[scale]})`
}

/** Worst first over both scales, the same order in which core sorts findings. */
const ratingOrder = ['critical', 'important', 'high', 'moderate', 'medium', 'low']

/** Open findings before waived ones, worst first, bug bar before safety scale. */
export function byRating(a: Finding, b: Finding): number {
  return (
    Number(a.waived !== null) - Number(b.waived !== null) ||
    ratingOrder.indexOf(a.severity) - ratingOrder.indexOf(b.severity) ||
    (a.scale === b.scale ? 0 : a.scale === 'sdl' ? -1 : 1)
  )
}

export const audiences: readonly Audience[] = ['engineer', 'responder', 'policy']

export const voiceNames: Readonly<Record<Audience, string>> = {
  engineer: 'engineer',
  responder: 'incident responder',
  policy: 'lawyer or policy maker',
}

export function modeTitle({ number, name }: Pick<ModeResult, 'number' | 'name'>): string {
  return number === null ? name : `${number}. ${name}`
}

export interface Verdict {
  readonly tone: 'failed' | 'incomplete' | 'passed' | 'ungated'
  readonly title: string
  readonly text: string
  readonly reasons: readonly string[]
}

/** What the run comes to, in words: the gate first, then what was seen and what was not. */
export function verdict(run: RunDocument): Verdict {
  const text = [seenText(run), ...(run.complete ? [] : ['The run was interrupted and can be resumed.'])].join(
    ' ',
  )
  if (run.gate === null) {
    const tone = run.complete ? 'ungated' : 'incomplete'
    return {
      tone,
      title: run.complete ? worstText(run) : 'Run incomplete',
      text,
      reasons: ['No gate is configured.'],
    }
  }
  const { passed, incomplete, reasons } = run.gate
  if (!passed)
    return {
      tone: 'failed',
      title: incomplete ? 'Gate failed, and incomplete' : 'Gate failed',
      text,
      reasons,
    }
  if (incomplete || !run.complete) {
    return { tone: 'incomplete', title: 'Gate undecided: incomplete', text, reasons }
  }
  return {
    tone: 'passed',
    title: 'Gate passed',
    text,
    reasons,
  }
}

/** What the owner of the system set as the limit, in words. */
export function gateText({ failOn, safety, config }: NonNullable<RunDocument['gate']>): string {
  const fails = [
    ...(failOn === null ? [] : [`${failOn} or worse on the bug bar`]),
    ...(safety === null ? [] : [`${safety} or worse on the safety scale`]),
  ]
  const { require = [], assert = [] } = config
  return [
    fails.length === 0 ? 'The gate names no severity.' : `The gate fails on ${fails.join(', and on ')}.`,
    ...(require.length === 0 ? [] : [`It requires a result of ${require.join(', ')}.`]),
    ...(assert.length === 0 ? [] : [`It sets ${counted(assert.length, 'limit')} on measurements.`]),
  ].join(' ')
}

function worstText(run: RunDocument): string {
  const worst = [...run.findings].sort(byRating)[0]
  return worst === undefined
    ? 'No findings'
    : `${counted(run.findings.length, 'finding')}, worst ${ratingText(worst)}`
}

function seenText(run: RunDocument): string {
  const count = (reading: OutcomeWords['reading']) =>
    run.modes.filter((mode) => outcomeWords[mode.outcome].reading === reading).length
  const unobserved = (['error', 'inconclusive', 'manual', 'skipped'] as const)
    .map((outcome) => [outcome, run.modes.filter((mode) => mode.outcome === outcome).length] as const)
    .filter(([, number]) => number > 0)
    .map(([outcome, number]) => `${number} ${outcome}`)
  const parts = [
    `${count('found')} with findings`,
    `${count('clean')} measured without a finding`,
    `${count('unobserved')} not observed${unobserved.length === 0 ? '' : ` (${unobserved.join(', ')})`}`,
    `${count('outside')} not applicable`,
  ]
  return `Of ${counted(run.modes.length, 'failure mode')}: ${parts.join(', ')}.`
}

/** Whether what fired still takes something away: no other attack has settled it. */
export function standsAgainst({ fired, settledBy }: SanityEntry): boolean {
  return fired && settledBy === undefined
}

export function sanityState(entry: SanityEntry): string {
  if (!entry.fired) return '✓ Quiet'
  return standsAgainst(entry) ? '▲ Fired' : '◇ Settled'
}

/** Operators that gradients pass by an estimate, as the facts of a model say it. */
export function estimatedGradients(notes: readonly { readonly operator: string }[]): string {
  const names = [...new Set(notes.map(({ operator }) => operator))].join(', ')
  return `straight-through estimate through ${names}, as if they did not round`
}

/** How a finding stands against the baseline, in words that begin a sentence. */
export const baselineWords: Readonly<Record<NonNullable<Finding['baseline']>['status'], string>> = {
  new: 'New since the baseline',
  worse: 'Worse than in the baseline',
  known: 'Known',
  'within-noise': 'Within the noise of the baseline',
}

/** What went to a model behind an address. */
export function transportText({
  requests,
  retries,
  samples,
}: NonNullable<RunDocument['timing']['transport']>): string {
  return `${formatNumber(samples)} samples in ${counted(requests, 'request')}, ${counted(retries, 'repetition')}`
}
