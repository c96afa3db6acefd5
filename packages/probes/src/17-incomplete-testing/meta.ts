import type { CheckMeta, ProbeMeta } from '@failmode/core'

export const meta: ProbeMeta = {
  mode: 'incomplete-testing',
  title: 'Incomplete testing',
  summary:
    'Looks at the test set itself, for leakage, repetition and classes that it does not test, and at what the model says where there is nothing to see.',
  tags: ['safety', 'data'],
  headline: ['test-leakage', 'confident-on-nothing', 'untested-classes'],
}

export const testSetMeta: CheckMeta = {
  id: 'incomplete-testing/test-set',
  title: 'The test set itself',
  variant: null,
  access: null,
  knowledge: [],
  proves: 'How far the test set can carry the accuracy that is measured on it.',
  measurements: [
    'test-leakage',
    'exact-test-leakage',
    'repeated-test-samples',
    'untested-classes',
    'smallest-class-samples',
    'accuracy-margin',
  ],
}

export const nothingMeta: CheckMeta = {
  id: 'incomplete-testing/nothing-there',
  title: 'Answers where there is nothing to see',
  variant: null,
  access: 'score',
  knowledge: [],
  proves:
    'Whether the model is sure of inputs that show nothing: blank ones, noise, stripes and shuffled samples.',
  measurements: ['confident-on-nothing'],
}
