import type { CheckMeta, ProbeMeta } from '@failmode/core'

export const meta: ProbeMeta = {
  mode: 'incomplete-testing',
  title: 'Incomplete testing',
  summary:
    'Looks at the test set itself, for leakage, repetition and classes that it does not test, at what the model says where there is nothing to see, and at how much of the declared conditions of use was tested, and with what result.',
  tags: ['safety', 'data'],
  headline: [
    'test-leakage',
    'confident-on-nothing',
    'untested-classes',
    'untested-operation',
    'pair-coverage',
    'worst-condition-accuracy',
    'risk-weighted-error',
    'worst-made-condition-accuracy',
  ],
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

export const conditionsMeta: CheckMeta = {
  id: 'incomplete-testing/conditions',
  title: 'Conditions of use that were tested',
  variant: null,
  access: null,
  knowledge: [],
  proves:
    'Which of the declared conditions, and which combinations of them, the test set shows, and how right the model is in each.',
  measurements: [
    'condition-coverage',
    'pair-coverage',
    'triple-coverage',
    'untested-operation',
    'untested-cost',
    'unread-conditions',
    'condition-accuracy',
    'condition-accuracy-drop',
    'worst-condition-accuracy',
    'risk-weighted-error',
  ],
}

export const madeMeta: CheckMeta = {
  id: 'incomplete-testing/made-conditions',
  title: 'Conditions made of samples that lack them',
  variant: null,
  access: 'label',
  knowledge: [],
  proves:
    'Whether the model answers as it should when a condition is made: fog, something in the way, an object removed, a blank or stale input.',
  measurements: [
    'made-condition-accuracy',
    'made-condition-drop',
    'made-condition-p-value',
    'clean-accuracy',
    'worst-made-condition-accuracy',
  ],
}
