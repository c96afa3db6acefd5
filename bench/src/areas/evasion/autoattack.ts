// AutoAttack standard, ours as a run does it beside that of its authors. Ours is the check of the probe itself, whose
// steps go to the workers of the product's pool: samples are cut into chunks, survivors are put together anew before
// each part, and every call passes target and door. Theirs attacks all samples in one batch. Both have two threads.
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CheckContext, createRandom, type SampleOutcomes } from '@failmode/core'
import { probes } from '@failmode/probes'
import { attackStep } from '../../../../packages/probes/src/01-perturbation/attack-step.ts'
import { checkIds } from '../../../../packages/probes/src/01-perturbation/meta.ts'
import { suite } from '../../../../packages/probes/src/01-perturbation/suites.ts'
import type { Ball } from '../../../../packages/probes/src/attacks/ball.ts'
import { createStepPool } from '../../../../packages/system/src/pool/step-pool.ts'
import type { BenchContext } from '../../bar.ts'
import { type CpuMeter, othersShare, procMeter } from '../../cpu-meter.ts'
import { openPeer, type Peer } from '../../peer.ts'
import { type EvasionNet, firstSamples, type NetName, openNet, type Reason, sampleCount } from './nets.ts'

export interface Part {
  readonly attack: string
  readonly seconds: number
  /** Samples that withstood it and all before. */
  readonly left: number
}

export interface Suite {
  readonly robust: readonly boolean[]
  readonly parts: readonly Part[]
  readonly seconds: number
  /** Other processes' work meanwhile, as a share of the time. */
  readonly others: number
}

export interface SuitePair {
  readonly net: NetName
  readonly ball: Ball
  readonly ours: Suite
  readonly theirs: Suite
  /** Whether nothing disturbed either run, so that their times can be compared. */
  readonly quiet: boolean
  /** How many samples withstood each side, seed by seed; the first is that of the timed runs. */
  readonly left: { readonly ours: readonly number[]; readonly theirs: readonly number[] }
}

/**
 * Seeds a net. Random starts move the robust accuracy of either side by a point on 200 samples, twice the bar, where
 * many samples are near the edge of the ball; only a mean tells the two apart.
 */
const seedsOf: Readonly<Record<NetName, number>> = { 'resnet-20': 1, digits: 3, 'digits-robust': 3 }

/** The ball on each net, such that the first part leaves many samples and the suite between a tenth and six. */
const balls: Readonly<Record<NetName, Ball>> = {
  'resnet-20': { norm: 'linf', eps: 0.75 / 255 },
  digits: { norm: 'l2', eps: 1.75 },
  'digits-robust': { norm: 'linf', eps: 0.25 },
}

/** Others' work above this share of a run makes its time worthless; far above it, trying again is of no use. */
const quietShare = 0.08
const hopelessShare = 0.3
const mostTries = 3

/** Both suites on one net, again where others disturbed them, in turns. */
export async function measureSuites(name: NetName, context: BenchContext): Promise<SuitePair | Reason> {
  const net = await openNet(name, context)
  if ('reason' in net) return net
  const opened = await openPeer('evasion/autoattack.py', {
    needs: ['torch', 'onnx', 'onnxruntime', 'pyautoattack'],
    environment: { OMP_NUM_THREADS: String(threads) },
    signal: context.signal,
  })
  if (!opened.peer) return opened
  const { peer } = opened
  try {
    const ball = balls[name]
    const { onnx, samples, mean, std } = net
    await peer.call('open', { onnx, samples, mean, std, threads, ...ball })
    await peer.call('warm', sampleCount)
    const meter = procMeter({ children: [peer.pid] })
    const sides = {
      ours: (seed: number) => runOurs(net, ball, { context, meter, seed }),
      theirs: (seed: number) => runTheirs(peer, meter, seed),
    }
    const ran: { ours?: Suite; theirs?: Suite } = {}
    const isQuiet = (side: Suite | undefined) => side !== undefined && side.others <= quietShare
    for (let tries = 0; tries < mostTries; tries++) {
      for (const side of ['ours', 'theirs'] as const) {
        if (isQuiet(ran[side])) continue
        const suite = await sides[side](0)
        ran[side] = suite
        const parts = suite.parts.map(
          ({ attack, seconds, left }) => `${attack} ${seconds.toFixed(1)} s, ${left} left`,
        )
        context.log(`evasion: ${name}, ${side}: ${parts.join('; ')}; others ${suite.others.toFixed(2)}`)
      }
      if (Math.max(ran.ours!.others, ran.theirs!.others) > hopelessShare) break
    }
    const { ours, theirs } = ran as { readonly ours: Suite; readonly theirs: Suite }
    const left = { ours: [withstood(ours)], theirs: [withstood(theirs)] }
    for (let seed = 1; seed < seedsOf[name]; seed++) {
      for (const side of ['ours', 'theirs'] as const) left[side].push(withstood(await sides[side](seed)))
      context.log(
        `evasion: ${name}, left by seed: ours ${left.ours.join(' ')}, theirs ${left.theirs.join(' ')}`,
      )
    }
    return { net: name, ball, ours, theirs, quiet: isQuiet(ours) && isQuiet(theirs), left }
  } finally {
    await peer.close()
  }
}

function withstood({ robust }: Suite): number {
  return robust.filter(Boolean).length
}

/** Of each side: as many as there are cores. */
const threads = availableParallelism()

async function runTheirs(peer: Peer, meter: CpuMeter, seed: number): Promise<Suite> {
  const begin = performance.now()
  const before = meter()
  const { robust, parts } = await peer.call<Pick<Suite, 'robust' | 'parts'>>('run', {
    count: sampleCount,
    seed,
  })
  return { robust, parts, seconds: total(parts), others: shareSince(before, meter, begin) }
}

/** The check as a run measures it, without its journal. */
async function runOurs(
  { system }: EvasionNet,
  ball: Ball,
  {
    context: { signal },
    meter,
    seed,
  }: { readonly context: BenchContext; readonly meter: CpuMeter; readonly seed: number },
): Promise<Suite> {
  const probe = probes.find(({ meta }) => meta.mode === 'perturbation')!
  const check = probe.checks.find(({ meta }) => meta.id === checkIds.gradient)!
  const folder = await mkdtemp(join(tmpdir(), 'failmode-bench-'))
  const pool = createStepPool({ descriptor: system.descriptor, folder, seed })
  const watch = watchParts(ball)
  let outcomes: SampleOutcomes | undefined
  const context: CheckContext<unknown> = {
    system: system.facts,
    options: probe.options.parse({ ...ball, samples: sampleCount }),
    budget: { name: 'standard', maxQueries: null },
    seed,
    random: createRandom(seed),
    signal,
    labels: () => firstSamples({ system }, sampleCount).labels,

    metadata: () => ({}),
    async step(handler, input) {
      const begin = performance.now()
      const { output, cost } = await pool.run(handler.name, input, { signal })
      if (handler.name === attackStep.name) watch.saw(input as never, output as never, begin)
      return { output: output as never, cost }
    },
    async putSamples(written) {
      if ('robust' in written.columns) outcomes = written
      return { path: 'none', sha256: 'none', bytes: 0, mediaType: 'application/json' }
    },
  }
  const begin = performance.now()
  const before = meter()
  try {
    await check.measure(context)
  } finally {
    await pool.close()
    await rm(folder, { recursive: true, force: true })
  }
  const robust = new Array<boolean>(sampleCount)
  for (const [at, index] of outcomes!.indices.entries()) robust[index] = outcomes!.columns.robust![at] === 1
  const parts = watch.parts()
  return { robust, parts, seconds: total(parts), others: shareSince(before, meter, begin) }
}

/** Times the parts of the suite by their steps; what a check does before and after them is left out. */
function watchParts({ norm, eps }: Ball) {
  const order = suite('autoattack-standard', norm).map(({ attack }) => attack as string)
  const seen = new Map<string, { begin: number; end: number; found: number }>()
  return {
    saw(
      input: { readonly eps: number; readonly plan: { readonly attack: string } },
      { found }: { readonly found: readonly unknown[] },
      begin: number,
    ): void {
      if (input.eps !== eps) return
      const { attack } = input.plan
      const end = performance.now()
      const known = seen.get(attack) ?? { begin, end, found: 0 }
      const fallen = found.filter((sample) => (sample as { readonly inside: boolean }).inside).length
      seen.set(attack, { begin: Math.min(begin, known.begin), end, found: known.found + fallen })
    },
    parts(): readonly Part[] {
      let left = sampleCount
      return order.flatMap((attack) => {
        const part = seen.get(attack)
        // Nothing is left for a part once every sample has fallen.
        if (part === undefined) return []
        left -= part.found
        return [{ attack, seconds: (part.end - part.begin) / 1000, left }]
      })
    },
  }
}

function total(parts: readonly Part[]): number {
  return parts.reduce((sum, { seconds }) => sum + seconds, 0)
}

function shareSince(before: ReturnType<CpuMeter>, meter: CpuMeter, begin: number): number {
  const after = meter()
  return before && after ? othersShare(before, after, performance.now() - begin) : 0
}
