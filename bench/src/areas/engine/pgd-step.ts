// The time of one step of projected gradient descent, ours beside four others, on one net. All candidates take the
// same number of steps in a call, from the same clean samples, so the ratio of their times is the ratio of their steps,
// and what a library does once per attack counts as it does for its users.
import type { BenchContext } from '../../bar.ts'
import { measurePaired, type Paired } from '../../load-filter.ts'
import { openPeer } from '../../peer.ts'
import { type Net, type NetName, readTruth } from './nets.ts'
import { attack, climb, openNet, threads } from './own-pgd.ts'

export const candidates = ['ours', 'plain', 'folded', 'art', 'foolbox'] as const
export type Candidate = (typeof candidates)[number]

/** Steps of one call: as many as attacks commonly take. */
export const stepsOfCall = 10

export interface StepTimes {
  readonly net: NetName
  /** Milliseconds of `stepsOfCall` steps. */
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
          ours: () => climb(session, truth, stepsOfCall),
          plain: () => peer.call('plain', stepsOfCall),
          folded: () => peer.call('folded', stepsOfCall),
          art: () => peer.call('art', stepsOfCall),
          foolbox: () => peer.call('foolbox', stepsOfCall),
        },
        children: [peer.pid],
        capMs: 900_000,
        signal,
      })
      const perStep = candidates.map(
        (name) => `${name} ${((times.median?.[name] ?? 0) / stepsOfCall).toFixed(1)}`,
      )
      log(`engine: ${net.name}: ${times.median ? `${perStep.join(', ')} ms a step; ` : ''}${times.detail}`)
      return { net: net.name, times }
    } finally {
      await session.close()
    }
  } finally {
    await peer.close()
  }
}
