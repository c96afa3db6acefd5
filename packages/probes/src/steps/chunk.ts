/** Cuts a list into pieces of at most `size`, in order: the batch plan of a check, fixed for a given input. */
export function chunk<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const pieces: (readonly T[])[] = []
  for (let from = 0; from < items.length; from += size) pieces.push(items.slice(from, from + size))
  return pieces
}
