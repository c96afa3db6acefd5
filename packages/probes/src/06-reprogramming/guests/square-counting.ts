import type { Guest } from './guest.ts'

/** Places in a row of squares, and in a column. */
const grid = 4

/**
 * How many white squares are there, 1 to `most`? Each of 4 x 4 places holds one or none (Elsayed, Goodfellow and Sohl-Dickstein 2019,
 * arXiv:1806.11146: places of 9 x 9 pixels, 1 to 10 squares).
 * @param side a multiple of 4
 */
export function squareCounting(side: number, most = 10): Guest {
  const cell = Math.floor(side / grid)
  return {
    name: 'square-counting',
    task: `count white squares, 1 to ${most}`,
    classes: Array.from({ length: most }, (_, i) => String(i + 1)),
    side: cell * grid,
    draw(random) {
      const width = cell * grid
      const picture = new Float32Array(width * width)
      const label = random.int(most)
      for (const place of random.sample(grid * grid, label + 1)) {
        const [top, left] = [Math.floor(place / grid) * cell, (place % grid) * cell]
        for (let y = 0; y < cell; y++)
          picture.fill(1, (top + y) * width + left, (top + y) * width + left + cell)
      }
      return { picture, label }
    },
  }
}
