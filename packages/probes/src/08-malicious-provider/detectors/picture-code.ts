// How much shorter bytes become when they are written as a grey picture, against a code that gives all 256 values the
// same length. In a picture a pixel is near the one before it and the one above, so that it is written as its difference
// from what these lead one to expect; small differences are short. Which pixel is above depends on the width of the
// picture, which the code has to guess. Lengths are in nats, and mean the same as those of the text code.

/** Widths that are looked for; 0 stands for any, where only the pixel before counts. */
export const pictureWidths = [0, 28, 32, 64, 112, 224] as const

/** Two-sided exponentials of these scales, in grey levels, with these shares; what is left is uniform. */
const scales = [
  [3, 0.33],
  [10, 0.35],
  [30, 0.3],
] as const

let table: Float32Array | undefined

/** Nats that a difference d saves against the uniform code, at index d modulo 256. */
export function differenceGains(): Float32Array {
  if (table !== undefined) return table
  const chances = new Float64Array(256)
  let left = 1
  for (const [scale, share] of scales) {
    left -= share
    const weights = Float64Array.from({ length: 256 }, (_, d) => Math.exp(-Math.min(d, 256 - d) / scale))
    const sum = weights.reduce((a, b) => a + b, 0)
    for (const [d, weight] of weights.entries()) chances[d] = (chances[d] as number) + (share * weight) / sum
  }
  table = Float32Array.from(chances, (chance) => Math.log(256 * (chance + left / 256)))
  return table
}
