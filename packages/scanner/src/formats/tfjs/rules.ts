import { defineRules } from '../../scan/rule.ts'

export const tfjsRules = defineRules('tfjs', {
  'path-outside': {
    title: 'The model takes its weights from elsewhere',
    verdict: 'suspicious',
    severity: 'high',
    why: 'TensorFlow.js fetches what the manifest names: a file outside of the model, or another server.',
    advice: 'Put the weights beside the model and name them from there.',
    references: ['CWE-22', 'CWE-918'],
  },
  'missing-weights': {
    title: 'A file of weights is not there',
    verdict: 'clean',
    severity: 'info',
    why: 'What would be loaded was not seen.',
    advice: 'Scan the model together with its weights.',
    references: [],
  },
  'broken-weights': {
    title: 'The weights are not as long as the model says',
    verdict: 'malformed',
    severity: 'medium',
    why: 'A part is missing, or something stands behind it.',
    advice: 'Fetch the model again and compare digests.',
    references: ['CWE-20'],
  },
  'reaches-out': {
    title: 'The graph has an operator that reaches files, the network or code',
    verdict: 'suspicious',
    severity: 'high',
    why: 'TensorFlow.js itself cannot run it; the programs that turn the model back into one of TensorFlow can.',
    advice: 'Ask for a model that was exported for inference.',
    references: ['CWE-73', 'AML.T0011.000'],
  },
  'custom-operator': {
    title: 'The graph has an operator that TensorFlow does not have',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'It runs whatever the page has registered under that name.',
    advice: 'Read the code that registers it.',
    references: ['CWE-829'],
  },
  'hidden-key': {
    title: 'The model has a key that changes the objects of the program that reads it',
    verdict: 'suspicious',
    severity: 'high',
    why: 'A program that copies such keys without care changes every object of the page (prototype pollution).',
    advice: 'Do not load it.',
    references: ['CWE-1321'],
  },
})
