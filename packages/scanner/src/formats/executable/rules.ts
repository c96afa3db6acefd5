import { defineRules } from '../../scan/rule.ts'

export const executableRules = defineRules('executable', {
  'native-code': {
    title: 'This is a native program',
    verdict: 'malicious',
    severity: 'critical',
    why: 'A model is numbers and structure. A program among them, or under the name of one, runs with all rights of whoever starts it.',
    advice: 'Do not run it. Find out how it came to be there before anything of the same origin is used.',
    references: ['CWE-434', 'AML.T0018.002', 'AML.T0011.000', 'ML06:2023'],
  },
  program: {
    title: 'This is a program',
    verdict: 'suspicious',
    severity: 'high',
    why: 'It does whatever it was written to do once something starts it. Models do not need it.',
    advice: 'Read it before anything runs it, or leave it out.',
    references: ['CWE-434', 'AML.T0011.000', 'ML06:2023'],
  },
  container: {
    title: 'This is an archive of a kind that is not opened',
    verdict: 'not-examined',
    severity: 'medium',
    why: 'What is in it was not seen.',
    advice: 'Unpack it in a place where nothing loads it, and scan what comes out.',
    references: [],
  },
})
