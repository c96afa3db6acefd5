// Bytes behind the end of a model file. Most formats say how long they are, and most loaders stop reading there, so that
// whatever follows travels along unseen. This is not in the weights at all, but it is the first place to look.

/** Bytes that fit: any number. */
export const appendedCapacity = Number.POSITIVE_INFINITY

/** A new file: the old one with the payload behind it. */
export function hideBehindFile(file: Uint8Array, payload: Uint8Array): Uint8Array {
  const out = new Uint8Array(file.length + payload.length)
  out.set(file)
  out.set(payload, file.length)
  return out
}

/** Bytes from where the file should have ended, at most `length` of them. */
export function recoverFromBehindFile(
  file: Uint8Array,
  { end, length = file.length }: { readonly end: number; readonly length?: number },
): Uint8Array {
  return file.slice(end, end + length)
}
