import { defineRules } from '../../scan/rule.ts'

export const numpyRules = defineRules('numpy', {
  'object-array': {
    title: 'The array holds Python objects as a pickle',
    verdict: 'clean',
    severity: 'info',
    why: 'NumPy reads it only with allow_pickle=True, and then does whatever the pickle says. The pickle was examined as one.',
    advice: 'Store texts and numbers with types of their own, so that nobody has to allow pickles.',
    references: ['CWE-502', 'CVE-2019-6446'],
  },
  'header-code': {
    title: 'The header of the array holds an expression to be evaluated',
    verdict: 'malicious',
    severity: 'critical',
    why: 'A header is a plain dict. Old and home-made readers evaluate it as Python, and this one would do something.',
    advice: 'Do not load it with any program.',
    references: ['CWE-95', 'AML.T0011.000'],
  },
  'stray-member': {
    title: 'Something in the archive of arrays is no array',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'Its name says array and its bytes do not; NumPy hands such a member on as raw bytes.',
    advice: 'Find out what it is and why it is here.',
    references: ['CWE-434'],
  },
})
