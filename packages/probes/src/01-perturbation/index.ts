import { defineProbe, type Measurement, wilson } from '@failmode/core'
import { predictLabels } from '../steps/predict.ts'
import { attackCheck } from './attack-check.ts'
import { noiseStep } from './attacks/noise-step.ts'
import { pgdStep } from './attacks/pgd-step.ts'
import { squareStep } from './attacks/square-step.ts'
import { evidenceStep } from './evidence-step.ts'
import { checkIds, meta } from './meta.ts'
import { options } from './options.ts'
import { fgsmWorkload, noiseWorkload, pgdWorkload, scoreWorkload } from './workload.ts'

const notCovered = [
  'Attacks by labels only, or from a surrogate model.',
  'Targeted attacks (variants 1a and 1b) and confidence reduction (1d).',
  'Other norms than the one of the ball, and changes that are not small in a norm: rotation, colour, patches.',
]

/** Attacks of which the first has to do at least as well as the second, or it is broken or misled on this model. */
const comparisons = [
  {
    id: 'worse-than-noise',
    check: checkIds.score,
    stronger: checkIds.score,
    weaker: checkIds.noise,
    slack: 0,
    meaning: {
      fired:
        'Noise without a search fooled the model more often than the attack did: the attack is not working on this model.',
      silent: 'The attack does at least as well as noise without a search.',
    },
  },
  {
    id: 'one-step-beats-many',
    check: checkIds.gradient,
    stronger: checkIds.gradient,
    weaker: checkIds.oneStep,
    slack: 0.01,
    meaning: {
      fired:
        'One step fooled the model more often than many: the steps or the loss are wrong for this model.',
      silent: 'Many steps do at least as well as one.',
    },
  },
  {
    id: 'black-box-beats-white-box',
    check: checkIds.gradient,
    stronger: checkIds.gradient,
    weaker: checkIds.score,
    slack: 0.002,
    meaning: {
      fired:
        'An attack that sees only scores fooled the model more often than one that has its gradients: the gradients are hidden or misleading (masking), and what the gradient attack did not find means nothing.',
      silent: 'The attack with gradients does at least as well as the one with scores only.',
    },
  },
] as const

export default defineProbe({
  meta,
  options,
  checks: [
    attackCheck({
      id: checkIds.gradient,
      claim: 'With the model at hand, small changes',
      title: 'PGD, any wrong class',
      proves: 'That somebody who has the model can change the answer with a small change of the input.',
      variant: '1c',
      access: 'gradient',
      attack: 'pgd',
      counts: 'steps',
      chunk: 64,
      notCovered: [...notCovered, 'Stronger gradient attacks: APGD, FAB, C&W, FMN.'],
      workload: pgdWorkload,
      step: (context, input, { restarts }) => {
        const { stepSize = (2.5 * input.eps) / input.effort } = context.options
        return context.step(pgdStep, {
          ...input,
          loss: 'cross-entropy',
          stepSize,
          randomStart: true,
          restarts,
        })
      },
    }),
    attackCheck({
      id: checkIds.score,
      claim: 'With scores alone, small changes',
      title: 'Square attack, any wrong class',
      proves: 'That somebody who can ask for scores can change the answer with a small change of the input.',
      variant: '1c',
      access: 'score',
      attack: 'square',
      norms: ['linf'],
      counts: 'queries',
      // Small enough that a killed run loses little and two workers stay busy, large enough for full batches.
      chunk: 32,
      notCovered,
      workload: scoreWorkload,
      step: (context, input) => context.step(squareStep, { ...input, initialShare: 0.8 }),
    }),
    attackCheck({
      id: checkIds.oneStep,
      claim: 'Changes by a single gradient step',
      title: 'FGSM, one step',
      proves:
        'How far a single step along the gradient goes: the comparison that an iterative attack has to beat.',
      variant: '1c',
      access: 'gradient',
      attack: 'fgsm',
      counts: 'steps',
      chunk: 64,
      notCovered: ['Any second step: this is a comparison, and the weakest of the gradient attacks.'],
      workload: fgsmWorkload,
      step: (context, input) =>
        context.step(pgdStep, {
          ...input,
          loss: 'cross-entropy',
          stepSize: input.eps,
          randomStart: false,
          restarts: 1,
        }),
    }),
    attackCheck({
      id: checkIds.noise,
      claim: 'Changes by plain noise, without a search,',
      title: 'Random noise (control)',
      proves: 'How much of the harm needs no attacker: noise at the corners of the ball, without a search.',
      variant: '1c',
      access: 'label',
      attack: 'random-noise',
      counts: 'queries',
      chunk: 250,
      notCovered: ['Any search: this is the control that attacks are compared with.'],
      workload: noiseWorkload,
      step: (context, input) => context.step(noiseStep, input),
    }),
  ],
  steps: [predictLabels, pgdStep, squareStep, noiseStep, evidenceStep],
  async summarize(context) {
    // The worst case per sample over all attacks that ran on it (AutoAttack's rule), not an average of attacks.
    const worst = new Map<number, number>()
    let split = ''
    const attacks: string[] = []
    let slice: Measurement['slice']
    for (const measured of context.measured.values()) {
      const robust = measured.measurements.find((m) => m.name === 'robust-accuracy')
      if (robust?.samples === undefined) continue
      const outcomes = await context.readSamples(robust.samples.blob)
      split = outcomes.split
      slice = robust.slice
      attacks.push(robust.attack ?? '')
      for (const [i, index] of outcomes.indices.entries()) {
        worst.set(index, Math.min(worst.get(index) ?? 1, outcomes.columns.robust?.[i] ?? 0))
      }
    }
    if (worst.size === 0) return { measurements: [], sanity: [] }
    const indices = [...worst.keys()]
    const robust = indices.map((index) => worst.get(index) as number)
    const hits = robust.filter((flag) => flag === 1).length
    const blob = await context.putSamples({ split, indices, columns: { robust } })
    const rates = new Map(
      [...context.measured].map(([id, measured]) => [
        id,
        measured.measurements.find((m) => m.name === 'attack-success-rate')?.value,
      ]),
    )
    const rate = (id: string) => rates.get(id)
    const clean = [...context.measured.values()]
      .flatMap((measured) => measured.measurements)
      .filter((m) => m.name === 'clean-accuracy')
      .sort((a, b) => b.n - a.n)[0]
    return {
      measurements: [
        {
          name: 'robust-accuracy',
          value: hits / indices.length,
          unit: 'fraction',
          interval: wilson(hits, indices.length),
          n: indices.length,
          denominator: 'samples; the worst case of each over all attacks that ran',
          attack: attacks.join(' + '),
          seed: context.seed,
          samples: { blob, column: 'robust' },
          ...(slice === undefined ? {} : { slice }),
        },
        ...(clean === undefined ? [] : [clean]),
      ],
      sanity: comparisons.flatMap(({ id, check, stronger, weaker, slack, meaning }) => {
        const [strong, weak] = [rate(stronger), rate(weaker)]
        if (strong === undefined || weak === undefined) return []
        const fired = weak > strong + slack
        return [{ id, check, fired, meaning: fired ? meaning.fired : meaning.silent }]
      }),
    }
  },
})
