import type { CheckMeta, ProbeMeta } from '@failmode/core'

export const meta: ProbeMeta = {
  mode: 'supply-chain',
  title: 'Attacks on the ML supply chain',
  summary:
    'Hashes every model file of the system and compares it with the digests that were written down for it.',
  tags: ['security', 'integrity', 'artifacts'],
  headline: [
    'verified-artifacts',
    'digest-mismatches',
    'without-digest',
    'weak-digests',
    'malicious-artifacts',
    'suspicious-artifacts',
    'not-examined-artifacts',
  ],
}

export const digestsMeta: CheckMeta = {
  id: 'supply-chain/digests',
  title: 'Digests of the artifacts',
  variant: null,
  access: 'artifact',
  knowledge: [],
  proves: 'That each model file is still the one whose digest was recorded, or that nobody could tell.',
  measurements: [
    'verified-artifacts',
    'artifacts',
    'digest-mismatches',
    'without-digest',
    'weak-digests',
    'missing-artifacts',
  ],
}

export const contentsMeta: CheckMeta = {
  id: 'supply-chain/contents',
  title: 'What is inside the artifacts',
  variant: null,
  access: 'artifact',
  knowledge: [],
  proves: 'What loading each model file would run or reach, read from its bytes without loading it.',
  measurements: [
    'scanned-artifacts',
    'malicious-artifacts',
    'suspicious-artifacts',
    'malformed-artifacts',
    'not-examined-artifacts',
    'clean-artifacts',
  ],
}
