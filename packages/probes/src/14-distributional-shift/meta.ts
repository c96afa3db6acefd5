import type { CheckMeta, ProbeMeta } from '@failmode/core'

export const meta: ProbeMeta = {
  mode: 'distributional-shift',
  title: 'Distributional shift',
  summary:
    'Compares the data that the system meets with the data it was tested on: inputs, outputs, shares of classes and accuracy, over all and in each group, each with the size of the shift beside its p-value, and names the kind of shift.',
  tags: ['safety', 'robustness', 'drift'],
  headline: [
    'shift-p-value',
    'psi',
    'wasserstein',
    'mmd',
    'share-of-features-shifted',
    'domain-classifier-auc',
    'label-shift',
    'estimated-accuracy',
    'accuracy-drop',
    'worst-group-accuracy',
    'group-gap',
  ],
}

const comparison = [
  'shift-p-value',
  'share-of-features-shifted',
  'psi',
  'wasserstein',
  'ks-distance',
  'mmd',
  'lsdd',
  'domain-classifier-auc',
  'label-shift',
]

export const inputsMeta: CheckMeta = {
  id: 'distributional-shift/inputs',
  title: 'Inputs now and then',
  variant: null,
  access: null,
  knowledge: [],
  proves: 'Whether the inputs in use look otherwise than those of the test, by how much and in what.',
  measurements: comparison,
}

export const outputsMeta: CheckMeta = {
  id: 'distributional-shift/outputs',
  title: "The model's answers now and then",
  variant: null,
  access: 'score',
  knowledge: [],
  proves: 'Whether the model answers otherwise than in the test, which is where a shift begins to matter.',
  measurements: comparison,
}

export const labelsMeta: CheckMeta = {
  id: 'distributional-shift/labels',
  title: 'Shares of classes, and what accuracy they explain',
  variant: null,
  access: 'label',
  knowledge: [],
  proves:
    'Whether classes come in other shares than in the test, and whether accuracy fell by more than these shares explain.',
  measurements: ['label-shift', 'shift-p-value', 'accuracy-drop', 'clean-accuracy'],
}

export const accuracyMeta: CheckMeta = {
  id: 'distributional-shift/accuracy-estimate',
  title: 'Accuracy on data without labels',
  variant: null,
  access: 'score',
  knowledge: [],
  proves:
    'How often the model is right on the current data, guessed from its confidence, and measured where labels allow.',
  measurements: ['estimated-accuracy', 'accuracy-drop', 'clean-accuracy'],
}

export const groupsMeta: CheckMeta = {
  id: 'distributional-shift/groups',
  title: 'Accuracy in each group',
  variant: null,
  access: 'label',
  knowledge: [],
  proves:
    'Whether the model does worse in one of the groups that metadata tell apart, such as a place or a device, than over all.',
  measurements: ['worst-group-accuracy', 'group-gap', 'group-accuracy', 'clean-accuracy'],
}
