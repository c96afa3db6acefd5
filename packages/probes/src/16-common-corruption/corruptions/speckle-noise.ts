import { defineCorruption } from './corruption.ts'
import { fillNormal } from './draws.ts'

/** x + x N(0, c), independent for every number: noise that grows with brightness and leaves black black. */
export const speckleNoise = defineCorruption<number>({
  name: 'speckle-noise',
  constants: {
    imagenet: [0.15, 0.2, 0.35, 0.45, 0.6],
    cifar: [0.06, 0.1, 0.12, 0.16, 0.2],
  },
  apply(image, sigma, { random }) {
    const noise = fillNormal(new Float32Array(image.length), random)
    for (let i = 0; i < noise.length; i++) noise[i] = image[i]! * (1 + sigma * noise[i]!)
    return noise
  },
})
