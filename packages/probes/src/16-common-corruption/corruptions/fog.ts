import { defineCorruption } from './corruption.ts'
import { plasma } from './plasma.ts'

/**
 * (x + c p) m / (m + c), with p a cloud in [0,1] and m the brightest number of the picture, so that the fog lifts the
 * dark without passing the brightest. The cloud is the top left of a square map whose side is the next power of two,
 * and the same for all channels.
 */
export const fog = defineCorruption<readonly [strength: number, decay: number]>({
  name: 'fog',
  constants: {
    imagenet: [
      [1.5, 2],
      [2, 2],
      [2.5, 1.7],
      [2.5, 1.5],
      [3, 1.4],
    ],
    cifar: [
      [0.2, 3],
      [0.5, 3],
      [0.75, 2.5],
      [1, 2],
      [1.5, 1.75],
    ],
  },
  apply(image, [strength, decay], { height, width, random }) {
    let side = 2
    while (side < Math.max(height, width)) side *= 2
    const cloud = plasma(side, { decay, random })
    let brightest = 0
    for (let i = 0; i < image.length; i++) if (image[i]! > brightest) brightest = image[i]!
    const scale = brightest / (brightest + strength)
    const added = strength * scale
    const plane = height * width
    const out = new Float32Array(image.length)
    const row = new Float64Array(width)
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) row[x] = added * cloud[y * side + x]!
      for (let from = y * width; from < image.length; from += plane) {
        for (let x = 0; x < width; x++) out[from + x] = image[from + x]! * scale + row[x]!
      }
    }
    return out
  },
})
