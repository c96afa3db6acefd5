import type { LossName } from '@failmode/core'

/** Value of a loss of the logits `z` and its derivative by each of them. */
export function lossOf(loss: LossName, z: readonly number[], y: number, t: number) {
  const order = [...z.keys()].sort((a, b) => (z[b] as number) - (z[a] as number))
  const at = (k: number) => z[k] as number
  const ranked = (rank: number): number => {
    const k = order[rank - 1]
    if (k === undefined) throw new RangeError(`${loss} needs ${rank} classes, there are ${z.length}`)
    return k
  }
  const best = (not: number) => order.find((k) => k !== not) as number
  const slopes = (parts: readonly (readonly [k: number, slope: number])[]): number[] => {
    const slope = new Array<number>(z.length).fill(0)
    for (const [k, s] of parts) slope[k] = (slope[k] as number) + s
    return slope
  }
  const difference = (up: number, down: number) => ({
    value: at(up) - at(down),
    slope: slopes([
      [up, 1],
      [down, -1],
    ]),
  })
  const entropy = (k: number, sign: 1 | -1) => {
    const top = at(ranked(1))
    const sum = z.reduce((total, v) => total + Math.exp(v - top), 0)
    const p = z.map((v) => Math.exp(v - top) / sum)
    return {
      value: sign * (Math.log(sum) + top - at(k)),
      slope: p.map((v, i) => sign * (v - (i === k ? 1 : 0))),
    }
  }
  const ratio = (
    gap: { readonly value: number; readonly slope: readonly number[] },
    spread: { readonly value: number; readonly slope: readonly number[] },
  ) => ({
    value: gap.value / (spread.value + 1e-12),
    slope: z.map(
      (_, k) =>
        ((gap.slope[k] as number) - (gap.value / spread.value) * (spread.slope[k] as number)) / spread.value,
    ),
  })
  switch (loss) {
    case 'cross-entropy':
      return entropy(y, 1)
    case 'targeted-cross-entropy':
      return entropy(t, -1)
    case 'margin':
      return difference(best(y), y)
    case 'targeted-margin':
      return difference(t, best(t))
    case 'class-difference':
      return difference(t, y)
    case 'dlr':
      return ratio(difference(best(y), y), difference(ranked(1), ranked(3)))
    case 'targeted-dlr': {
      const [first, third, fourth] = [ranked(1), ranked(3), ranked(4)]
      return ratio(difference(t, y), {
        value: at(first) - (at(third) + at(fourth)) / 2,
        slope: slopes([
          [first, 1],
          [third, -0.5],
          [fourth, -0.5],
        ]),
      })
    }
  }
}
