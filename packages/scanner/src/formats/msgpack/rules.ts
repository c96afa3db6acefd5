import { defineRules } from '../../scan/rule.ts'

export const msgpackRules = defineRules('msgpack', {
  'unknown-extension': {
    title: 'A value is of an extension type that Flax does not have',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'What happens with it is up to the program that reads it; some such hooks unpickle.',
    advice: 'Find out which program wrote it. Flax writes types 1 to 3 only.',
    references: ['CWE-502'],
  },
  'broken-array': {
    title: 'An array does not have the size or form that it claims',
    verdict: 'malformed',
    severity: 'medium',
    why: 'Readers differ in what they make of it, and native ones may read beyond it.',
    advice: 'Fetch the file again and compare its digest with the one its author gives.',
    references: ['CWE-125', 'CWE-20'],
  },
  'unknown-dtype': {
    title: 'An array is of a type that this version does not know',
    verdict: 'not-examined',
    severity: 'low',
    why: 'Its size could not be checked.',
    advice: 'Scan it with a newer version.',
    references: [],
  },
  'repeated-key': {
    title: 'A key stands twice in one map',
    verdict: 'malformed',
    severity: 'medium',
    why: 'Readers differ in which of the two they take, so one sees another model than the other.',
    advice: 'Do not load it; no library writes this.',
    references: ['CWE-436'],
  },
})
