import { defineRules } from '../../scan/rule.ts'

export const coremlRules = defineRules('coreml', {
  'custom-class': {
    title: 'The model names a class of the app to run',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'Core ML creates the class by its name in whatever app loads the model and calls it with the parameters that the model gives.',
    advice: 'Load it only in the app that it was made for, and read what the class does.',
    references: ['CWE-470', 'AML.T0010'],
  },
  'linked-model': {
    title: 'The model links to another model by its path',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'What runs is not in this file, and can change without it.',
    advice: 'Use a model that holds all its parts.',
    references: ['CWE-829', 'AML.T0010'],
  },
  'serialized-model': {
    title: 'The model holds another one in a form of its own',
    verdict: 'not-examined',
    severity: 'medium',
    why: 'Only Apple’s programs can read what is inside.',
    advice: 'Use the model in its plain form.',
    references: [],
  },
  'path-outside': {
    title: 'The model names a file outside its package',
    verdict: 'malicious',
    severity: 'high',
    why: 'A loader that follows it reads a file that is not part of the model.',
    advice: 'Do not load it.',
    references: ['CWE-22'],
  },
  'missing-item': {
    title: 'A part of the package is not here',
    verdict: 'not-examined',
    severity: 'low',
    why: 'It was not seen.',
    advice: 'Fetch the whole package and scan again.',
    references: [],
  },
  'unknown-kind': {
    title: 'The model has a part of a kind that this version does not know',
    verdict: 'not-examined',
    severity: 'low',
    why: 'What it does is unknown.',
    advice: 'Scan it with a newer version.',
    references: [],
  },
})
