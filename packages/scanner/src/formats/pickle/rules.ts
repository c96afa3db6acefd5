import { defineRules } from '../../scan/rule.ts'

const fetchSafe =
  'Ask its maker for the weights in a format that cannot run code (safetensors, ONNX), and load no pickle of unknown origin.'

export const pickleRules = defineRules('pickle', {
  'dangerous-import': {
    title: 'The pickle calls a function that reaches the system',
    verdict: 'malicious',
    severity: 'critical',
    why: 'Loading a pickle runs what it imports and calls, with the rights of whoever loads it. No model needs this function.',
    advice: 'Do not load it. If a program has, treat that machine as compromised: the call says what ran.',
    references: ['CWE-502', 'AML.T0010', 'AML.T0011.000', 'AML.T0018.002'],
  },
  'unknown-import': {
    title: 'The pickle imports a name that is not known to be harmless',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'Importing a module runs it, and a pickle can call what it imports. Lists of dangerous names are always too short, so what is not known to be safe is objected to.',
    advice: `Find out what the name does when it is called. ${fetchSafe}`,
    references: ['CWE-502', 'AML.T0011.000'],
  },
  'carries-code': {
    title: 'The pickle carries Python code',
    verdict: 'suspicious',
    severity: 'high',
    why: 'Functions of dill and cloudpickle, and marshalled code, travel as bytecode and run when they are called, some already when they are loaded.',
    advice: `Read the source of what was pickled. ${fetchSafe}`,
    references: ['CWE-502', 'CWE-94', 'AML.T0011.000'],
  },
  'computed-call': {
    title: 'The pickle calls something that it computes while it is loaded',
    verdict: 'suspicious',
    severity: 'high',
    why: 'What is called cannot be told without running it. Honest writers call only what they name.',
    advice: fetchSafe,
    references: ['CWE-502', 'CWE-913'],
  },
  'unknown-extension': {
    title: 'The pickle uses a number in place of a name',
    verdict: 'suspicious',
    severity: 'high',
    why: 'Extension codes stand for functions that another program registered; from this file nobody can tell which.',
    advice: fetchSafe,
    references: ['CWE-502'],
  },
  planted: {
    title: 'The pickle changes an object that it did not make',
    verdict: 'malicious',
    severity: 'critical',
    why: 'It sets attributes of a function, a class or a module that is already in the program, which changes what that does from then on.',
    advice: 'Do not load it.',
    references: ['CWE-502', 'CWE-915'],
  },
  'nested-pickle': {
    title: 'The pickle loads another one that it carries',
    verdict: 'clean',
    severity: 'info',
    why: 'Bytes inside it are loaded as a pickle or a model in their turn. They were examined too.',
    advice: 'Nothing to do; findings in the inner one are listed by themselves.',
    references: ['CWE-502'],
  },
  'odd-machine': {
    title: 'The pickle uses the machine as no writer does',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'Readers of pickles disagree about such places, and scanners have been blinded with them.',
    advice: fetchSafe,
    references: ['CWE-436', 'CWE-502'],
  },
  'error-after-payload': {
    title: 'The pickle breaks after what it runs',
    verdict: 'malformed',
    severity: 'high',
    why: 'A loader runs all that stands in front of the error; a scanner that stops at errors sees nothing. Malware on model hubs was built this way.',
    advice: 'Do not load it, not even to see the error.',
    references: ['CWE-502', 'CWE-754', 'AML.T0018.002'],
  },
  'names-other-file': {
    title: 'The pickle reads arrays from other files',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'Old versions of joblib kept arrays in files beside the pickle; this one names a file that may lie elsewhere.',
    advice: 'Check the name, and save the model again with a current joblib.',
    references: ['CWE-73'],
  },
})
