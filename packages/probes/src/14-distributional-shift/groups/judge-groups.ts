// When a group becomes a finding: its accuracy lies below the whole by more than the threshold, with confidence that holds
// for all groups together, so that the many groups that were looked at make no false alarm.
import type { Claim, Detectable, Judgement, Measured, Measurement } from '@failmode/core'
import { highOf, lowOf, percent } from '../../measured-rate.ts'
import { harmOf, inconclusive, mitigations, range } from '../judge.ts'
import type { ShiftOptions } from '../options.ts'
import { smallestGap } from './compare-groups.ts'

export function judgeGroups(measured: Measured, { threshold, minGroup }: ShiftOptions): Judgement {
  if (Number(measured.facts?.columns ?? 0) === 0) {
    return {
      outcome: 'skipped',
      reason:
        'No column of the metadata divides the samples into groups: each has one value only, or too many. The option "groups" names columns to use all the same.',
      detectable: null,
      claims: [],
    }
  }
  const gaps = measured.measurements.filter(
    ({ name, slice }) => name === 'group-gap' && slice?.group !== undefined,
  )
  if (gaps.length === 0) {
    return inconclusive(`No column has two groups of at least ${minGroup} samples; more samples are needed.`)
  }
  const worst = gaps.reduce((a, b) => (b.value > a.value ? b : a))
  const said = sentence(measured, worst)
  const far = gaps.filter((gap) => lowOf(gap) > threshold.groupGap)
  if (far.length > 0) {
    const claims = claimsOf(measured, far, threshold)
    const more = claims.length - 1
    const others =
      more === 0
        ? ''
        : ` ${more} more ${more === 1 ? 'group is' : 'groups are'} below by more than ${percent(threshold.groupGap)}.`
    return { outcome: 'finding', reason: `${said}${others}`, detectable: null, claims }
  }
  const detectable = detectableGap(measured, gaps, threshold.groupGap)
  const undecided = gaps.filter((gap) => lowOf(gap) > 0 && highOf(gap) > threshold.groupGap)
  if (undecided.length > 0) {
    return inconclusive(
      `${said} Whether that is more than ${percent(threshold.groupGap)} cannot be told; more samples are needed.`,
    )
  }
  if (detectable.value > threshold.groupDetectable) {
    return inconclusive(`${said} That no group is far below says little: ${detectable.text}`)
  }
  return {
    outcome: 'no-finding',
    reason: `No group is below the whole by more than ${percent(threshold.groupGap)} with confidence. ${said}`,
    detectable,
    claims: [],
  }
}

/** One claim a group: where both data sets show it, the one that shows it more surely. */
function claimsOf(
  measured: Measured,
  far: readonly Measurement[],
  threshold: ShiftOptions['threshold'],
): readonly Claim[] {
  const byGroup = new Map<string, Measurement>()
  for (const gap of far) {
    const key = nameOf(gap)
    const other = byGroup.get(key)
    if (other === undefined || lowOf(gap) > lowOf(other)) byGroup.set(key, gap)
  }
  return [...byGroup]
    .sort(([, a], [, b]) => b.value - a.value)
    .map(([group, gap]) => ({
      title: `The model is right less often than elsewhere where ${group}`,
      description: `${sentence(measured, gap)} A shift towards this group, or a user who belongs to it, meets a worse system than the test promised.`,
      variant: null,
      subject: group,
      facts: { harm: harmOf(gap, threshold) },
      measurements: ['group-gap', 'group-accuracy', 'worst-group-accuracy'],
      evidence:
        find(measured, 'worst-group-accuracy', ({ slice }) => slice?.data === gap.slice?.data)?.evidence ??
        [],
      mitigations,
    }))
}

function sentence(measured: Measured, gap: Measurement): string {
  const { data, column, group } = gap.slice!
  const accuracy = find(
    measured,
    'group-accuracy',
    ({ slice }) => slice?.data === data && slice?.column === column && slice?.group === group,
  )!
  const whole = wholeOf(measured, gap)
  return `Where ${nameOf(gap)} the model is right on ${percent(accuracy.value)} (${range(accuracy)}) of ${accuracy.n} ${data} samples, over all ${whole.n} on ${percent(whole.value)}: below by ${percent(gap.value)} (${range(gap)}).`
}

function detectableGap(measured: Measured, gaps: readonly Measurement[], threshold: number): Detectable {
  const least = gaps
    .map((gap) => {
      const { n, value } = wholeOf(measured, gap)
      return {
        gap,
        value: smallestGap({ n: gap.n, of: n, accuracy: value }, { among: gaps.length, threshold }),
      }
    })
    .reduce((a, b) => (b.value > a.value ? b : a))
  const text =
    least.value < 1
      ? `Where ${nameOf(least.gap)}, the group of which least can be said (${least.gap.n} samples), a gap of ${percent(least.value)} would have been a finding in four of five cases; elsewhere a smaller one.`
      : `Where ${nameOf(least.gap)} (${least.gap.n} samples) no gap at all would have been a finding in four of five cases.`
  return { measurement: 'group-gap', value: least.value, text }
}

function wholeOf(measured: Measured, { slice: of }: Measurement): Measurement {
  return find(measured, 'clean-accuracy', ({ slice }) => slice?.data === of?.data)!
}

function nameOf({ slice }: Measurement): string {
  return `${slice?.column} is ${slice?.group}`
}

function find(
  { measurements }: Measured,
  name: string,
  fits: (measurement: Measurement) => boolean,
): Measurement | undefined {
  return measurements.find((one) => one.name === name && fits(one))
}
