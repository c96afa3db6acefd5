import type { Budget } from '../../scan/limits.ts'
import { pieces, type Source } from '../../source/source.ts'

/**
 * Whether all of a source is text: UTF-8 (or UTF-16 with a mark) without control characters but the usual ones. Reads
 * it piece by piece and keeps nothing.
 */
export function isText(source: Source, budget: Budget): boolean {
  const encoding = encodingOf(source.read(0, 3))
  const decoder = new TextDecoder(encoding, { fatal: true })
  try {
    for (const { bytes } of pieces(source)) {
      budget.checkTime()
      if (hasControl(decoder.decode(bytes, { stream: true }))) return false
    }
    return !hasControl(decoder.decode())
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}

/** All of it, or null when it is longer than `limit` bytes. Only for what `isText` holds of. */
export function textOf(source: Source, limit: number): string | null {
  if (source.size > limit) return null
  return new TextDecoder(encodingOf(source.read(0, 3))).decode(source.read(0, source.size))
}

function encodingOf(mark: Uint8Array): string {
  if (mark[0] === 0xff && mark[1] === 0xfe) return 'utf-16le'
  if (mark[0] === 0xfe && mark[1] === 0xff) return 'utf-16be'
  return 'utf-8'
}

function hasControl(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return /[\u0000-\u0008\u000e-\u001a\u001c-\u001f\u007f]/.test(text)
}
