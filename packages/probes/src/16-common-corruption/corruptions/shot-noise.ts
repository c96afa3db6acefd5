import { defineCorruption } from './corruption.ts'

/** Poisson(x c) / c: what a sensor counts when full brightness is c photons. */
export const shotNoise = defineCorruption<number>({
  name: 'shot-noise',
  constants: {
    imagenet: [60, 25, 12, 5, 3],
    cifar: [500, 250, 100, 75, 50],
  },
  apply(image, photons, { random }) {
    return image.map((x) => random.poisson(x * photons) / photons)
  },
})
