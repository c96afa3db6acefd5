import { defineRules } from '../../scan/rule.ts'

const safely =
  'Ask its maker for the weights in a format that cannot run code (ONNX, safetensors), and trust no type in it that you have not read.'

export const skopsRules = defineRules('skops', {
  'dangerous-import': {
    title: 'The skops file names a function or class that reaches the system',
    verdict: 'malicious',
    severity: 'critical',
    why: 'Once its type is trusted, loading the file imports the name and calls or makes it. No model needs this one.',
    advice: 'Do not load it, and trust none of its types.',
    references: ['CWE-502', 'CVE-2024-37065', 'AML.T0011.000', 'AML.T0018.002'],
  },
  'unknown-import': {
    title: 'The skops file names a function or class that is not known to be harmless',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'Whoever trusts its type has it imported and called.',
    advice: `Find out what the name does. ${safely}`,
    references: ['CWE-502', 'AML.T0011.000'],
  },
  'other-than-declared': {
    title: 'What is called is not what the skops file declares',
    verdict: 'malicious',
    severity: 'critical',
    why: 'The list of types that a person is asked to trust shows the declared name, and another one is reached.',
    advice: 'Do not load it, and update skops.',
    references: ['CWE-502', 'CVE-2025-54412', 'CVE-2025-54413', 'AML.T0011.000'],
  },
  'reaches-attribute': {
    title: 'The skops file reaches a method or attribute by its name',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'From a harmless object such a name leads to whatever hangs on it.',
    advice: `Read which names it reaches. ${safely}`,
    references: ['CWE-470', 'CVE-2025-54412', 'CVE-2025-54413'],
  },
  'unknown-node': {
    title: 'The skops file has a part of a kind that skops does not have',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'What a changed version makes of it is not known here.',
    advice: 'Find out which program wrote it.',
    references: ['CWE-502'],
  },
  'file-outside': {
    title: 'The skops file names a member that leads out of it, or is not there',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'A loader that follows such a name reads another file than the model’s.',
    advice: 'Do not load it.',
    references: ['CWE-22'],
  },
})
