// The one way to a corrupted text: look the corruption up and touch the share of places that the severity asks for. Labels
// are kept only as far as each corruption keeps the meaning, which its file states; in a test of a classifier read a few
// dozen corrupted texts at the severity used before calling a changed answer wrong.
import type { Random } from '@failmode/core'
import type { Severity } from '../corruptions/corruption.ts'
import { addedAccents, droppedAccents } from './accents.ts'
import { droppedPunctuation } from './dropped-punctuation.ts'
import { homoglyphs } from './homoglyphs.ts'
import { homophones } from './homophones.ts'
import { keyboardTypos } from './keyboard-typos.ts'
import { lowerCase, randomCase, uncapitalisedSentences, upperCase } from './letter-case.ts'
import { ocrErrors } from './ocr-errors.ts'
import { type CorruptedText, corruptShare, type TextCorruption } from './text-corruption.ts'
import { whitespace } from './whitespace.ts'

export const textCorruptionNames = [
  'keyboard-typos',
  'ocr-errors',
  'lower-case',
  'upper-case',
  'random-case',
  'uncapitalised-sentences',
  'whitespace',
  'dropped-accents',
  'added-accents',
  'homoglyphs',
  'homophones',
  'dropped-punctuation',
] as const
export type TextCorruptionName = (typeof textCorruptionNames)[number]

export const textCorruptions: Readonly<Record<TextCorruptionName, TextCorruption>> = {
  'keyboard-typos': keyboardTypos,
  'ocr-errors': ocrErrors,
  'lower-case': lowerCase,
  'upper-case': upperCase,
  'random-case': randomCase,
  'uncapitalised-sentences': uncapitalisedSentences,
  whitespace,
  'dropped-accents': droppedAccents,
  'added-accents': addedAccents,
  homoglyphs,
  homophones,
  'dropped-punctuation': droppedPunctuation,
}

export interface CorruptTextOptions {
  readonly corruption: TextCorruptionName
  readonly severity: Severity
  /** The only source of chance. Severities of one stream are nested: what 2 touches, 3 touches in the same way. */
  readonly random: Random
}

/** A corrupted copy of a text, with the places that were touched. Text that offers no place comes back as it is. */
export function corruptText(
  text: string,
  { corruption, severity, random }: CorruptTextOptions,
): CorruptedText {
  const chosen = textCorruptions[corruption]
  return corruptShare(text, chosen, { share: chosen.shares[severity - 1]!, random })
}
