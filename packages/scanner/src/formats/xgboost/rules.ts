import { defineRules } from '../../scan/rule.ts'

export const xgboostRules = defineRules('xgboost', {
  'broken-tree': {
    title: 'The trees of the model do not hold together',
    verdict: 'malformed',
    severity: 'high',
    why: 'XGBoost follows these numbers in C++: one that points outside reads other memory, and a circle never ends.',
    advice: 'Do not load it. Fetch the file again and compare its digest with the one its author gives.',
    references: ['CWE-125', 'CWE-835', 'CWE-129'],
  },
  'unknown-part': {
    title: 'The model has a part that XGBoost does not write',
    verdict: 'not-examined',
    severity: 'medium',
    why: 'What a plugin or a newer version makes of it is not known here.',
    advice: 'Find out what wrote it, or save the model again with a current XGBoost.',
    references: [],
  },
  'old-format': {
    title: 'The model is in the binary format that XGBoost gave up',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'It is a dump of memory. Loaders copied its sizes without checking them, and current versions no longer read it.',
    advice:
      'Load it once in an isolated process with the version that wrote it, and save it as UBJSON or JSON.',
    references: ['CWE-125', 'CWE-787'],
  },
})
