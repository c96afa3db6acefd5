import { defineCorruption } from './corruption.ts'

/** (x - m) c + m, with m the mean of the channel. */
export const contrast = defineCorruption<number>({
  name: 'contrast',
  constants: {
    imagenet: [0.4, 0.3, 0.2, 0.1, 0.05],
    cifar: [0.75, 0.5, 0.4, 0.3, 0.15],
  },
  apply(image, kept, { channels, height, width }) {
    const plane = height * width
    const out = new Float32Array(image.length)
    for (let c = 0; c < channels; c++) {
      const from = c * plane
      let sum = 0
      for (let i = from; i < from + plane; i++) sum += image[i]!
      const given = (sum / plane) * (1 - kept)
      for (let i = from; i < from + plane; i++) out[i] = image[i]! * kept + given
    }
    return out
  },
})
