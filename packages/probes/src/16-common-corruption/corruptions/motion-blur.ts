import { defineCorruption } from './corruption.ts'
import { eachPlane } from './planes.ts'
import { smear } from './smear.ts'

/** Movement along a line whose angle is drawn from -45 to 45 degrees, the same for all channels. */
export const motionBlur = defineCorruption<readonly [radius: number, sigma: number]>({
  name: 'motion-blur',
  constants: {
    imagenet: [
      [10, 3],
      [15, 5],
      [15, 8],
      [15, 12],
      [20, 15],
    ],
    cifar: [
      [6, 1],
      [6, 1.5],
      [6, 2],
      [8, 2],
      [9, 2.5],
    ],
  },
  apply(image, [radius, sigma], { random, ...shape }) {
    const angle = -45 + 90 * random.uniform()
    return eachPlane(image, shape, (plane) => smear(plane, { radius, sigma, angle }, shape))
  },
})
