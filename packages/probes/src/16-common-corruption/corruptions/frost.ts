import { defineCorruption } from './corruption.ts'
import { frostTexture, frostTint } from './frost-texture.ts'
import { colourFor } from './grey.ts'

/**
 * a x + b ice, with the published shares a and b. The ice is NOT one of the five photographs of the published frost,
 * which may not be passed on, but a texture drawn anew for every picture; results are not comparable with published
 * ones. On a picture of one channel the ice has its brightness.
 */
export const frost = defineCorruption<readonly [picture: number, ice: number]>({
  name: 'frost',
  constants: {
    imagenet: [
      [1, 0.4],
      [0.8, 0.6],
      [0.7, 0.7],
      [0.65, 0.7],
      [0.6, 0.75],
    ],
    cifar: [
      [1, 0.2],
      [1, 0.3],
      [0.9, 0.4],
      [0.85, 0.4],
      [0.75, 0.45],
    ],
  },
  apply(image, [kept, share], { channels, height, width, random }) {
    const ice = frostTexture({ height, width }, random)
    const plane = height * width
    const tint = colourFor(channels, frostTint)
    const out = new Float32Array(image.length)
    for (let c = 0; c < channels; c++) {
      const from = c * plane
      const added = tint[c]!
      for (let i = 0; i < plane; i++) {
        const level = Math.min(Math.max(ice[i]! + added, 0), 1)
        out[from + i] = kept * image[from + i]! + share * level
      }
    }
    return out
  },
})
