// What perturbation promises beside others: as strong as the reference AutoAttack and faster, as strong as the best of
// three libraries query for query, and next to no time spent outside of the model.
import { absent, type Bar, type BarOutcome, type BenchContext } from '../bar.ts'
import { compareDistances, compareRobust, type Distance, unlikely } from './evasion/compare.ts'
import { type EvasionNet, openNet, type Reason } from './evasion/nets.ts'
import { carliniWagner, fmn, hopSkipJump, square, type Trial } from './evasion/strength.ts'

/** A bar on one net; not measured where that is not there. */
function netBar(
  bar: string,
  target: string,
  unit: string,
  run: (net: EvasionNet, context: BenchContext) => Promise<BarOutcome | Reason>,
): Bar {
  return {
    area: 'evasion',
    bar,
    target,
    run: async (context) => {
      const net = await openNet('digits', context)
      const outcome = 'reason' in net ? net : await run(net, context)
      return 'reason' in outcome ? absent(outcome.reason, unit) : outcome
    },
  }
}

/** Ours over the best peer in distance, at each budget: the worst of them counts. */
function distanceBar(
  bar: string,
  count: number,
  measure: (net: EvasionNet, context: BenchContext) => Promise<readonly Trial<Distance>[]>,
): Bar {
  return netBar(
    bar,
    `median ratio of distances to each peer <= 1.02 and no peer closer more often (p < ${unlikely})`,
    'x',
    async (net, context) => {
      const trials = await measure(net, context)
      const missing = [...new Set(trials.flatMap((trial) => trial.missing))]
      const compared = trials.flatMap(({ at, ours, peers }) =>
        [...peers].map(([library, theirs]) => ({
          at,
          library,
          theirs,
          ours,
          ...compareDistances(ours, theirs),
        })),
      )
      if (compared.length === 0) return { reason: missing.join('; ') }
      const value = Math.max(...compared.map(({ ratio }) => ratio))
      const lines = compared.map(
        ({ at, library, ratio, chance, ours, theirs }) =>
          `${at}: ${library} ${ratio.toFixed(3)} (${medianText(ours)} / ${medianText(theirs)}${chanceText(chance)})`,
      )
      return {
        value,
        met: value <= 1.02 && compared.every(({ chance }) => chance >= unlikely),
        unit: 'x',
        n: count,
        detail: [...lines, ...missing].join('; '),
      }
    },
  )
}

function chanceText(chance: number): string {
  return chance < 1 ? `, p ${chance.toPrecision(2)}` : ''
}

/** The median, samples without an adversarial point being further than any. */
function medianText(distances: readonly Distance[]): string {
  const sorted = distances.map((distance) => distance ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)]!.toPrecision(4)
}

/** Ours less the best peer in robust accuracy, at each budget: the worst of them counts. */
function squareBar(bar: string, options: Parameters<typeof square>[1]): Bar {
  return netBar(
    bar,
    `robust accuracy at most 2 points above each peer's, none lower beyond chance (p < ${unlikely})`,
    'points',
    async (net, context) => {
      const trials = await square(net, options, context)
      const missing = [...new Set(trials.flatMap((trial) => trial.missing))]
      const compared = trials.flatMap(({ at, ours, peers }) =>
        [...peers].map(([library, theirs]) => ({
          at,
          library,
          theirs,
          ours,
          ...compareRobust(ours, theirs),
        })),
      )
      if (compared.length === 0) return { reason: missing.join('; ') }
      const value = 100 * Math.max(...compared.map(({ difference }) => difference))
      const share = (robust: readonly boolean[]) =>
        `${((100 * robust.filter(Boolean).length) / robust.length).toFixed(1)} %`
      const lines = compared.map(
        ({ at, library, ours, theirs, chance }) =>
          `${at}, ${ours.length} samples: ${share(ours)}, ${library} ${share(theirs)}${chance < 1 ? ` (p ${chance.toPrecision(2)})` : ''}`,
      )
      // With so few samples that 2 points are less than one of them, one may differ.
      const allowed = compared.every(
        ({ difference, chance, ours }) =>
          difference <= Math.max(0.02, 1 / ours.length) + 1e-9 && chance >= unlikely,
      )
      return {
        value,
        met: allowed,
        unit: 'points',
        n: options.counts[0],
        detail: [...lines, ...missing].join('; '),
      }
    },
  )
}

export const bars: readonly Bar[] = [
  distanceBar('hop-skip-jump-l2', 24, (net, context) => hopSkipJump(net, { norm: 'l2', count: 24 }, context)),
  distanceBar('hop-skip-jump-linf', 24, (net, context) =>
    hopSkipJump(net, { norm: 'linf', count: 24 }, context),
  ),
  squareBar('square-linf', { ball: { norm: 'linf', eps: 0.13 }, counts: [200, 100, 40] }),
  squareBar('square-l2', { ball: { norm: 'l2', eps: 2.2 }, counts: [200, 100, 40] }),
  ...(['linf', 'l2', 'l1', 'l0'] as const).map((norm) =>
    distanceBar(`fmn-${norm}`, 64, (net, context) => fmn(net, { norm, count: 64 }, context)),
  ),
  distanceBar('carlini-wagner-l2', 24, (net, context) => carliniWagner(net, { count: 24 }, context)),
]
