import { defineCorruption } from './corruption.ts'
import { fillNormal } from './draws.ts'
import { dropThickness } from './drops.ts'
import { gaussianFilter } from './gaussian-filter.ts'
import { colourFor } from './grey.ts'

interface Spatter {
  readonly mean: number
  readonly sigma: number
  /** Blur that makes drops of noise. */
  readonly blur: number
  /** Blurred noise below this is no drop. */
  readonly threshold: number
  /** How thick water is at most; how far the edge of mud is softened, in pixels. */
  readonly weight: number
  readonly kind: 'water' | 'mud'
}

type Numbers = readonly [mean: number, sigma: number, blur: number, threshold: number, weight: number]
const water = (...[mean, sigma, blur, threshold, weight]: Numbers): Spatter => ({
  mean,
  sigma,
  blur,
  threshold,
  weight,
  kind: 'water',
})
const mud = (...numbers: Numbers): Spatter => ({ ...water(...numbers), kind: 'mud' })

const turquoise = [175 / 255, 238 / 255, 238 / 255] as const
const brown = [63 / 255, 42 / 255, 20 / 255] as const

/**
 * Drops of water, which add pale turquoise where they are thick, or of mud, which cover in brown. Drops are where
 * blurred normal noise passes a threshold. On a picture of one channel the colours are their brightness.
 */
export const spatter = defineCorruption<Spatter>({
  name: 'spatter',
  constants: {
    imagenet: [
      water(0.65, 0.3, 4, 0.69, 0.6),
      water(0.65, 0.3, 3, 0.68, 0.6),
      water(0.65, 0.3, 2, 0.68, 0.5),
      mud(0.65, 0.3, 1, 0.65, 1.5),
      mud(0.67, 0.4, 1, 0.65, 1.5),
    ],
    cifar: [
      water(0.62, 0.1, 0.7, 0.7, 0.5),
      water(0.65, 0.1, 0.8, 0.7, 0.5),
      water(0.65, 0.3, 1, 0.69, 0.5),
      mud(0.65, 0.1, 0.7, 0.69, 0.6),
      mud(0.65, 0.1, 0.5, 0.68, 0.6),
    ],
  },
  apply(image, { mean, sigma, blur, threshold, weight, kind }, { channels, height, width, random }) {
    const size = { height, width }
    const plane = height * width
    const noise = fillNormal(new Float32Array(plane), random)
    for (let i = 0; i < plane; i++) noise[i] = mean + sigma * noise[i]!
    const liquid = gaussianFilter(noise, { ...size, sigma: blur, truncate: 4, border: 'nearest' })
    const out = new Float32Array(image.length)

    if (kind === 'water') {
      const levels = Uint8Array.from(liquid, (x) => (x < threshold ? 0 : Math.min(255, Math.floor(x * 255))))
      const thickness = dropThickness(levels, size)
      const most = thickness.reduce((a, b) => Math.max(a, b), 0)
      const colour = colourFor(channels, turquoise)
      for (let i = 0; i < out.length; i++) {
        const thick = most > 0 ? (thickness[i % plane]! / most) * weight : 0
        out[i] = image[i]! + thick * colour[Math.floor(i / plane)]!
      }
      return out
    }
    const drops = liquid.map((x) => (x > threshold ? 1 : 0))
    const cover = gaussianFilter(drops, { ...size, sigma: weight, truncate: 4, border: 'nearest' })
    const colour = colourFor(channels, brown)
    for (let i = 0; i < out.length; i++) {
      const soft = cover[i % plane]!
      const covered = soft < 0.8 ? 0 : soft
      out[i] = image[i]! * (1 - covered) + covered * colour[Math.floor(i / plane)]!
    }
    return out
  },
})
