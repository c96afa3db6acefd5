// What an attack costs beside the answers it asks for: its time over that of bare onnxruntime, which is given as many
// samples in calls of the same sizes, on numbers that are ready. The attack asks through target and door as a step does,
// and both have one thread, as each worker of a run has.
import { createRandom, type LabelModel, type Meter, openDoor, type ScoreModel } from '@failmode/core'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import type { AttackBatch, AttackRun } from '../../../../packages/probes/src/attacks/attack.ts'
import { hopSkipJump } from '../../../../packages/probes/src/attacks/hop-skip-jump.ts'
import { rays } from '../../../../packages/probes/src/attacks/rays.ts'
import { square } from '../../../../packages/probes/src/attacks/square.ts'
import type { BenchContext } from '../../bar.ts'
import { measurePaired, type Paired, pairedRatio } from '../../load-filter.ts'
import { type EvasionNet, firstSamples, openTarget } from './nets.ts'

interface Attacked {
  readonly label: LabelModel
  readonly score: ScoreModel
  readonly batch: AttackBatch
  readonly run: AttackRun
}

interface Measured {
  readonly samples: number
  readonly attack: (attacked: Attacked) => Promise<unknown>
}

const callSize = 64

/** Each takes some seconds a run on one core. No sample falls to Square in so small a ball, so its batch stays full. */
export const overheads = {
  square: {
    samples: callSize,
    attack: ({ score, batch, run }) =>
      square(score, batch, { ...run, norm: 'linf', eps: 1e-6, queries: 30, initialShare: 0.8 }),
  },
  rays: {
    samples: callSize,
    // Long enough to get past the first line search, of which nothing can be kept from one query to the next.
    attack: ({ label, batch, run }) => rays(label, batch, { ...run, queries: 120, maxBatch: callSize }),
  },
  'hop-skip-jump': {
    samples: 16,
    attack: ({ label, batch, run }) =>
      hopSkipJump(label, batch, { ...run, norm: 'l2', queries: 150, maxBatch: callSize }),
  },
} as const satisfies Readonly<Record<string, Measured>>

export interface Overhead {
  readonly times: Paired<'attack' | 'bare'>
  /** Of the attack over bare inference; 0.05 is five percent. NaN where the machine was too busy. */
  readonly overhead: number
  /** Samples asked and calls made by one run. */
  readonly asked: number
  readonly calls: number
}

export async function measureOverhead(
  net: EvasionNet,
  name: keyof typeof overheads,
  { signal }: BenchContext,
): Promise<Overhead> {
  const { samples, attack }: Measured = overheads[name]
  const batch = firstSamples(net, samples)
  const target = await openTarget(net, 1)
  const session = await InferenceSession.create(net.onnx, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  })
  try {
    const meter: Meter = { queries: 0, gradients: 0 }
    const door = { meter, maxQueries: 1e12, signal }
    const label = openDoor('label', target.access('label'), door)
    const score = openDoor('score', target.access('score'), door)
    const run = { random: createRandom(0), signal }
    const sizes: number[] = []
    const counted = <T>(x: { readonly dims: readonly number[] }, answer: Promise<T>): Promise<T> => {
      sizes.push(x.dims[0] as number)
      return answer
    }
    await attack({
      label: { labels: (x) => counted(x, label.labels(x)) },
      score: { scores: (x) => counted(x, score.scores(x)) },
      batch,
      run,
    })
    const [input] = session.inputNames as [string]
    const feeds = new Map(
      [...new Set(sizes)].map((size) => {
        const { data, dims } = firstSamples(net, size).x
        return [size, { [input]: new Tensor('float32', data, dims) }] as const
      }),
    )
    const times = await measurePaired<'attack' | 'bare'>({
      candidates: {
        attack: () => attack({ label, score, batch, run }),
        bare: async () => {
          for (const size of sizes) await session.run(feeds.get(size)!)
        },
      },
      // The difference is small, so more rounds than usual.
      rounds: 15,
      capMs: 300_000,
      signal,
    })
    return {
      times,
      overhead: times.enough ? pairedRatio(times, 'attack', 'bare').median - 1 : Number.NaN,
      asked: sizes.reduce((sum, size) => sum + size, 0),
      calls: sizes.length,
    }
  } finally {
    await target.close()
    await session.release()
  }
}
