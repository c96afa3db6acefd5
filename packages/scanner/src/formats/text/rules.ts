import { defineRules } from '../../scan/rule.ts'

export const textRules = defineRules('text', {
  'yaml-object': {
    title: 'A YAML tag builds a Python object',
    verdict: 'malicious',
    severity: 'critical',
    why: 'A loader that is not the safe one calls the function that the tag names while it reads the file.',
    advice: 'Do not load it. Read YAML with a safe loader only.',
    references: ['CWE-502', 'CVE-2020-14343'],
  },
  'instantiates-target': {
    title: 'The settings name a function for the loader to call',
    verdict: 'suspicious',
    severity: 'high',
    why: 'Frameworks that build objects from settings call whatever stands at `_target_`; models were used to run code this way.',
    advice: 'Check that each target is a class of the framework, and update the framework.',
    references: ['CWE-470', 'CVE-2025-23304', 'AML.T0011.000'],
  },
  'piped-download': {
    title: 'A command fetches something and runs it',
    verdict: 'suspicious',
    severity: 'high',
    why: 'Whoever follows this line runs what a server gives at that moment.',
    advice: 'Do not run it; fetch what it names, look at it and pin its digest.',
    references: ['CWE-494'],
  },
  pointer: {
    title: 'This is a Git LFS pointer, not the file it stands for',
    verdict: 'not-examined',
    severity: 'low',
    why: 'Whoever fetched the model got a note in place of the weights; the weights themselves were not seen.',
    advice:
      'Fetch the file (git lfs pull) and scan again. The SHA-256 in the pointer is the one to compare with.',
    references: [],
  },
})
