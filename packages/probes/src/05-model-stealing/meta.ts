import type { CheckMeta, ProbeMeta } from '@failmode/core'

export const meta: ProbeMeta = {
  mode: 'model-stealing',
  title: 'Model stealing',
  summary:
    'Asks the model as a customer could, builds a copy from the answers, and measures on how many inputs the copy gives the same class.',
  tags: ['security', 'confidentiality'],
  headline: ['agreement', 'agreement-uniform', 'queries-to-90-percent-agreement', 'transfer-rate'],
}

export const equationsMeta: CheckMeta = {
  id: 'model-stealing/equations',
  title: 'Weights by solving equations',
  variant: null,
  access: 'score',
  knowledge: [],
  proves:
    'Whether the model is a linear one behind its probabilities, which a query more than there are inputs gives away.',
  measurements: ['agreement', 'agreement-uniform', 'queries', 'equation-residual'],
}

export const scoreCopiesMeta: CheckMeta = {
  id: 'model-stealing/copies',
  title: 'A copy trained on scores',
  variant: null,
  access: 'score',
  knowledge: ['algorithm'],
  proves:
    'How faithful a copy is that is trained on the answers to ordinary inputs, how many it takes, and what hiding a part of the answers would cost the thief.',
  measurements: [
    'agreement',
    'agreement-uniform',
    'agreement-by-queries',
    'agreement-by-answers',
    'queries',
    'queries-to-90-percent-agreement',
    'transfer-rate',
  ],
}

export const labelCopiesMeta: CheckMeta = {
  id: 'model-stealing/copies-of-classes',
  title: 'A copy trained on classes alone',
  variant: null,
  access: 'label',
  knowledge: ['algorithm'],
  proves: 'How faithful a copy is that is trained on nothing but the classes that the model returns.',
  measurements: [
    'agreement',
    'agreement-uniform',
    'agreement-by-queries',
    'queries',
    'queries-to-90-percent-agreement',
    'transfer-rate',
  ],
}
