import { defineCorruption } from './corruption.ts'

/** Each number, channels apart, becomes 0 or 1 with probability c / 2 each (salt and pepper of scikit-image). */
export const impulseNoise = defineCorruption<number>({
  name: 'impulse-noise',
  constants: {
    imagenet: [0.03, 0.06, 0.09, 0.17, 0.27],
    cifar: [0.01, 0.02, 0.03, 0.05, 0.07],
  },
  apply(image, amount, { random }) {
    const draws = random.fillUniform(new Float32Array(image.length))
    const half = amount / 2
    for (let i = 0; i < draws.length; i++) {
      const draw = draws[i]!
      draws[i] = draw >= amount ? image[i]! : draw < half ? 0 : 1
    }
    return draws
  },
})
