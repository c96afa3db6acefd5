// The time of one step of projected gradient descent, ours beside four others, on one net. All candidates take the
// same number of steps in a call, from the same clean samples, so the ratio of their times is the ratio of their steps
// and what a library does once per attack counts as it does for its users. Several bars read one measurement, so a net is measured once.
import { openPeer } from '../../peer.ts'
import { measurePaired, type Paired } from '../../load-filter.ts'
import type { BenchContext } from '../../bar.ts'
import { type Net, type NetName, readTruth } from './nets.ts'
import { attack, descend, openNet, threads } from './own-pgd.ts'

export const candidates = ['ours', 'plain', 'folded', 'art', 'foolbox'] as const
export type Candidate = (typeof candidates)[number]

/** Steps of one call: as many as attacks commonly take. */
const steps = 10

export interface StepTimes {
  readonly net: NetName
  readonly times: Paired<Candidate>
}

/** Measures one net, or says why not. */
export async function stepTimes(
  net: Net,
  { log, signal }: BenchContext,
): Promise<StepTimes | { readonly reason: string }> {
  const opened = await openPeer('engine/pgd.py', {
    needs: ['torch', 'torchvision', 'adversarial-robustness-toolbox', 'foolbox'],
    environment: { OMP_NUM_THREADS: String(threads) },
    signal,
  })
  if (!opened.peer) return { reason: opened.reason }
  const { peer } = opened
  try {
    const truth = readTruth(net)
    await peer.call('open', { net: net.name, samples: net.truth, ...attack })
    const session = await openNet(net, truth.dims[0]!)
    try {
      const times = await measurePaired<Candidate>({
        candidates: {
          ours: () => descend(session, truth, steps),
          plain: () => peer.call('plain', steps),
          folded: () => peer.call('folded', steps),
          art: () => peer.call('art', steps),
          foolbox: () => peer.call('foolbox', steps),
        },
        children: [peer.pid],
        capMs: 600_000,
        signal,
      })
      const perStep = times.median
        ? candidates.map((name) => `${name} ${(times.median![name] / steps).toFixed(1)}`).join(', ')
        : 'no figure'
      log(`engine: ${net.name}: ms a step: ${perStep}; ${times.detail}`)
      return { net: net.name, times }
    } finally {
      await session.close()
    }
  } finally {
    await peer.close()
  }
}
