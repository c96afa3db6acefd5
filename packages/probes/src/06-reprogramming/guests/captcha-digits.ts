import type { Guest } from './guest.ts'

/** Digits as 5 x 7 dots, row by row. */
const glyphs: readonly string[] = [
  '01110 10001 10011 10101 11001 10001 01110',
  '00100 01100 00100 00100 00100 00100 01110',
  '01110 10001 00001 00110 01000 10000 11111',
  '11110 00001 00001 01110 00001 00001 11110',
  '00010 00110 01010 10010 11111 00010 00010',
  '11111 10000 11110 00001 00001 10001 01110',
  '00110 01000 10000 11110 10001 10001 01110',
  '11111 00001 00010 00100 01000 01000 01000',
  '01110 10001 10001 01110 10001 10001 01110',
  '01110 10001 10001 01111 00001 00010 01100',
]
const dots = glyphs.map((glyph) => glyph.split(' ').map((row) => Array.from(row, Number)))
const [wide, high] = [5, 7]

/**
 * Which digit is it? Turned, sheared, enlarged and moved at random, with strokes across it, as in pictures that are to keep
 * programs out: the taxonomy's own example of a use that the owner of a model would not allow.
 */
export function captchaDigits(side: number): Guest {
  return {
    name: 'captcha-digits',
    task: 'read a distorted digit',
    classes: Array.from({ length: 10 }, (_, k) => String(k)),
    side,
    draw(random) {
      const picture = new Float32Array(side * side)
      const label = random.int(10)
      const turn = (random.uniform() - 0.5) * 0.6
      const shear = (random.uniform() - 0.5) * 0.5
      const height = side * (0.62 + 0.2 * random.uniform())
      const scale = height / high
      const [moveX, moveY] = [0, 0].map(() => (random.uniform() - 0.5) * (side - height) * 0.8) as [
        number,
        number,
      ]
      const [cos, sin] = [Math.cos(turn), Math.sin(turn)]
      for (let row = 0; row < side; row++) {
        for (let column = 0; column < side; column++) {
          const [x, y] = [column + 0.5 - side / 2 - moveX, row + 0.5 - side / 2 - moveY]
          // Back through rotation and shear to the dots.
          const [u, v] = [cos * x + sin * y, -sin * x + cos * y]
          picture[row * side + column] = ink(label, (u + shear * v) / scale + wide / 2, v / scale + high / 2)
        }
      }
      for (let stroke = 0; stroke < 2; stroke++) {
        const [a, b] = [random.uniform() * side, random.uniform() * side]
        const along = random.boolean()
        for (let t = 0; t < side; t++) {
          const at = Math.round(a + ((b - a) * t) / side)
          if (at < 0 || at >= side) continue
          const pixel = along ? at * side + t : t * side + at
          picture[pixel] = Math.max(picture[pixel]!, 0.7)
        }
      }
      return { picture, label }
    },
  }
}

/** Ink at a place among the dots, in dots; smooth between neighbours. */
function ink(digit: number, x: number, y: number): number {
  const at = (column: number, row: number): number => dots[digit]![row]?.[column] ?? 0
  const [column, row] = [Math.floor(x - 0.5), Math.floor(y - 0.5)]
  const [fx, fy] = [x - 0.5 - column, y - 0.5 - row]
  const upper = at(column, row) * (1 - fx) + at(column + 1, row) * fx
  const lower = at(column, row + 1) * (1 - fx) + at(column + 1, row + 1) * fx
  return upper * (1 - fy) + lower * fy
}
