/** Several bars read one measurement, which is made for the first of them that asks with this key. */
export function once<Key, Rest extends unknown[], Result>(
  measure: (key: Key, ...rest: Rest) => Promise<Result>,
): (key: Key, ...rest: Rest) => Promise<Result> {
  const made = new Map<Key, Promise<Result>>()
  return (key, ...rest) => {
    const known = made.get(key) ?? measure(key, ...rest)
    made.set(key, known)
    return known
  }
}
