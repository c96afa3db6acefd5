import { defineRules } from '../../scan/rule.ts'

export const ggufRules = defineRules('gguf', {
  'unknown-type': {
    title: 'A tensor has a type that this version does not know',
    verdict: 'not-examined',
    severity: 'low',
    why: 'Its size cannot be told, so it was not checked that it stays within the file.',
    advice: 'Scan it with a newer version.',
    references: [],
  },
  'old-format': {
    title: 'The file is of a format before GGUF',
    verdict: 'not-examined',
    severity: 'medium',
    why: 'These formats say neither how long nor of which type anything is; their readers were full of memory errors and are no longer kept.',
    advice: 'Convert the original weights to GGUF with a current program.',
    references: ['CWE-125', 'CWE-787'],
  },
  'broken-layout': {
    title: 'The tensors do not lie as GGUF wants it',
    verdict: 'malformed',
    severity: 'high',
    why: 'Readers that trust such places read or write beyond the file, or show one tensor as another; and bytes between tensors can hide something.',
    advice: 'Fetch the file again and compare its digest with the one its author gives.',
    references: ['CWE-125', 'CWE-787', 'CVE-2024-23496'],
  },
  'broken-shards': {
    title: 'The file claims a place among its shards that does not exist',
    verdict: 'malformed',
    severity: 'medium',
    why: 'A loader asks for files that do not belong to the model, or counts beyond them.',
    advice: 'Fetch all shards again.',
    references: ['CWE-129'],
  },
})
