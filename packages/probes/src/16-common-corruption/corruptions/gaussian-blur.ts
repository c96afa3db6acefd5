import { defineCorruption } from './corruption.ts'
import { gaussianFilter } from './gaussian-filter.ts'
import { eachPlane } from './planes.ts'

/** A Gaussian of standard deviation c pixels on every channel, cut off at 4 c, with the edge pixel repeated. */
export const gaussianBlur = defineCorruption<number>({
  name: 'gaussian-blur',
  constants: {
    imagenet: [1, 2, 3, 4, 6],
    cifar: [0.4, 0.6, 0.7, 0.8, 1],
  },
  apply(image, sigma, { channels, height, width }) {
    return eachPlane(image, { channels, height, width }, (plane) =>
      gaussianFilter(plane, { height, width, sigma, truncate: 4, border: 'nearest' }),
    )
  },
})
