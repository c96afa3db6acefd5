// What shows only over all checks of the mode: the worst case of each sample over all attacks (AutoAttack's rule, never
// an average of attacks), how it changes with the size of the ball, and whether the attacks agree with each other.
import {
  type CheckSanity,
  type Evidence,
  type Measurement,
  type SampleOutcomes,
  type Summary,
  type SummaryContext,
  wilson,
} from '@failmode/core'
import type { Norm } from '../attacks/ball.ts'
import { checkIds } from './meta.ts'
import { compareChecks, type SampleSuccess } from './sanity.ts'

/** Shares of eps at which the curve is read. */
const curveShares = [0, 0.25, 0.5, 0.75, 1, 1.5, 2] as const

interface Worst {
  readonly right: boolean
  /** Distance of the nearest point that fools the model, in the norm of the ball; infinite when none was found. */
  readonly distance: number
  readonly robust: boolean
}

export async function summarize(context: SummaryContext): Promise<Summary> {
  const worst = new Map<number, Worst>()
  const successes = new Map<string, SampleSuccess>()
  const attacks = new Set<string>()
  const searched = new Set<number>()
  let split = ''
  let ball: { readonly eps: number; readonly norm: Norm } | null = null
  for (const [id, measured] of context.measured) {
    const all = measured.measurements
    const samples = all.find((m) => m.samples?.column === 'robust')?.samples
    if (samples === undefined) continue
    const outcomes = await context.readSamples(samples.blob)
    if (outcomes.split === 'noise') continue
    successes.set(id, successOf(outcomes))
    const robust = all.find((m) => m.name === 'robust-accuracy')
    if (robust === undefined) continue
    split = outcomes.split
    if (id === checkIds.shortest) for (const index of outcomes.indices) searched.add(index)
    if (robust.attack !== undefined) attacks.add(robust.attack)
    ball = robust.slice as unknown as { eps: number; norm: Norm }
    const distances = outcomes.columns[ball.norm]
    for (const [i, index] of outcomes.indices.entries()) {
      const known = worst.get(index)
      const own = outcomes.columns.robust?.[i] === 1
      const found = distances?.[i] ?? Number.POSITIVE_INFINITY
      const isRight = own || outcomes.columns.spent?.[i] !== null || known?.right === true
      worst.set(index, {
        right: isRight,
        robust: own && known?.robust !== false,
        distance: Math.min(found, known?.distance ?? Number.POSITIVE_INFINITY),
      })
    }
  }
  if (worst.size === 0 || ball === null) return { measurements: [], sanity: [] }

  const indices = [...worst.keys()]
  const list = [...worst.values()]
  const n = list.length
  const hits = list.filter(({ robust }) => robust).length
  const blob = await context.putSamples({
    split,
    indices,
    columns: {
      robust: list.map(({ robust }) => (robust ? 1 : 0)),
      distance: list.map(({ distance }) => (Number.isFinite(distance) ? distance : null)),
    },
  })
  const { eps, norm } = ball
  const radius = { eps, norm }
  // Where the shortest way was looked for, on those samples only: the distance of another is just where an attack
  // stopped, and a curve through such points would say too much.
  const read = searched.size === 0 ? list : list.filter((_, i) => searched.has(indices[i] as number))
  const curve = curveShares.map((share) => ({
    size: share * eps,
    hits: read.filter(
      ({ right, robust, distance }) => right && (share < 1 || robust) && distance > share * eps * (1 + 1e-6),
    ).length,
  }))
  const denominator = 'samples; the worst case of each over all attacks that ran'
  const common = { unit: 'fraction', n, seed: context.seed, attack: [...attacks].join(' + ') }
  const first = (id: string, name: string) =>
    context.measured.get(id)?.measurements.find((measurement) => measurement.name === name)
  const clean = [...context.measured.values()]
    .flatMap(({ measurements }) => measurements)
    .filter(({ name }) => name === 'clean-accuracy')
    .sort((a, b) => b.n - a.n)[0]
  const shortest = ['median-linf', 'median-l2'].flatMap((name) => first(checkIds.shortest, name) ?? [])
  return {
    measurements: [
      {
        name: 'robust-accuracy',
        value: hits / n,
        interval: wilson(hits, n),
        denominator,
        ...common,
        slice: radius,
        samples: { blob, column: 'robust' },
        evidence: [curveEvidence(curve, read.length, norm)],
      },
      ...(clean === undefined ? [] : [clean]),
      ...shortest,
      ...curve.map(
        (point): Measurement => ({
          name: 'robust-accuracy-curve',
          value: point.hits / read.length,
          interval: wilson(point.hits, read.length),
          denominator,
          ...common,
          n: read.length,
          slice: { eps: point.size, norm },
        }),
      ),
    ],
    sanity: compareChecks(successes) satisfies readonly CheckSanity[],
  }
}

/** Of each sample that was attacked whether it fell; samples the model had wrong were not. */
function successOf({ indices, columns }: SampleOutcomes): SampleSuccess {
  return new Map(
    indices.flatMap((index, i) => {
      const fell = columns.spent?.[i] !== null && columns.spent?.[i] !== undefined
      return fell || columns.robust?.[i] === 1 ? [[index, fell] as const] : []
    }),
  )
}

function curveEvidence(
  curve: readonly { readonly size: number; readonly hits: number }[],
  n: number,
  norm: Norm,
): Evidence {
  return {
    kind: 'curve',
    title: 'Robust accuracy by the size of the change',
    x: { label: `largest change allowed (${norm})` },
    y: { label: 'robust accuracy' },
    series: [
      {
        label: 'worst case over all attacks',
        points: curve.map(({ size, hits }) => {
          const { low, high } = wilson(hits, n)
          return { x: size, y: hits / n, low, high }
        }),
      },
    ],
  }
}
