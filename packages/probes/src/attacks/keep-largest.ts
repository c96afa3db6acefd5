import { sharedCandidates, takeLargest } from './take-largest.ts'

/**
 * The nearest point of an L0 ball: takes all changes of a row of `x` back but the `kept` largest ones.
 *
 * @param center what each change is one from, rows of `size` numbers like those of `x`
 */
export function keepLargest(
  x: Float32Array,
  center: Float32Array,
  row: number,
  size: number,
  kept: number,
): void {
  const from = row * size
  const choice = sharedCandidates(size)
  let changed = 0
  for (let i = 0; i < size; i++) {
    const change = Math.abs((x[from + i] as number) - (center[from + i] as number))
    choice.order[changed] = i
    choice.keys[i] = change
    choice.weights[i] = 1
    changed += Number(change > 0)
  }
  for (let rank = takeLargest(choice, changed, kept); rank < changed; rank++) {
    const i = from + (choice.order[rank] as number)
    x[i] = center[i] as number
  }
}
