import { defineRules } from '../../scan/rule.ts'

export const pytorchRules = defineRules('pytorch', {
  'storage-too-short': {
    title: 'A tensor claims more numbers than its storage holds',
    verdict: 'malformed',
    severity: 'high',
    why: 'A reader that believes the claim reads memory that is not the model’s.',
    advice: 'Do not load it; fetch the file again and compare digests.',
    references: ['CWE-125', 'CWE-1284'],
  },
  'missing-storage': {
    title: 'A tensor’s storage is not in the archive',
    verdict: 'malformed',
    severity: 'medium',
    why: 'The file is cut, or was put together by hand.',
    advice: 'Fetch the file again and compare digests.',
    references: ['CWE-20'],
  },
  'two-pickles': {
    title: 'The archive holds more than one data.pkl',
    verdict: 'suspicious',
    severity: 'high',
    why: 'Readers of the archive differ in which of them they load.',
    advice: 'Do not load it before you know which one is meant.',
    references: ['CWE-436', 'AML.T0011.000'],
  },
  'torchscript-reaches-files': {
    title: 'The TorchScript program reads or writes files',
    verdict: 'malicious',
    severity: 'high',
    why: 'TorchScript runs in an interpreter of its own, where these operators open whatever file they name, with the rights of whoever runs the model.',
    advice: 'Do not run it.',
    references: ['CWE-73', 'AML.T0011.000'],
  },
  'torchscript-custom-operator': {
    title: 'The TorchScript program calls an operator that PyTorch does not bring',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'A native library has to be loaded for it, and what it does cannot be read here.',
    advice: 'Find out which library it needs and where that comes from.',
    references: ['CWE-829', 'AML.T0010'],
  },
})
