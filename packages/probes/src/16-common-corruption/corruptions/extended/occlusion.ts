import { defineExtended } from '../corruption.ts'

/**
 * Something stands before the scene: a rectangle in a random place, at most twice as long as wide, of one random
 * colour, that covers this share of the picture. Strengths are ours.
 */
export const occlusion = defineExtended<number>({
  name: 'occlusion',
  family: 'occlusion',
  strengths: [0.04, 0.08, 0.15, 0.25, 0.4],
  apply(image, share, { channels, height, width, random }) {
    const stretch = 2 ** (random.uniform() - 0.5)
    const side = (n: number, part: number) => Math.min(n, Math.max(1, Math.round(n * part)))
    const tall = side(height, Math.sqrt(share) * stretch)
    const wide = side(width, Math.sqrt(share) / stretch)
    const top = random.int(height - tall + 1)
    const left = random.int(width - wide + 1)
    const out = image.slice()
    for (let c = 0; c < channels; c++) {
      const level = random.uniform()
      for (let y = top; y < top + tall; y++) {
        const row = (c * height + y) * width
        out.fill(level, row + left, row + left + wide)
      }
    }
    return out
  },
})
