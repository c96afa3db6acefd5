import { createRandom } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { correlate, mirrorTwice, repeatEdge, type Tap } from './correlate.ts'
import { mirror } from './defocus-blur.ts'

/** The definition, pixel by pixel. */
function byDefinition(
  plane: Float32Array,
  taps: readonly Tap[],
  {
    height,
    width,
    border,
  }: {
    readonly height: number
    readonly width: number
    readonly border: (i: number, n: number) => number
  },
): Float64Array {
  return Float64Array.from({ length: height * width }, (_, i) =>
    taps.reduce((sum, { dy, dx, weight }) => {
      const y = border(Math.floor(i / width) + dy, height)
      return sum + weight * plane[y * width + border((i % width) + dx, width)]!
    }, 0),
  )
}

describe('correlation', () => {
  const random = createRandom(4)
  const borders = { repeatEdge, mirrorTwice, mirror }
  const sizes = [
    [1, 1],
    [1, 7],
    [9, 1],
    [5, 4],
    [13, 22],
    // More than the kernel takes at once.
    [40, 30_000],
  ] as const
  it.each(
    sizes.flatMap(([height, width]) =>
      (Object.keys(borders) as (keyof typeof borders)[]).map((border) => ({ height, width, border })),
    ),
  )('of $height x $width with $border is what its definition says', ({ height, width, border }) => {
    const size = { height, width, border: borders[border] }
    const plane = random.fillUniform(new Float32Array(height * width))
    for (const count of [1, 7, 8, 9]) {
      const taps = Array.from({ length: count }, () => ({
        dy: random.int(9) - 4,
        dx: random.int(13) - 6,
        weight: 2 * random.uniform() - 1,
      }))
      const expected = byDefinition(plane, taps, size)
      let worst = 0
      for (const [i, x] of correlate(plane, taps, size).entries()) {
        worst = Math.max(worst, Math.abs(x - expected[i]!))
      }
      expect(worst).toBeLessThan(2e-6)
    }
  })

  it('with no taps, or only with taps of weight 0, is zero', () => {
    const size = { height: 3, width: 5, border: repeatEdge }
    const plane = new Float32Array(15).fill(0.5)
    expect(correlate(plane, [], size)).toEqual(new Float32Array(15))
    expect(correlate(plane, [{ dy: 9, dx: -9, weight: 0 }], size)).toEqual(new Float32Array(15))
  })
})
