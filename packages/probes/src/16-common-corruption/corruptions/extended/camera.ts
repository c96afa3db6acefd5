// The camera is set or kept badly: exposure, white balance, a sensor that reads its rows one after another while it
// moves, and dirt on the lens. Strengths are ours.
import { defineExtended } from '../corruption.ts'
import { mirror } from '../defocus-blur.ts'
import { colourFor } from '../grey.ts'
import { resample } from '../resample.ts'

const gamma = 2.2

/** Too much or too little light by so many stops: light, not its stored value, is doubled or halved a stop. */
export const exposure = defineExtended<number>({
  name: 'exposure',
  family: 'camera',
  strengths: [0.5, 1, 1.5, 2, 3],
  apply(image, stops, { random }) {
    // (2^s l)^(1/gamma) is one factor on the stored value.
    const factor = 2 ** ((random.sign() * stops) / gamma)
    return image.map((x) => x * factor)
  },
})

/**
 * Red light times a gain and blue through it, or the other way round: too warm or too cold. A picture that is not of
 * three channels has no colour to shift and stays as it is.
 */
export const whiteBalance = defineExtended<number>({
  name: 'white-balance',
  family: 'camera',
  strengths: [1.15, 1.3, 1.6, 2, 3],
  apply(image, gain, { channels, height, width, random }) {
    const out = image.slice()
    if (channels !== 3) return out
    const factor = gain ** (random.sign() / gamma)
    const plane = height * width
    for (let i = 0; i < plane; i++) {
      out[i] = out[i]! * factor
      out[2 * plane + i] = out[2 * plane + i]! / factor
    }
    return out
  },
})

interface Shutter {
  /** How far the scene moves sideways between the first row and the last, in shares of the width. */
  readonly skew: number
  /** How far it shakes, in shares of the width. */
  readonly shake: number
}

const shakes = 3

/** Rows are read one after another while the camera pans to either side and shakes three times. */
export const rollingShutter = defineExtended<Shutter>({
  name: 'rolling-shutter',
  family: 'camera',
  strengths: [
    { skew: 0.03, shake: 0.003 },
    { skew: 0.06, shake: 0.006 },
    { skew: 0.1, shake: 0.01 },
    { skew: 0.18, shake: 0.015 },
    { skew: 0.3, shake: 0.02 },
  ],
  apply(image, { skew, shake }, { random, ...shape }) {
    const { height, width } = shape
    const pan = random.sign() * skew
    const phase = 2 * Math.PI * random.uniform()
    const places = { y: new Float32Array(height * width), x: new Float32Array(height * width) }
    for (let y = 0; y < height; y++) {
      const time = (y + 0.5) / height
      const aside = width * (pan * (time - 0.5) + shake * Math.sin(2 * Math.PI * shakes * time + phase))
      for (let x = 0; x < width; x++) {
        places.y[y * width + x] = y
        places.x[y * width + x] = x + aside
      }
    }
    return resample(image, places, { ...shape, border: mirror })
  },
})

interface Dirt {
  readonly spots: number
  /** Of the largest spot, in shares of the shorter side. */
  readonly radius: number
  /** Share of the light that the middle of a spot keeps away. */
  readonly opacity: number
}

const dust = [0.16, 0.14, 0.11] as const

/** Specks on the front lens, far out of focus: soft dark spots in random places, of half to all of the largest size. */
export const lensDirt = defineExtended<Dirt>({
  name: 'lens-dirt',
  family: 'camera',
  strengths: [
    { spots: 4, radius: 0.1, opacity: 0.35 },
    { spots: 6, radius: 0.12, opacity: 0.45 },
    { spots: 9, radius: 0.14, opacity: 0.55 },
    { spots: 13, radius: 0.16, opacity: 0.7 },
    { spots: 18, radius: 0.18, opacity: 0.85 },
  ],
  apply(image, { spots, radius, opacity }, { channels, height, width, random }) {
    const clear = new Float32Array(height * width).fill(1)
    for (let spot = 0; spot < spots; spot++) {
      const reach = Math.max(1, radius * Math.min(height, width) * (0.5 + 0.5 * random.uniform()))
      const middle = { y: height * random.uniform(), x: width * random.uniform() }
      const last = Math.min(height - 1, Math.floor(middle.y + reach))
      const right = Math.min(width - 1, Math.floor(middle.x + reach))
      for (let y = Math.max(0, Math.ceil(middle.y - reach)); y <= last; y++) {
        for (let x = Math.max(0, Math.ceil(middle.x - reach)); x <= right; x++) {
          const inside = 1 - ((y - middle.y) ** 2 + (x - middle.x) ** 2) / reach ** 2
          if (inside > 0) clear[y * width + x] = clear[y * width + x]! * (1 - opacity * Math.sqrt(inside))
        }
      }
    }
    const colour = colourFor(channels, dust)
    const plane = height * width
    const out = new Float32Array(image.length)
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < plane; i++) {
        out[c * plane + i] = colour[c]! + clear[i]! * (image[c * plane + i]! - colour[c]!)
      }
    }
    return out
  },
})
