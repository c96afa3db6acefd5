import type { CheckMeta, ProbeMeta } from '@failmode/core'
import { falsePositiveRates } from './audit/audit.ts'

export const meta: ProbeMeta = {
  mode: 'membership-inference',
  title: 'Membership inference',
  summary:
    'Asks about records that the model was trained on and records that it was not, and measures how surely the two can be told apart by its answers.',
  tags: ['security', 'privacy', 'data'],
  headline: [
    'auc',
    'tpr-at-fpr-0.01',
    'tpr-at-fpr-0.001',
    'advantage',
    'generalisation-gap',
    'epsilon-lower-bound',
  ],
}

const audited = [
  'auc',
  ...falsePositiveRates.map((rate) => `tpr-at-fpr-${rate}`),
  'advantage',
  'epsilon-lower-bound',
  'shuffled-auc-held',
]

export const gapMeta: CheckMeta = {
  id: 'membership-inference/gap',
  title: 'Members by right and wrong answers',
  variant: null,
  access: 'label',
  knowledge: [],
  proves: 'How much oftener the model is right about what it was trained on, which alone gives members away.',
  measurements: ['generalisation-gap', 'member-accuracy', 'stranger-accuracy', 'blind-auc', ...audited],
}

export const scoresMeta: CheckMeta = {
  id: 'membership-inference/scores',
  title: 'Members by scores',
  variant: null,
  access: 'score',
  knowledge: [],
  proves:
    'How well thresholds on loss, confidence and entropy, and a comparison with other records, tell members from strangers.',
  measurements: [...audited, 'blind-auc', 'group-auc', 'class-auc'],
}

export const shadowsMeta: CheckMeta = {
  id: 'membership-inference/shadows',
  title: 'Members by shadow models',
  variant: null,
  access: 'score',
  knowledge: ['algorithm'],
  proves:
    'How well an attacker tells members from strangers, record by record, who trains models of the same kind on data of the same kind.',
  measurements: [...audited, 'blind-auc', 'group-auc', 'class-auc', 'shadow-accuracy'],
}

export const labelsMeta: CheckMeta = {
  id: 'membership-inference/labels',
  title: 'Members by classes alone',
  variant: null,
  access: 'label',
  knowledge: [],
  proves:
    'How well altered copies, and the distance to the border of the class, tell members from strangers where no scores are given.',
  measurements: [...audited, 'blind-auc'],
}

export const canariesMeta: CheckMeta = {
  id: 'membership-inference/canaries',
  title: 'Canaries',
  variant: null,
  access: 'score',
  knowledge: ['training-data'],
  proves:
    'How surely the training remembers records made to be remembered: the worst case and not the usual one.',
  measurements: [...audited, 'canary-exposure'],
}
