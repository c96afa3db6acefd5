import type { Random } from '@failmode/core'

/**
 * Which of n things are touched when a share of them is: floor(share n + u) of them, u uniform, so that every single
 * text or table has the share to within one thing and many of them have it exactly on average. The things of a smaller
 * share are among those of a larger one from the same stream, which makes severities nested.
 * @param weights how much likelier each thing is than one of weight 1 (successive draws without return, as races of
 *   exponential clocks: Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006); all alike if left out
 * @returns ascending indices
 * @throws RangeError when the share is not in [0,1]
 */
export function takeShare(n: number, share: number, random: Random, weights?: readonly number[]): number[] {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`a share lies from 0 to 1, got ${share}`)
  const count = Math.min(n, Math.floor(share * n + random.split('rounding').uniform()))
  const order = random.split('order')
  if (weights === undefined) return Array.from(order.permutation(n).subarray(0, count)).sort((a, b) => a - b)
  const rings = weights.map((weight) => -Math.log(1 - order.uniform()) / weight)
  return Array.from({ length: n }, (_, i) => i)
    .sort((a, b) => rings[a]! - rings[b]!)
    .slice(0, count)
    .sort((a, b) => a - b)
}
