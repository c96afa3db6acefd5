// Comparisons as arithmetic. Which way they go for a number of an attack is often as good as random: whether a black
// background was pushed up or down, whether a move meets the box. A processor that guesses it wrong half of the time
// takes several times as long as one that has nothing to guess.

/** `value` cut to [0, 1], exactly. */
export function clipUnit(value: number): number {
  const above = Number(value >= 1)
  return value * (Number(value > 0) - above) + above
}

/** The smaller of two finite numbers, to the last bit of their sum. */
export function least(a: number, b: number): number {
  return (a + b - Math.abs(a - b)) / 2
}
