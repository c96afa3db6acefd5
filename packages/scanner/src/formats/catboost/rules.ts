import { defineRules } from '../../scan/rule.ts'

export const catboostRules = defineRules('catboost', {
  'broken-tree': {
    title: 'The trees of the model do not hold together',
    verdict: 'malformed',
    severity: 'high',
    why: 'CatBoost follows these numbers in C++: one that points outside reads other memory.',
    advice: 'Do not load it. Fetch the file again and compare its digest with the one its author gives.',
    references: ['CWE-125', 'CWE-129'],
  },
  'unknown-part': {
    title: 'The model has a part that CatBoost does not write',
    verdict: 'not-examined',
    severity: 'medium',
    why: 'What a newer or a changed version makes of it is not known here.',
    advice: 'Find out what wrote it, or save the model again with a current CatBoost.',
    references: [],
  },
})
