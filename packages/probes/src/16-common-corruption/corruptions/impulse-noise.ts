import { defineCorruption } from './corruption.ts'
import { fillUniform } from './draws.ts'

/** Each number, channels apart, becomes 0 or 1 with probability c / 2 each (salt and pepper of scikit-image). */
export const impulseNoise = defineCorruption<number>({
  name: 'impulse-noise',
  constants: {
    imagenet: [0.03, 0.06, 0.09, 0.17, 0.27],
    cifar: [0.01, 0.02, 0.03, 0.05, 0.07],
  },
  apply(image, amount, { random }) {
    const out = fillUniform(new Float32Array(image.length), random)
    // Without a branch between salt and pepper, which no processor could guess.
    const halves = 2 / amount
    for (let i = 0; i < out.length; i++) {
      const draw = out[i]!
      out[i] = draw >= amount ? image[i]! : (draw * halves) | 0
    }
    return out
  },
})
