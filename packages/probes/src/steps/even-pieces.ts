/** As many workers as may share one part of an attack. */
const mostShares = 16

/**
 * Cuts a list into pieces of the same length or one less, in order, for work that takes long for every item: a power of
 * two of pieces, so that two, four, eight or sixteen workers end together, none with fewer than `least` items if there
 * are that many, none with more than `most`. The plan follows from the length alone, never from how many workers there
 * are, so results repeat on every machine.
 */
export function evenPieces<T>(
  items: readonly T[],
  { least, most }: { readonly least: number; readonly most: number },
): readonly (readonly T[])[] {
  if (items.length === 0) return []
  let count = 1
  while (count * 2 <= mostShares && items.length >= count * 2 * least) count *= 2
  while (items.length > count * most) count *= 2
  return Array.from({ length: count }, (_, i) =>
    items.slice(Math.floor((i * items.length) / count), Math.floor(((i + 1) * items.length) / count)),
  )
}
