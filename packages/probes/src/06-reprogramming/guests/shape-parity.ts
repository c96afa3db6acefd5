import type { Guest } from './guest.ts'

type Shape = (dx: number, dy: number) => boolean

/** Each within a square from -1 to 1. */
const shapes: readonly Shape[] = [
  (dx, dy) => dx * dx + dy * dy <= 1,
  (dx, dy) => Math.max(Math.abs(dx), Math.abs(dy)) <= 0.85,
  (dx, dy) => dy <= 0.9 && Math.abs(dx) <= (dy + 1) / 2,
  (dx, dy) => Math.min(Math.abs(dx), Math.abs(dy)) <= 0.3,
]

/** Places in a row of shapes, and in a column. */
const grid = 3

/** Is the number of shapes even or odd? One to six circles, squares, triangles and crosses, each in a place of its own. */
export function shapeParity(side: number): Guest {
  return {
    name: 'shape-parity',
    task: 'even or odd number of shapes',
    classes: ['even', 'odd'],
    side,
    draw(random) {
      const picture = new Float32Array(side * side)
      const label = random.int(2)
      // 2, 4, 6 or 1, 3, 5.
      const count = 2 * random.int(3) + (label === 0 ? 2 : 1)
      const cell = side / grid
      for (const place of random.sample(grid * grid, count)) {
        const shape = shapes[random.int(shapes.length)]!
        const radius = cell * (0.3 + 0.15 * random.uniform())
        const [x, y] = [place % grid, Math.floor(place / grid)].map(
          (at) => (at + 0.5) * cell + (random.uniform() - 0.5) * (cell - 2 * radius),
        ) as [number, number]
        for (let row = 0; row < side; row++) {
          for (let column = 0; column < side; column++) {
            const [dx, dy] = [(column + 0.5 - x) / radius, (row + 0.5 - y) / radius]
            if (Math.max(Math.abs(dx), Math.abs(dy)) <= 1 && shape(dx, dy)) picture[row * side + column] = 1
          }
        }
      }
      return { picture, label }
    },
  }
}
