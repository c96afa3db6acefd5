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
  'hidden-encoding': {
    title: 'The text is written in an encoding that hides what it says',
    verdict: 'suspicious',
    severity: 'high',
    why: 'Python reads a source file in the encoding that its first lines name; in some, harmless letters spell commands.',
    advice: 'Decode it and read what it says before anything runs it.',
    references: ['CWE-116', 'CWE-506'],
  },
  script: {
    title: 'This is a script of the system’s shell',
    verdict: 'suspicious',
    severity: 'high',
    why: 'Whoever starts it runs its commands.',
    advice: 'Read it, and take it out of the folder of the model if it is not needed.',
    references: ['CWE-506'],
  },
  'web-page': {
    title: 'This is a web page, not a model file',
    verdict: 'suspicious',
    severity: 'low',
    why: 'A download that failed often leaves the page of an error; a page can also run scripts when it is opened.',
    advice: 'Fetch the file again, and do not open the page in a browser.',
    references: ['CWE-79'],
  },
  'deep-nesting': {
    title: 'Brackets nest deeper than parsers go',
    verdict: 'not-examined',
    severity: 'medium',
    why: 'Parsers of programs and of data give up at such depth, or crash; what stands around it was read only as text.',
    advice: 'Find out what the file is for. No program and no settings are written this way.',
    references: ['CWE-674'],
  },
})
