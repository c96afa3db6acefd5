// Corrections for asking many questions at once. Holm keeps the chance of even one false claim below alpha;
// Benjamini and Hochberg keep the expected share of false claims among the claims below it. Both return adjusted
// p-values, in the order given, to be compared with alpha as they are.

/**
 * Holm's step-down adjustment ("A simple sequentially rejective multiple test procedure", Scand. J. Stat. 6, 1979):
 * with p in ascending order, the largest of (m - j + 1) p_(j) over j <= i, at most 1. Valid under any dependence.
 * @throws RangeError when a p-value is not in [0,1]
 */
export function holm(pValues: readonly number[]): number[] {
  const order = ascending(pValues)
  const adjusted = new Array<number>(pValues.length)
  let running = 0
  order.forEach((index, rank) => {
    running = Math.max(running, (order.length - rank) * pValues[index]!)
    adjusted[index] = Math.min(1, running)
  })
  return adjusted
}

/**
 * The step-up adjustment of Benjamini and Hochberg ("Controlling the False Discovery Rate", J. R. Stat. Soc. B 57,
 * 1995): the smallest of m p_(j) / j over j >= i. Valid for independent or positively dependent tests.
 * @throws RangeError when a p-value is not in [0,1]
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const order = ascending(pValues)
  const adjusted = new Array<number>(pValues.length)
  let running = 1
  for (let rank = order.length; rank >= 1; rank--) {
    const index = order[rank - 1]!
    running = Math.min(running, (order.length * pValues[index]!) / rank)
    adjusted[index] = running
  }
  return adjusted
}

/** Indices in ascending order of their p-values. */
function ascending(pValues: readonly number[]): number[] {
  for (const p of pValues) {
    if (!(p >= 0 && p <= 1)) throw new RangeError(`p-values lie between 0 and 1, got ${p}`)
  }
  return pValues.map((_, index) => index).sort((a, b) => pValues[a]! - pValues[b]!)
}
