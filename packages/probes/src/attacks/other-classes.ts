import type { Scores } from '@failmode/core'

/**
 * The classes beside the true one, best first: entry r holds for each row the one with the r-th highest score, the
 * lower class on a tie. As many as asked for, or as there are.
 *
 * @returns [min(count, classes - 1)][N]
 */
export function otherClasses(
  { data, classes }: Scores,
  labels: ArrayLike<number>,
  count: number,
): Int32Array[] {
  const ranked = Array.from({ length: Math.min(count, classes - 1) }, () => new Int32Array(labels.length))
  for (let row = 0; row < labels.length; row++) {
    const scores = data.subarray(row * classes, (row + 1) * classes)
    const order = Array.from({ length: classes }, (_, k) => k)
      .filter((k) => k !== labels[row])
      .sort((a, b) => (scores[b] as number) - (scores[a] as number))
    for (const [rank, classesOfRank] of ranked.entries()) classesOfRank[row] = order[rank] as number
  }
  return ranked
}
