import { defineCorruption } from './corruption.ts'

/**
 * Saturation times a plus b, at most 1, in hue, saturation and value. Holding hue and value while saturation changes
 * moves every channel towards or away from the largest one by the same factor. A pixel without colour has no hue; the
 * published conversion takes red for it, so that b > 0 reddens grey. A picture of one channel has no colour to change
 * and stays as it is.
 */
export const saturate = defineCorruption<readonly [times: number, plus: number]>({
  name: 'saturate',
  constants: {
    imagenet: [
      [0.3, 0],
      [0.1, 0],
      [2, 0],
      [5, 0.1],
      [20, 0.2],
    ],
    cifar: [
      [0.3, 0],
      [0.1, 0],
      [1.5, 0],
      [2, 0.1],
      [2.5, 0.2],
    ],
  },
  apply(image, [times, plus], { channels, height, width }) {
    if (channels === 1) return image.slice()
    const plane = height * width
    const out = new Float32Array(image.length)
    for (let i = 0; i < plane; i++) {
      let value = image[i]!
      let least = value
      for (let at = i + plane; at < image.length; at += plane) {
        const x = image[at]!
        if (x > value) value = x
        if (x < least) least = x
      }
      const before = value > 0 ? (value - least) / value : 0
      const after = Math.min(before * times + plus, 1)
      if (before > 0) {
        const factor = after / before
        for (let at = i; at < image.length; at += plane) out[at] = value - (value - image[at]!) * factor
      } else {
        out[i] = value
        for (let at = i + plane; at < image.length; at += plane) out[at] = value * (1 - after)
      }
    }
    return out
  },
})
