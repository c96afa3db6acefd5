// What the engine promises about agreement with PyTorch, speed and memory: five nets, two threads on both sides, eval
// mode. PyTorch makes the nets, so without it there is nothing to measure.
import { absent, type Bar, type BarOutcome, type BenchContext } from '../bar.ts'
import { median, pairedRatio } from '../load-filter.ts'
import { openPeer } from '../peer.ts'
import { type Agreement, agreementOf } from './engine/agreement.ts'
import { backwardTimes } from './engine/backward.ts'
import { forwardTimes } from './engine/forward.ts'
import { type Fresh, freshSteps, runFresh } from './engine/fresh.ts'
import { exportNets, type Net, type NetName } from './engine/nets.ts'
import { attack, threads } from './engine/own-pgd.ts'
import { type Candidate, type StepTimes, stepsOfCall, stepTimes } from './engine/pgd-step.ts'

type Reason = { readonly reason: string }

/** Several bars read one measurement, which is made for the first of them. */
function once<Key, Result>(measure: (key: Key, context: BenchContext) => Promise<Result>) {
  const made = new Map<Key, Promise<Result>>()
  return (key: Key, context: BenchContext): Promise<Result> => {
    const known = made.get(key) ?? measure(key, context)
    made.set(key, known)
    return known
  }
}

const exported = once((_: 'nets', context) => exportNets(context))

/** A bar on the nets; not measured where there are none. */
function netBar(
  bar: string,
  target: string,
  unit: string,
  run: (nets: readonly Net[], context: BenchContext) => Promise<BarOutcome | Reason>,
): Bar {
  return {
    area: 'engine',
    bar,
    target,
    run: async (context) => {
      const made = await exported('nets', context)
      const outcome = 'reason' in made ? made : await run(made.nets, context)
      return 'reason' in outcome ? absent(outcome.reason, unit) : outcome
    },
  }
}

const agreement = once((net: Net) => agreementOf(net))

function agreementBar(bar: string, atLeast: number, read: (agreement: Agreement) => number): Bar {
  return netBar(bar, `>= ${atLeast} on each of five nets`, '', async (nets, context) => {
    const values: number[] = []
    for (const net of nets) values.push(read(await agreement(net, context)))
    const value = Math.min(...values)
    const detail = nets.map(({ name }, i) => `${name} ${values[i]!.toFixed(7)}`).join(', ')
    return { value, met: value >= atLeast, unit: '', n: nets.length, detail }
  })
}

const steps = once(stepTimes)

/** How many times as long as ours a candidate's step takes, on each net. */
async function stepRatios(
  nets: readonly Net[],
  candidate: Candidate,
  context: BenchContext,
): Promise<readonly { readonly net: NetName; readonly ratio: number; readonly text: string }[] | Reason> {
  const measured: StepTimes[] = []
  for (const net of nets) {
    const found = await steps(net, context)
    if ('reason' in found) return found
    if (!found.times.enough) return { reason: `${net.name}: ${found.times.detail}` }
    measured.push(found)
  }
  return measured.map(({ net, times }) => {
    const ratio = pairedRatio(times, candidate, 'ours').median
    const perStep = (name: Candidate) => (times.median![name] / stepsOfCall).toFixed(1)
    return { net, ratio, text: `${net} ${ratio.toFixed(2)} (${perStep(candidate)} / ${perStep('ours')} ms)` }
  })
}

function stepBar(bar: string, candidate: Candidate, atLeast: number, of: 'median' | 'lowest'): Bar {
  const target = `${of} of five nets >= ${atLeast.toFixed(2)}`
  return netBar(bar, target, 'x', async (nets, context) => {
    const found = await stepRatios(nets, candidate, context)
    if ('reason' in found) return found
    const ratios = found.map(({ ratio }) => ratio)
    const value = of === 'median' ? median(ratios) : Math.min(...ratios)
    const detail = found.map(({ text }) => text).join(', ')
    return { value, met: value >= atLeast, unit: 'x', n: ratios.length, detail }
  })
}

function mobileNet(nets: readonly Net[]): Net {
  return nets.find(({ name }) => name === 'mobilenet-v2')!
}

function overheadBar(batch: number, atMost: number): Bar {
  const bar = `mobilenet-v2-forward-overhead-batch-${batch}`
  return netBar(bar, `<= ${atMost} % over bare onnxruntime`, '%', async (nets, context) => {
    const times = await forwardTimes(mobileNet(nets), batch, context)
    if (!times.enough) return { reason: times.detail }
    const over = (way: 'door' | 'worker') => (pairedRatio(times, way, 'bare').median - 1) * 100
    const value = over('door')
    const ms = (way: 'bare' | 'door' | 'worker') => times.median![way].toFixed(0)
    return {
      value,
      met: value <= atMost,
      unit: '%',
      n: times.rounds.length,
      detail:
        `64 samples: bare ${ms('bare')} ms, through target and door ${ms('door')} ms; as a step of a worker, ` +
        `which also reads its samples, ${ms('worker')} ms (${over('worker').toFixed(1)} %); ${times.detail}`,
    }
  })
}

/** Runs in fresh processes until three were undisturbed. */
const fresh = once(async (net: Net, { signal, log }): Promise<readonly Fresh[] | Reason> => {
  const quiet: Fresh[] = []
  for (let tries = 0; quiet.length < 3 && tries < 30; tries++) {
    const run = await runFresh(net, signal)
    log(
      `engine: fresh process: open ${run.openMs.toFixed(0)} ms, peak ${mega(run.bytes)} MB, others ${run.others.toFixed(2)}`,
    )
    if (run.others <= 0.08) quiet.push(run)
  }
  return quiet.length === 3 ? quiet : { reason: `machine too busy: ${quiet.length} undisturbed runs of 30` }
})

function mega(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}

const openBar = netBar('mobilenet-v2-open-and-differentiate', '< 1.5 s', 's', async (nets, context) => {
  const runs = await fresh(mobileNet(nets), context)
  if ('reason' in runs) return runs
  const value = median(runs.map(({ openMs }) => openMs)) / 1000
  return {
    value,
    met: value < 1.5,
    unit: 's',
    n: runs.length,
    detail: 'batch 8; from the path of the file to a session ready for its first step, in fresh processes',
  }
})

const memoryBar = netBar('mobilenet-v2-peak-memory', "< 1.00 of PyTorch's", 'x', async (nets, context) => {
  const net = mobileNet(nets)
  const runs = await fresh(net, context)
  if ('reason' in runs) return runs
  const opened = await openPeer('engine/pgd.py', {
    needs: ['torch', 'torchvision'],
    environment: { OMP_NUM_THREADS: String(threads) },
    signal: context.signal,
  })
  if (!opened.peer) return opened
  const { peer } = opened
  try {
    const before = await peer.call<number>('peak')
    await peer.call('open', { net: net.name, samples: net.truth, ...attack })
    await peer.call('plain', freshSteps)
    const theirs = await peer.call<number>('peak')
    const ours = median(runs.map(({ bytes }) => bytes))
    const start = median(runs.map(({ bytesBefore }) => bytesBefore))
    const value = ours / theirs
    return {
      value,
      met: value < 1,
      unit: 'x',
      n: runs.length,
      detail:
        `${freshSteps} steps at batch 8 in a fresh process: ours ${mega(ours)} MB (${mega(start)} before the model), ` +
        `PyTorch ${mega(theirs)} MB (${mega(before)} before the model)`,
    }
  } finally {
    await peer.close()
  }
})

const backwardBar = netBar(
  'input-backward-over-forward',
  'reported beside the arithmetic bound',
  'x',
  async (nets, context) => {
    const found: { readonly value: number; readonly text: string }[] = []
    for (const net of nets) {
      const { times, bound } = await backwardTimes(net, context)
      if (!times.enough) return { reason: `${net.name}: ${times.detail}` }
      const value = pairedRatio(times, 'both', 'forward').median - 1
      found.push({ value, text: `${net.name} ${value.toFixed(2)} (bound ${bound.toFixed(2)})` })
    }
    return {
      value: median(found.map(({ value }) => value)),
      met: true,
      unit: 'x',
      n: found.length,
      detail: found.map(({ text }) => text).join(', '),
    }
  },
)

export const bars: readonly Bar[] = [
  agreementBar('gradient-cosine-with-pytorch', 0.9999, ({ gradient, logits }) => Math.min(gradient, logits)),
  agreementBar('gradient-signs-as-pytorch', 0.999, ({ signs }) => signs),
  stepBar('pgd-step-over-pytorch-median', 'plain', 1.3, 'median'),
  stepBar('pgd-step-over-pytorch-lowest', 'plain', 1, 'lowest'),
  stepBar('pgd-step-over-folded-pytorch-lowest', 'folded', 0.95, 'lowest'),
  stepBar('pgd-step-over-art-lowest', 'art', 2, 'lowest'),
  stepBar('pgd-step-over-foolbox-lowest', 'foolbox', 1.4, 'lowest'),
  overheadBar(1, 8),
  overheadBar(8, 2),
  openBar,
  memoryBar,
  backwardBar,
]
