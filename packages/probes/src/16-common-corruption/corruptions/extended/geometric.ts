// The camera stands elsewhere: the picture is turned, enlarged, shifted, sheared, or seen from the side. Each is one
// linear or projective map around the middle, read between pixels; what comes in past the border is the picture
// mirrored. Direction is drawn, strength is not. Strengths are ours.
import type { Random } from '@failmode/core'
import { type Corruption, type CorruptionContext, defineExtended } from '../corruption.ts'
import { mirror } from '../defocus-blur.ts'
import { type Affine, affinePlaces, type Places, resample } from '../resample.ts'

type Linear = readonly [xx: number, xy: number, yx: number, yy: number]

interface Moved {
  readonly name: string
  readonly strengths: readonly [number, number, number, number, number]
  /** Where a pixel at (x, y) from the middle is read: (xx x + xy y, yx x + yy y), and a shift in shares of the sides. */
  readonly map: (
    strength: number,
    random: Random,
  ) => { readonly linear: Linear; readonly shift?: readonly [number, number] }
}

function moved({ name, strengths, map }: Moved): Corruption {
  return defineExtended<number>({
    name,
    family: 'geometric',
    strengths,
    apply(image, strength, { random, ...shape }) {
      const { height, width } = shape
      const { linear, shift = [0, 0] } = map(strength, random)
      const [xx, xy, yx, yy] = linear
      const middle = { x: (width - 1) / 2, y: (height - 1) / 2 }
      const affine: Affine = [
        xx,
        xy,
        middle.x - xx * middle.x - xy * middle.y + shift[0] * width,
        yx,
        yy,
        middle.y - yx * middle.x - yy * middle.y + shift[1] * height,
      ]
      return resample(image, affinePlaces(affine, shape), { ...shape, border: mirror })
    },
  })
}

/** Turned by so many degrees to either side. */
export const tilt = moved({
  name: 'tilt',
  strengths: [2, 5, 10, 15, 25],
  map(degrees, random) {
    const angle = (random.sign() * degrees * Math.PI) / 180
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
    return { linear: [cos, -sin, sin, cos] }
  },
})

/** Nearer or farther by this factor. */
export const zoom = moved({
  name: 'zoom',
  strengths: [1.05, 1.1, 1.2, 1.35, 1.5],
  map(factor, random) {
    const scale = random.boolean() ? factor : 1 / factor
    return { linear: [scale, 0, 0, scale] }
  },
})

/** Shifted by this share of the sides in any direction. */
export const translate = moved({
  name: 'translate',
  strengths: [0.02, 0.05, 0.1, 0.15, 0.25],
  map(share, random) {
    const angle = 2 * Math.PI * random.uniform()
    return { linear: [1, 0, 0, 1], shift: [share * Math.cos(angle), share * Math.sin(angle)] }
  },
})

/** Rows slide over each other, or columns, by this many pixels a pixel. */
export const shear = moved({
  name: 'shear',
  strengths: [0.03, 0.07, 0.15, 0.25, 0.4],
  map(slope, random) {
    const slide = random.sign() * slope
    return { linear: random.boolean() ? [1, slide, 0, 1] : [1, 0, slide, 1] }
  },
})

/**
 * The picture as a board that is turned about an axis through its middle: what lies towards one side, drawn at random,
 * is nearer. At strength p the near edge is enlarged by 1 / (1 - p) and the far one shrunk by 1 / (1 + p).
 */
export const perspective = defineExtended<number>({
  name: 'perspective',
  family: 'geometric',
  strengths: [0.05, 0.1, 0.2, 0.3, 0.4],
  apply(image, strength, { random, ...shape }) {
    const angle = 2 * Math.PI * random.uniform()
    const places = perspectivePlaces(shape, [strength * Math.cos(angle), strength * Math.sin(angle)])
    return resample(image, places, { ...shape, border: mirror })
  },
})

function perspectivePlaces(
  { height, width }: Pick<CorruptionContext, 'height' | 'width'>,
  [slopeX, slopeY]: readonly [number, number],
): Places {
  const places = { y: new Float32Array(height * width), x: new Float32Array(height * width) }
  const middle = { x: (width - 1) / 2, y: (height - 1) / 2 }
  const reach = Math.max(middle.x, middle.y, 1)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [dx, dy] = [x - middle.x, y - middle.y]
      // Never 0: each offset is at most the reach, and the slopes are at most 0.4 long.
      const far = 1 + (slopeX * dx + slopeY * dy) / reach
      places.x[y * width + x] = middle.x + dx / far
      places.y[y * width + x] = middle.y + dy / far
    }
  }
  return places
}
