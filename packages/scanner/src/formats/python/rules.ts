import { defineRules } from '../../scan/rule.ts'

const review = 'Read the code before anything imports it, or use a model that needs no code of its own.'

export const pythonRules = defineRules('python', {
  'runs-on-import': {
    title: 'Python code reaches the system as soon as it is imported',
    verdict: 'malicious',
    severity: 'critical',
    why: 'A loader that imports this file runs the call at once, with the rights of whoever loads the model.',
    advice: 'Do not load it. If a program has, treat that machine as compromised.',
    references: ['CWE-94', 'CWE-506', 'AML.T0010', 'AML.T0011.000'],
  },
  'reaches-system': {
    title: 'Python code beside the model can reach the system',
    verdict: 'suspicious',
    severity: 'high',
    why: 'When a program calls this function, the call runs with the rights of whoever loads the model.',
    advice: review,
    references: ['CWE-94', 'AML.T0010'],
  },
  code: {
    title: 'Python code comes with the model',
    verdict: 'suspicious',
    severity: 'low',
    why: 'A scanner cannot prove that code is harmless, and a loader may run it: some do so when they are told to trust remote code.',
    advice: review,
    references: ['CWE-829', 'AML.T0010'],
  },
  'trusts-remote-code': {
    title: 'The code switches a protection off',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'With this argument a loader runs code or unpickles data that comes with a model.',
    advice: 'Take the argument out, or pin the model to a revision whose code was read.',
    references: ['CWE-829', 'CWE-502', 'AML.T0010'],
  },
  'not-parsed': {
    title: 'The Python code does not parse',
    verdict: 'not-examined',
    severity: 'medium',
    why: 'What cannot be read as Python 3 may still run in another version, and was not looked at.',
    advice: review,
    references: [],
  },
})
