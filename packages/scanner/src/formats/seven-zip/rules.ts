import { defineRules } from '../../scan/rule.ts'

const unpack = 'Unpack it in a place where nothing loads it, and scan what comes out.'

export const sevenZipRules = defineRules('seven-zip', {
  encrypted: {
    title: 'The archive or a part of it is encrypted',
    verdict: 'not-examined',
    severity: 'medium',
    why: 'What is in it cannot be seen without its password.',
    advice: unpack,
    references: [],
  },
  'unknown-method': {
    title: 'A part of the archive is compressed in a way that is not followed',
    verdict: 'not-examined',
    severity: 'medium',
    why: 'What is in it was not seen. Published malicious models have used 7z archives to pass scanners.',
    advice: unpack,
    references: ['AML.T0010'],
  },
  'wrong-checksum': {
    title: 'A checksum of the archive is wrong',
    verdict: 'malformed',
    severity: 'medium',
    why: 'The bytes were damaged or changed. Strict tools refuse them, others do not.',
    advice: 'Fetch the file again and compare its digest with the one its author gives.',
    references: ['CWE-354'],
  },
  'unsafe-name': {
    title: 'A member’s name leads out of the folder it is unpacked to',
    verdict: 'malicious',
    severity: 'high',
    why: 'Unpacking it overwrites files elsewhere.',
    advice: 'Do not unpack it.',
    references: ['CWE-22', 'AML.T0010'],
  },
  'duplicate-name': {
    title: 'Two members have the same name',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'Some readers take the first, some the last, so what one checks is not what the other loads.',
    advice: 'Do not load it before you know who made it and why.',
    references: ['CWE-436', 'CWE-694'],
  },
  link: {
    title: 'A member is a symbolic link',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'Unpacked, it stands for a file elsewhere, which a program then reads or overwrites.',
    advice: 'Do not unpack it before you know who made it and why.',
    references: ['CWE-59', 'CWE-61'],
  },
})
