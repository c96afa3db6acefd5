import { defineProbe, type Measurement, wilson } from '@failmode/core'
import { predictLabels } from '../steps/predict.ts'
import { attackCheck } from './attack-check.ts'
import { noiseStep } from './attacks/noise-step.ts'
import { squareStep } from './attacks/square-step.ts'
import { evidenceStep } from './evidence-step.ts'
import { checkIds, meta } from './meta.ts'
import { options } from './options.ts'
import { noiseWorkload, scoreWorkload } from './workload.ts'

const notCovered = [
  'Attacks that use gradients, labels only, or a surrogate model.',
  'Targeted attacks (variants 1a and 1b) and confidence reduction (1d).',
  'Norms other than Linf, and changes that are not small in a norm: rotation, colour, patches.',
]

export default defineProbe({
  meta,
  options,
  checks: [
    attackCheck({
      id: checkIds.score,
      title: 'Square attack, any wrong class',
      proves: 'That somebody who can ask for scores can change the answer with a small change of the input.',
      variant: '1c',
      access: 'score',
      attack: 'square',
      // Small enough that a killed run loses little and two workers stay busy, large enough for full batches.
      chunk: 32,
      notCovered,
      workload: scoreWorkload,
      step: (context, input) => context.step(squareStep, { ...input, initialShare: 0.8 }),
    }),
    attackCheck({
      id: checkIds.noise,
      title: 'Random noise (control)',
      proves: 'How much of the harm needs no attacker: noise at the corners of the ball, without a search.',
      variant: '1c',
      access: 'label',
      attack: 'random-noise',
      chunk: 250,
      notCovered: ['Any search: this is the control that attacks are compared with.'],
      workload: noiseWorkload,
      step: (context, input) => context.step(noiseStep, input),
    }),
  ],
  steps: [predictLabels, noiseStep, squareStep, evidenceStep],
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
    const [noise, search] = [rates.get(checkIds.noise), rates.get(checkIds.score)]
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
      sanity:
        noise === undefined || search === undefined
          ? []
          : [
              {
                id: 'worse-than-noise',
                check: checkIds.score,
                fired: noise > search,
                meaning:
                  noise > search
                    ? 'Noise without a search fooled the model more often than the attack did: the attack is not working on this model.'
                    : 'The attack does at least as well as noise without a search.',
              },
            ],
    }
  },
})
