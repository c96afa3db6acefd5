// A random cloud by the diamond-square method, as the published fog has it: a square map that wraps around begins with
// one corner, and every round gives the points half way between the old ones the mean of their four neighbours and
// a random amount. The amount is wibble^2 at most, because the released code multiplies by wibble twice, and wibble
// shrinks by `decay` a round. The map is then stretched to [0,1].
import type { Random } from '@failmode/core'
import { fillUniform } from './draws.ts'

export interface PlasmaOptions {
  /** What wibble is divided by in each round; larger is smoother. */
  readonly decay: number
  readonly random: Random
}

const firstWibble = 100

/** The map [side, side] in [0,1]; `side` is a power of two, at least 2. */
export function plasma(side: number, { decay, random }: PlasmaOptions): Float32Array {
  const map = new Float64Array(side * side)
  const draws = fillUniform(new Float32Array(side * side), random)
  const last = side - 1
  let drawn = 0
  let wibble = firstWibble
  for (let step = side; step >= 2; step >>= 1) {
    const half = step >> 1
    const reach = wibble * wibble
    const scale = 2 * reach
    for (let y = 0; y < side; y += step) {
      const row = y * side
      const below = ((y + step) & last) * side
      const to = (y + half) * side + half
      for (let x = 0; x < side; x += step) {
        const next = (x + step) & last
        const sum = map[row + x]! + map[row + next]! + map[below + x]! + map[below + next]!
        map[to + x] = sum / 4 + scale * draws[drawn++]! - reach
      }
    }
    for (let y = 0; y < side; y += step) {
      const row = y * side
      const below = ((y + step) & last) * side
      const middle = (y + half) * side
      const above = ((y - half) & last) * side
      for (let x = 0; x < side; x += step) {
        const next = (x + step) & last
        const across = x + half
        const before = (x - half) & last
        const corner = map[row + x]!
        const centre = map[middle + across]!
        const top = corner + map[row + next]! + centre + map[above + across]!
        map[row + across] = top / 4 + scale * draws[drawn++]! - reach
        const side4 = corner + map[below + x]! + centre + map[middle + before]!
        map[middle + x] = side4 / 4 + scale * draws[drawn++]! - reach
      }
    }
    wibble /= decay
  }
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (let i = 0; i < map.length; i++) {
    const x = map[i]!
    if (x < least) least = x
    if (x > most) most = x
  }
  const out = new Float32Array(map.length)
  const factor = 1 / (most - least)
  for (let i = 0; i < map.length; i++) out[i] = (map[i]! - least) * factor
  return out
}
