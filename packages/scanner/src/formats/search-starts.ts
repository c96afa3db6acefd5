import type { Source } from '../source/source.ts'
import type { ScanContext } from './format.ts'

const most = 10_000

/**
 * Looks whether a file hides where numbers or a text should begin: at each of these offsets, and nowhere between. A
 * tensor of bytes can hold any file whole, and a loader that is given the place finds it.
 */
export async function searchStarts(
  source: Source,
  offsets: Iterable<number>,
  context: ScanContext,
): Promise<void> {
  let count = 0
  for (const from of offsets) {
    if (++count > most) return
    if (from > 0 && from < source.size) await context.search(source, { from, to: from + 1 })
  }
}
