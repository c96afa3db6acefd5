import { defineRules } from '../../scan/rule.ts'

export const tfliteRules = defineRules('tflite', {
  'custom-operator': {
    title: 'The model needs operators of its own',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'Native code must be loaded and registered to run the model, and it can do anything.',
    advice: 'Find out who makes the operators and why the model needs them.',
    references: ['CWE-829', 'AML.T0010'],
  },
  'tensorflow-operator': {
    title: 'The model runs operators of full TensorFlow',
    verdict: 'suspicious',
    severity: 'low',
    why: 'With the Flex delegate a TFLite model is no longer confined to the small set of operators that only compute.',
    advice: 'Convert the model without select TensorFlow operators, or check the ones it uses.',
    references: ['AML.T0011.000'],
  },
  'dangerous-operator': {
    title: 'The model runs an operator that reaches files, the network or code',
    verdict: 'malicious',
    severity: 'high',
    why: 'Running the model reads or writes files, talks to another machine or calls code.',
    advice: 'Do not run it.',
    references: ['CWE-829', 'AML.T0011.000'],
  },
  'unknown-operator': {
    title: 'An operator has a number that this version does not know',
    verdict: 'not-examined',
    severity: 'low',
    why: 'What it does is unknown.',
    advice: 'Scan it with a newer version.',
    references: [],
  },
  'broken-model': {
    title: 'The model points at something that does not exist',
    verdict: 'malformed',
    severity: 'high',
    why: 'The interpreter follows such numbers without looking and reads or writes elsewhere in memory.',
    advice: 'Fetch the model again and compare its digest with the one its author gives.',
    references: ['CWE-125', 'CWE-787', 'CVE-2020-15207'],
  },
})
