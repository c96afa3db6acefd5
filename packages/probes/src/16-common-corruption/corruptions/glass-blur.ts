import type { Random } from '@failmode/core'
import { defineCorruption } from './corruption.ts'
import { fillUniform } from './draws.ts'
import { slack } from './eight-bit.ts'
import { gaussianFilter } from './gaussian-filter.ts'
import { eachPlane } from './planes.ts'

type Glass = readonly [sigma: number, distance: number, rounds: number]

/**
 * Blurs, shuffles pixels with neighbours at most `distance` away, and blurs again. The paper says "shuffling pixels
 * locally", and so pixels change places here. The released code copies the neighbour over the pixel and leaves the
 * neighbour as it is, because rows of a colour picture are views into it; `referenceCompatible` does that too (a grey
 * picture changes places in both). Pixels within `distance` of the border are not visited, and pictures with no others
 * are only blurred.
 */
export const glassBlur = defineCorruption<Glass>({
  name: 'glass-blur',
  constants: {
    imagenet: [
      [0.7, 1, 2],
      [0.9, 2, 1],
      [1, 2, 3],
      [1.1, 3, 2],
      [1.5, 4, 2],
    ],
    cifar: [
      [0.05, 1, 1],
      [0.25, 1, 1],
      [0.4, 1, 1],
      [0.25, 1, 2],
      [0.4, 1, 2],
    ],
  },
  apply(image, [sigma, distance, rounds], { random, referenceCompatible = false, ...shape }) {
    const { channels, height, width } = shape
    const blur = (given: Float32Array) =>
      eachPlane(given, shape, (plane) =>
        gaussianFilter(plane, { height, width, sigma, truncate: 4, border: 'nearest' }),
      )
    const copies = referenceCompatible && channels > 1
    const from = shuffled({ height, width }, { distance, rounds, copies, random })
    const blurred = blur(image)
    const moved = new Float32Array(image.length)
    for (let plane = 0; plane < image.length; plane += height * width) {
      // The published shuffling is of 8-bit pixels.
      for (let i = 0; i < from.length; i++) {
        moved[plane + i] = Math.floor(blurred[plane + from[i]!]! * 255 + slack) / 255
      }
    }
    return blur(moved)
  },
})

/** For each place the pixel that ends up there. */
function shuffled(
  { height, width }: { readonly height: number; readonly width: number },
  {
    distance,
    rounds,
    copies,
    random,
  }: {
    readonly distance: number
    readonly rounds: number
    readonly copies: boolean
    readonly random: Random
  },
): Int32Array {
  const order = Int32Array.from({ length: height * width }, (_, i) => i)
  const visited = Math.max(0, height - 2 * distance) * Math.max(0, width - 2 * distance)
  const draws = fillUniform(new Float32Array(2 * rounds * visited), random)
  const span = 2 * distance
  let drawn = 0
  for (let round = 0; round < rounds; round++) {
    for (let y = height - distance; y > distance; y--) {
      for (let x = width - distance; x > distance; x--) {
        // The far end is left out: offsets are from -distance to distance - 1, as the released code draws them.
        const dx = Math.floor(draws[drawn++]! * span) - distance
        const dy = Math.floor(draws[drawn++]! * span) - distance
        const here = y * width + x
        const there = here + dy * width + dx
        const held = order[here]!
        order[here] = order[there]!
        if (!copies) order[there] = held
      }
    }
  }
  return order
}
