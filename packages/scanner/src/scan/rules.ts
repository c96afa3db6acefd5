// What the entry itself objects to, whatever the format.
import { defineRules } from './rule.ts'

const review = 'Find out where the file comes from and what it is before any program loads it.'

export const scanRules = defineRules('scan', {
  'unknown-format': {
    title: 'No known format fits these bytes',
    verdict: 'not-examined',
    severity: 'low',
    why: 'What is not understood cannot be called safe: a loader that does understand it may run what it holds.',
    advice:
      'Leave the file out if it is not part of the model (--exclude), or load it only in a program whose parser you trust.',
    references: ['CWE-434'],
  },
  malformed: {
    title: 'The file breaks the rules of its format',
    verdict: 'malformed',
    severity: 'medium',
    why: 'Readers differ in what they make of broken files; a scanner may stop where a loader goes on, and parsers have been crashed and taken over by such files.',
    advice: 'Fetch the file again and compare its digest with the one its author gives.',
    references: ['CWE-20', 'CWE-1286'],
  },
  polyglot: {
    title: 'The same bytes are a valid file of two formats',
    verdict: 'suspicious',
    severity: 'high',
    why: 'A program sees one format and a scanner or a person the other, so what one checks is not what the other runs. No tool of the field writes such files by itself.',
    advice: review,
    references: ['CWE-436', 'AML.T0010'],
  },
  'appended-data': {
    title: 'Something follows the end of the file’s format',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'Bytes that the loader ignores can carry a second file, which another program or a later step may load.',
    advice: review,
    references: ['CWE-436', 'AML.T0018.002'],
  },
  'leading-data': {
    title: 'The file begins with filler',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'Filler in front hides a file from tools that look only at its first bytes.',
    advice: review,
    references: ['CWE-436'],
  },
  hidden: {
    title: 'A file lies hidden inside other bytes',
    verdict: 'suspicious',
    severity: 'high',
    why: 'A loader that is given the right place, or that skips what it does not know, finds it there.',
    advice: review,
    references: ['CWE-436', 'AML.T0018.002'],
  },
  limit: {
    title: 'A limit was reached before all was examined',
    verdict: 'not-examined',
    severity: 'medium',
    why: 'What inflates without end, nests without end or never finishes is built to exhaust whoever opens it, or to hide something behind what gets looked at.',
    advice:
      'Treat it as hostile unless you know why it is so large; a limit can be raised where the file is known to be honest.',
    references: ['CWE-409', 'CWE-400'],
  },
  crashed: {
    title: 'The scan of this file did not end',
    verdict: 'not-examined',
    severity: 'high',
    why: 'A file that stops the scanner may be built to do so. Nothing is known of the part that was not reached.',
    advice: 'Treat it as hostile, and please report the file or its first bytes to the makers of failmode.',
    references: ['CWE-400'],
  },
  'link-out': {
    title: 'A link leads out of the folder',
    verdict: 'not-examined',
    severity: 'low',
    why: 'A program that follows it reads a file that is not part of the model, and that can change without it.',
    advice: 'Put the file in the place of the link, or scan the folder that the link leads to.',
    references: ['CWE-59'],
  },
  'special-file': {
    title: 'This is no plain file',
    verdict: 'not-examined',
    severity: 'low',
    why: 'Reading a device or a pipe can wait for ever or do something.',
    advice: 'Take it out of the folder.',
    references: ['CWE-66'],
  },
  unreadable: {
    title: 'The file could not be read',
    verdict: 'not-examined',
    severity: 'low',
    why: 'What was not read cannot be called safe.',
    advice: 'Give the scan the right to read it, or leave the file out (--exclude).',
    references: [],
  },
  padding: {
    title: 'Zero bytes follow the end of the file’s format',
    verdict: 'clean',
    severity: 'info',
    why: 'Some tools fill files up to a round size. Nothing can hide in zeros.',
    advice: 'Nothing to do.',
    references: [],
  },
  empty: {
    title: 'The file is empty',
    verdict: 'clean',
    severity: 'info',
    why: 'There is nothing in it.',
    advice: 'If a model is expected here, fetch it again.',
    references: [],
  },
})
