import { defineRules } from '../../scan/rule.ts'

export const huggingFaceRules = defineRules('hugging-face', {
  'remote-code': {
    title: 'The model’s settings name Python code to be run',
    verdict: 'suspicious',
    severity: 'high',
    why: 'With trust_remote_code=True the loader imports and runs this code, and a loader that was told so once does it for every later revision.',
    advice: 'Read the code and pin the revision, or use a model that needs none.',
    references: ['CWE-829', 'AML.T0010', 'AML.T0011.000'],
  },
  'foreign-code': {
    title: 'The model’s settings name code in another repository',
    verdict: 'suspicious',
    severity: 'critical',
    why: 'The code that runs is not in this folder, and its owner can change it at any time.',
    advice: 'Do not load it with trust_remote_code. Copy the code here, read it, and name it from here.',
    references: ['CWE-829', 'CWE-494', 'AML.T0010'],
  },
  'unsafe-class': {
    title: 'The settings name a class that can run something else',
    verdict: 'malicious',
    severity: 'critical',
    why: 'The loader imports and calls what is named here.',
    advice: 'Do not load it.',
    references: ['CWE-470', 'AML.T0011.000'],
  },
  'path-outside': {
    title: 'The settings name a place outside of the model',
    verdict: 'suspicious',
    severity: 'high',
    why: 'Loading it reads, or takes for a model, what lies there on the machine of whoever loads it.',
    advice: 'Put all parts of the model into its folder.',
    references: ['CWE-22', 'AML.T0010'],
  },
  'two-weights': {
    title: 'The same weights lie here in two formats',
    verdict: 'clean',
    severity: 'info',
    why: 'A loader takes one of them; if the two differ, what was tested is not what runs.',
    advice: 'Compare them with failmode model diff, and keep the safetensors only.',
    references: ['AML.T0010'],
  },
})
