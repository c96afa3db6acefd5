// A picture on stretched rubber: three points of a square around the middle are moved at random and the picture with
// them, then every pixel is read at a place shifted by a smooth random field. Strength, smoothness and the movement of
// the points are shares of the picture's side. The released code for ImageNet computes them from 244 where its pictures
// have 224 pixels; here the shorter side is meant, and `referenceCompatible` takes 244 (or 32) whatever the size.
import type { Random } from '@failmode/core'
import { mirrorTwice } from './correlate.ts'
import { defineCorruption, type ImageShape } from './corruption.ts'
import { mirror } from './defocus-blur.ts'
import { fillUniform } from './draws.ts'
import { gaussianFilter } from './gaussian-filter.ts'
import { type Affine, affinePlaces, resample } from './resample.ts'

interface Elastic {
  /** The field is noise from -1 to 1, blurred, times this share of the side. */
  readonly strength: number
  /** Standard deviation of the blur. */
  readonly sigma: number
  /** The points move by at most this share. */
  readonly affine: number
  /** The side that the released code computes with. */
  readonly writtenSide: number
}

const imagenet = (strength: number, sigma: number, affine: number): Elastic => ({
  strength,
  sigma,
  affine,
  writtenSide: 244,
})
const cifar = (strength: number, sigma: number, affine: number): Elastic => ({
  strength,
  sigma,
  affine,
  writtenSide: 32,
})

export const elasticTransform = defineCorruption<Elastic>({
  name: 'elastic-transform',
  constants: {
    imagenet: [
      imagenet(2, 0.7, 0.1),
      imagenet(2, 0.08, 0.2),
      imagenet(0.05, 0.01, 0.02),
      imagenet(0.07, 0.01, 0.02),
      imagenet(0.12, 0.01, 0.02),
    ],
    cifar: [
      cifar(0, 0, 0.08),
      cifar(0.05, 0.2, 0.07),
      cifar(0.08, 0.06, 0.06),
      cifar(0.1, 0.04, 0.05),
      cifar(0.1, 0.03, 0.03),
    ],
  },
  apply(image, { strength, sigma, affine, writtenSide }, context) {
    const { channels, height, width, random, referenceCompatible = false } = context
    const side = referenceCompatible ? writtenSide : Math.min(height, width)
    const shape = { channels, height, width }
    const tilted = resample(
      image,
      affinePlaces(randomAffine(affine * side, random, shape), shape),
      // The border of OpenCV's warp, which mirrors without repeating the edge.
      { ...shape, border: mirror },
    )
    if (strength === 0) return tilted
    const field = () => {
      const noise = fillUniform(new Float32Array(height * width), random)
      for (let i = 0; i < noise.length; i++) noise[i] = (2 * noise[i]! - 1) * strength * side
      return gaussianFilter(noise, { height, width, sigma: sigma * side, truncate: 3, border: 'reflect' })
    }
    const places = { x: field(), y: field() }
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const i = y * width + x
        places.x[i] = places.x[i]! + x
        places.y[i] = places.y[i]! + y
      }
    }
    return resample(tilted, places, { ...shape, border: mirrorTwice })
  },
})

/** Where to read, so that three corners of a square around the middle have moved by at most `most` in x and in y. */
function randomAffine(most: number, random: Random, { height, width }: ImageShape): Affine {
  const middle = { x: Math.floor(width / 2), y: Math.floor(height / 2) }
  const reach = Math.max(1, Math.floor(Math.min(height, width) / 3))
  const before: Three = [
    [middle.x + reach, middle.y + reach],
    [middle.x + reach, middle.y - reach],
    [middle.x - reach, middle.y - reach],
  ]
  const moved = () => (2 * random.uniform() - 1) * most
  const after = before.map(([x, y]) => [x + moved(), y + moved()] as const) as unknown as Three
  return affineThrough(after, before) ?? [1, 0, 0, 0, 1, 0]
}

type Point = readonly [x: number, y: number]
type Three = readonly [Point, Point, Point]

/** The linear map that takes three points to three others; null where the first three lie on a line. */
export function affineThrough([p, q, r]: Three, [to, toQ, toR]: Three): Affine | null {
  const [ux, uy] = [q[0] - p[0], q[1] - p[1]]
  const [vx, vy] = [r[0] - p[0], r[1] - p[1]]
  const area = ux * vy - uy * vx
  if (Math.abs(area) < 1e-9) return null
  const row = (k: 0 | 1): readonly [number, number, number] => {
    const [du, dv] = [toQ[k] - to[k], toR[k] - to[k]]
    const a = (du * vy - dv * uy) / area
    const b = (dv * ux - du * vx) / area
    return [a, b, to[k] - a * p[0] - b * p[1]]
  }
  return [...row(0), ...row(1)] as unknown as Affine
}
