import type { CheckMeta, ProbeMeta } from '@failmode/core'

export const meta: ProbeMeta = {
  mode: 'natural-adversarial-examples',
  title: 'Natural adversarial examples',
  summary:
    'Searches a labelled pool, as it is, for what the model gets wrong and is sure of, tells wrong labels from wrong answers, and says where mistakes gather.',
  tags: ['safety', 'robustness', 'data'],
  headline: [
    'confident-mistakes',
    'natural-adversarial-accuracy',
    'filtered-accuracy-drop',
    'worst-slice-error',
    'suspected-label-errors',
    'overconfidence',
    'aurra',
  ],
}

export const mistakesMeta: CheckMeta = {
  id: 'natural-adversarial-examples/mistakes',
  title: 'Mistakes on unaltered samples',
  variant: null,
  access: 'score',
  knowledge: [],
  proves:
    'How often the model is wrong and sure of it on real samples, once wrong labels, copies and strays are told apart.',
  measurements: [
    'confident-mistakes',
    'model-mistakes',
    'suspected-label-errors',
    'near-duplicate-conflicts',
    'out-of-distribution-mistakes',
    'unclear-mistakes',
    'label-errors-by-model-alone',
    'neighbour-agreement',
    'clean-accuracy',
    'overconfidence',
    'expected-calibration-error',
    'rms-calibration-error',
    'aurra',
  ],
}

export const filtrationMeta: CheckMeta = {
  id: 'natural-adversarial-examples/filtration',
  title: 'Samples that other models fail on',
  variant: null,
  access: 'score',
  knowledge: [],
  proves:
    'Whether samples that independent models get clearly wrong fool this one too, so that its average hides hard cases.',
  measurements: [
    'natural-adversarial-accuracy',
    'filtered-accuracy-drop',
    'filtered-drop-p-value',
    'mined-samples',
    'shared-mistakes',
    'mined-transfer',
    'mined-region-excess',
    'mined-region-p-value',
    'clean-accuracy',
  ],
}

export const slicesMeta: CheckMeta = {
  id: 'natural-adversarial-examples/slices',
  title: 'Where mistakes gather',
  variant: null,
  access: 'score',
  knowledge: [],
  proves:
    'Which groups of samples, found by clustering or described by metadata, the model fails on more than chance.',
  measurements: [
    'worst-slice-error',
    'worst-slice-lift',
    'worst-slice-p-value',
    'slices-found',
    'slice-error',
    'slice-lift',
    'slice-p-value',
    'clean-accuracy',
  ],
}
