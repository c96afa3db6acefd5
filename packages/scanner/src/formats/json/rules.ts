import { defineRules } from '../../scan/rule.ts'

export const jsonRules = defineRules('json', {
  'duplicate-key': {
    title: 'A key stands twice in one JSON object',
    verdict: 'malformed',
    severity: 'medium',
    why: 'Some readers keep the first value and some the last, so a scanner or a person can be shown one value while a program uses the other.',
    advice:
      'Ask where the file comes from; no tool of the field writes such a file. Remove the second value.',
    references: ['CWE-436', 'CWE-694'],
  },
  'not-standard': {
    title: 'The JSON uses what the standard does not allow',
    verdict: 'clean',
    severity: 'info',
    why: 'Python writes NaN and Infinity, and people write comments; strict readers refuse both.',
    advice: 'Nothing to do unless a strict reader has to load it.',
    references: [],
  },
  'embedded-pickle': {
    title: 'A JSON string holds a pickle in base64',
    verdict: 'suspicious',
    severity: 'high',
    why: 'Whatever decodes and unpickles the string runs what the pickle asks for; the text around it looks harmless.',
    advice: 'Find out what reads the string, and do not load it with that program.',
    references: ['CWE-502', 'AML.T0011.000'],
  },
})
