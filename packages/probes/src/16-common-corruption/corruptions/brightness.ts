import { defineCorruption } from './corruption.ts'

/**
 * Adds c to the value of hue, saturation and value, at most up to 1. Value is the largest channel, and holding hue
 * and saturation while it changes scales all channels alike, so the way through HSV and back is one factor; a
 * black pixel has neither and turns grey. A grey image is its own value.
 */
export const brightness = defineCorruption<number>({
  name: 'brightness',
  constants: {
    imagenet: [0.1, 0.2, 0.3, 0.4, 0.5],
    cifar: [0.05, 0.1, 0.15, 0.2, 0.3],
  },
  apply(image, added, { channels, height, width }) {
    const plane = height * width
    const out = new Float32Array(image.length)
    for (let i = 0; i < plane; i++) {
      let value = 0
      for (let at = i; at < channels * plane; at += plane) value = Math.max(value, image[at]!)
      const raised = Math.min(value + added, 1)
      for (let at = i; at < channels * plane; at += plane) {
        out[at] = value > 0 ? image[at]! * (raised / value) : raised
      }
    }
    return out
  },
})
