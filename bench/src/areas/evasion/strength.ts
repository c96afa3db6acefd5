// How good our attacks are beside those of ART, Foolbox and torchattacks: the same samples of the same net, the same
// number of queries or steps. Distances of peers are those of the closest adversarial point that they asked about, and
// ours are measured the same way.
import { createRandom, type Tensor } from '@failmode/core'
import type { AttackRun } from '../../../../packages/probes/src/attacks/attack.ts'
import type { Ball, Norm } from '../../../../packages/probes/src/attacks/ball.ts'
import { carliniWagner as ourCarliniWagner } from '../../../../packages/probes/src/attacks/carlini-wagner.ts'
import { fmn as ourFmn } from '../../../../packages/probes/src/attacks/fmn.ts'
import { hopSkipJump as ourHopSkipJump } from '../../../../packages/probes/src/attacks/hop-skip-jump.ts'
import { square as ourSquare } from '../../../../packages/probes/src/attacks/square.ts'
import type { BenchContext } from '../../bar.ts'
import type { Distance } from './compare.ts'
import { type EvasionNet, firstSamples, openTarget } from './nets.ts'
import { askPeers, type Library, type PeerAnswers } from './peers.ts'

/** One attack with one budget, for each sample. */
export interface Trial<Outcome> {
  /** The budget in words. */
  readonly at: string
  readonly ours: readonly Outcome[]
  readonly peers: ReadonlyMap<Library, readonly Outcome[]>
  readonly missing: readonly string[]
}

function ourRun({ signal }: BenchContext): AttackRun {
  return { random: createRandom(0), signal }
}

const queryBudgets = [1000, 5000, 25_000] as const

/** Distances after each budget of queries. Foolbox and ART begin from noise, as they do by themselves. */
export async function hopSkipJump(
  net: EvasionNet,
  { norm, count }: { readonly norm: 'l2' | 'linf'; readonly count: number },
  context: BenchContext,
): Promise<readonly Trial<Distance>[]> {
  const asked = askPeers<readonly (readonly Distance[])[]>(net, ['foolbox', 'art'], {
    method: 'hop_skip_jump',
    params: { norm, count, checkpoints: queryBudgets },
    context,
  })
  const batch = firstSamples(net, count)
  const target = await openTarget(net, 1)
  const { curve } = await ourHopSkipJump(target.access('label'), batch, {
    ...ourRun(context),
    norm,
    queries: queryBudgets.at(-1)!,
    maxBatch: 64,
    starts: batch.x,
    checkpoints: queryBudgets,
  })
  await target.close()
  const { answers, missing } = await asked
  return queryBudgets.map((queries, at) => ({
    at: `${queries} queries`,
    ours: curve.map((row) => row[at] as Distance),
    peers: new Map([...answers].map(([library, rows]) => [library, rows.map((row) => row[at] as Distance)])),
    missing,
  }))
}

/**
 * Which samples withstand, seed after seed: a random search differs by points of robust accuracy from one seed to the
 * next. The more queries, the fewer samples and seeds, so that the budgets take about the same time.
 */
export async function square(
  net: EvasionNet,
  { ball, counts }: { readonly ball: Ball; readonly counts: readonly [number, number, number] },
  context: BenchContext,
): Promise<readonly Trial<boolean>[]> {
  const trials: Trial<boolean>[] = []
  for (const [at, queries] of queryBudgets.entries()) {
    const count = counts[at] as number
    const ours: boolean[] = []
    const peers = new Map<Library, boolean[]>()
    const missing = new Set<string>()
    for (let seed = 0; seed < (squareSeeds[at] as number); seed++) {
      const asked = askPeers<readonly boolean[]>(net, ['torchattacks', 'art'], {
        method: 'square',
        params: { ...ball, count, queries, seed },
        context,
      })
      const target = await openTarget(net, 1)
      const { spentToSuccess } = await ourSquare(target.access('score'), firstSamples(net, count), {
        ...ourRun(context),
        random: createRandom(seed),
        ...ball,
        queries,
        initialShare: 0.8,
      })
      await target.close()
      ours.push(...spentToSuccess.map((spent) => spent === null))
      const { answers, missing: without } = await asked
      for (const [library, robust] of answers) peers.set(library, [...(peers.get(library) ?? []), ...robust])
      for (const reason of without) missing.add(reason)
    }
    trials.push({ at: `${queries} queries`, ours, peers, missing: [...missing] })
  }
  return trials
}

const squareSeeds = [4, 2, 1] as const

const steps = 1000

export async function fmn(
  net: EvasionNet,
  { norm, count }: { readonly norm: MinimumNorm; readonly count: number },
  context: BenchContext,
): Promise<readonly Trial<Distance>[]> {
  const asked = askPeers<readonly Distance[]>(net, ['foolbox'], {
    method: 'fmn',
    params: { norm, count, steps },
    context,
  })
  const batch = firstSamples(net, count)
  const target = await openTarget(net, 1)
  const result = await ourFmn(target.access('gradient'), batch, { ...ourRun(context), norm, steps })
  await target.close()
  return [{ at: `${steps} steps`, ours: distances(result, batch.x, norm), ...named(await asked) }]
}

/** Nine values of the constant, each with up to 1000 steps. */
export async function carliniWagner(
  net: EvasionNet,
  { count }: { readonly count: number },
  context: BenchContext,
): Promise<readonly Trial<Distance>[]> {
  const asked = askPeers<readonly Distance[]>(net, ['foolbox', 'art', 'torchattacks'], {
    method: 'carlini_wagner',
    params: { count, steps },
    context,
  })
  const batch = firstSamples(net, count)
  const target = await openTarget(net, 1)
  const result = await ourCarliniWagner(target.access('gradient'), batch, {
    ...ourRun(context),
    steps,
    rounds: 9,
  })
  await target.close()
  return [{ at: `${steps} steps`, ours: distances(result, batch.x, 'l2'), ...named(await asked) }]
}

function named<Outcome>({ answers, missing }: PeerAnswers<readonly Outcome[]>) {
  return { peers: answers, missing }
}

type MinimumNorm = Norm | 'l0'

/** As bench/peers/evasion/attacks.py measures them. */
function distances(
  {
    adversarial,
    spentToSuccess,
  }: { readonly adversarial: Tensor; readonly spentToSuccess: readonly (number | null)[] },
  clean: Tensor,
  norm: MinimumNorm,
): readonly Distance[] {
  const size = clean.data.length / spentToSuccess.length
  return spentToSuccess.map((spent, row) => {
    if (spent === null) return null
    const changes = Float64Array.from({ length: size }, (_, i) => {
      const at = row * size + i
      return Math.abs((adversarial.data[at] as number) - (clean.data[at] as number))
    })
    if (norm === 'linf') return changes.reduce((most, change) => Math.max(most, change), 0)
    if (norm === 'l0') return changes.filter((change) => change > 1e-6).length
    if (norm === 'l1') return changes.reduce((sum, change) => sum + change, 0)
    return Math.hypot(...changes)
  })
}
