import { defineRules } from '../../scan/rule.ts'

export const compressedRules = defineRules('compressed', {
  'wrong-checksum': {
    title: 'The checksum of the compressed data is wrong',
    verdict: 'malformed',
    severity: 'medium',
    why: 'The bytes were damaged or changed. Strict tools refuse them; a loader that uses what it unpacks at once has used it by then.',
    advice: 'Fetch the file again and compare its digest with the one its author gives.',
    references: ['CWE-354'],
  },
  'not-supported': {
    title: 'The compressed data uses a feature that was not followed',
    verdict: 'not-examined',
    severity: 'medium',
    why: 'What it unpacks to was not seen, or not all of it.',
    advice: 'Unpack it in a place where nothing loads it, and scan what comes out.',
    references: [],
  },
})
