import { defineCorruption } from './corruption.ts'
import { fillNormal } from './draws.ts'

/** x + N(0, c), independent for every number. */
export const gaussianNoise = defineCorruption<number>({
  name: 'gaussian-noise',
  constants: {
    imagenet: [0.08, 0.12, 0.18, 0.26, 0.38],
    cifar: [0.04, 0.06, 0.08, 0.09, 0.1],
  },
  apply(image, sigma, { random }) {
    const noise = fillNormal(new Float32Array(image.length), random)
    for (let i = 0; i < noise.length; i++) noise[i] = image[i]! + sigma * noise[i]!
    return noise
  },
})
