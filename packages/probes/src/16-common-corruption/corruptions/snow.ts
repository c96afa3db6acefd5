import { addEnlarged, cropSide } from './clipped-zoom.ts'
import { defineCorruption } from './corruption.ts'
import { fillNormal } from './draws.ts'
import { valueOfLevel } from './eight-bit.ts'
import { greyOf } from './grey.ts'
import { smear } from './smear.ts'

interface Snow {
  readonly mean: number
  readonly sigma: number
  /** How much flakes are enlarged. */
  readonly zoom: number
  /** Noise below this is no flake. */
  readonly threshold: number
  readonly radius: number
  readonly blur: number
  /** Share of the picture that is kept; the rest is whitened. */
  readonly kept: number
}

/** The constants in the order of the published table. */
function snowOf(
  ...[mean, sigma, zoom, threshold, radius, blur, kept]: readonly [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
): Snow {
  return { mean, sigma, zoom, threshold, radius, blur, kept }
}

/**
 * Flakes are normal noise, enlarged, cut off below a threshold and smeared along the fall, whose angle is drawn. They
 * are added twice, once turned by half a circle, to a picture that is mixed with max(x, 1.5 grey + 0.5). A picture of
 * one channel is its own grey, and flakes fall on all channels alike.
 */
export const snow = defineCorruption<Snow>({
  name: 'snow',
  constants: {
    imagenet: [
      snowOf(0.1, 0.3, 3, 0.5, 10, 4, 0.8),
      snowOf(0.2, 0.3, 2, 0.5, 12, 4, 0.7),
      snowOf(0.55, 0.3, 4, 0.9, 12, 8, 0.7),
      snowOf(0.55, 0.3, 4.5, 0.85, 12, 8, 0.65),
      snowOf(0.55, 0.3, 2.5, 0.85, 12, 12, 0.55),
    ],
    cifar: [
      snowOf(0.1, 0.2, 1, 0.6, 8, 3, 0.95),
      snowOf(0.1, 0.2, 1, 0.5, 10, 4, 0.9),
      snowOf(0.15, 0.3, 1.75, 0.55, 10, 4, 0.9),
      snowOf(0.25, 0.3, 2.25, 0.6, 12, 6, 0.85),
      snowOf(0.3, 0.3, 1.25, 0.65, 14, 12, 0.8),
    ],
  },
  apply(image, constant, { random, ...shape }) {
    const { mean, sigma, zoom, threshold, radius, blur, kept } = constant
    const { height, width } = shape
    const plane = height * width

    // Only the middle of the noise is enlarged, so no more than that is drawn.
    const [rows, columns] = [cropSide(height, zoom), cropSide(width, zoom)]
    const noise = fillNormal(new Float32Array(rows * columns), random)
    for (let i = 0; i < noise.length; i++) noise[i] = mean + sigma * noise[i]!
    const flakes = new Float32Array(plane)
    addEnlarged(flakes, { height, width }, { factor: zoom, plane: noise, start: 0, stride: columns })
    for (let i = 0; i < plane; i++) {
      const flake = flakes[i]!
      flakes[i] = flake < threshold ? 0 : valueOfLevel[(Math.min(Math.max(flake, 0), 1) * 255) | 0]!
    }
    const angle = -135 + 90 * random.uniform()
    const fall = smear(flakes, { radius, sigma: blur, angle }, { height, width })
    // The published layer is stored in 8 bit once more.
    for (let i = 0; i < plane; i++) fall[i] = valueOfLevel[(fall[i]! * 255 + 0.5) | 0]!

    const white = greyOf(image, shape)
    for (let i = 0; i < plane; i++) {
      white[i] = white[i]! * 1.5 + 0.5
      flakes[i] = fall[i]! + fall[plane - 1 - i]!
    }
    const out = new Float32Array(image.length)
    for (let from = 0; from < out.length; from += plane) {
      for (let i = 0; i < plane; i++) {
        const x = image[from + i]!
        // The greater of white and x, without a branch that no processor could guess.
        const whiter = 0.5 * (white[i]! + x + Math.abs(white[i]! - x))
        out[from + i] = kept * x + (1 - kept) * whiter + flakes[i]!
      }
    }
    return out
  },
})
