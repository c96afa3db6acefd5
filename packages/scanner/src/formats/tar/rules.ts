import { defineRules } from '../../scan/rule.ts'

const review = 'Do not unpack it before you know who made it and why.'

export const tarRules = defineRules('tar', {
  link: {
    title: 'A member is a link',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'Unpacked, it stands for another file, which a program then reads or overwrites.',
    advice: review,
    references: ['CWE-59', 'CWE-61'],
  },
  'write-through-link': {
    title: 'A member is written through a link',
    verdict: 'malicious',
    severity: 'critical',
    why: 'The archive first places a link to somewhere else and then a file behind it, so unpacking overwrites a file outside the folder.',
    advice: 'Do not unpack it.',
    references: ['CWE-59', 'CWE-22', 'CVE-2007-4559', 'AML.T0010'],
  },
  'link-out': {
    title: 'A link leads out of the folder it is unpacked to',
    verdict: 'malicious',
    severity: 'high',
    why: 'A program that follows it reads or overwrites files elsewhere.',
    advice: 'Do not unpack it.',
    references: ['CWE-59', 'CWE-22', 'AML.T0010'],
  },
  'special-file': {
    title: 'A member is a device or a pipe',
    verdict: 'suspicious',
    severity: 'high',
    why: 'Unpacked by an administrator it gives access to hardware, or stops whoever reads it. No model needs one.',
    advice: review,
    references: ['CWE-66'],
  },
  'unsafe-name': {
    title: 'A member’s name leads out of the folder it is unpacked to',
    verdict: 'malicious',
    severity: 'high',
    why: 'Unpacking it overwrites files elsewhere (CVE-2007-4559).',
    advice: 'Do not unpack it.',
    references: ['CWE-22', 'CVE-2007-4559', 'AML.T0010'],
  },
  'odd-name': {
    title: 'A member’s name is read in different ways',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'Readers cut a name at a null character or take a backslash for a folder; so they see different files.',
    advice: review,
    references: ['CWE-436', 'CWE-158'],
  },
  'duplicate-name': {
    title: 'Two members have the same name',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'Some readers take the first, some the last, so what one checks is not what the other loads.',
    advice: review,
    references: ['CWE-436', 'CWE-694'],
  },
  'two-sizes': {
    title: 'A member has two sizes',
    verdict: 'malformed',
    severity: 'high',
    why: 'An extended header and the plain one disagree on where the next member begins; readers see different members (CVE-2025-62518).',
    advice: review,
    references: ['CWE-436', 'CVE-2025-62518'],
  },
  'unknown-member': {
    title: 'A member is of a kind that is not known',
    verdict: 'not-examined',
    severity: 'medium',
    why: 'Its contents may not be what lies behind its header.',
    advice: 'Unpack it in a place where nothing loads it, and scan what comes out.',
    references: [],
  },
})
