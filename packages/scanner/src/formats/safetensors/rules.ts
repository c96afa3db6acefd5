import { defineRules } from '../../scan/rule.ts'

export const safetensorsRules = defineRules('safetensors', {
  'path-outside': {
    title: 'The index of shards names a file outside its folder',
    verdict: 'malicious',
    severity: 'high',
    why: 'A loader that follows it reads a file that is not part of the model.',
    advice: 'Do not load it.',
    references: ['CWE-22'],
  },
  'missing-shard': {
    title: 'A shard that the index names is not here',
    verdict: 'not-examined',
    severity: 'low',
    why: 'Its tensors were not seen.',
    advice: 'Fetch all shards and scan again.',
    references: [],
  },
  'linked-shard': {
    title: 'A shard is a link',
    verdict: 'not-examined',
    severity: 'low',
    why: 'What it leads to may lie anywhere and can change without this folder.',
    advice: 'Put the file itself in the folder.',
    references: ['CWE-59'],
  },
})
