// Copies of a picture that a membership attack asks about besides the picture itself: what training augments with is what a
// model remembers (Carlini et al. 2022, section VI-C; Choquette-Choo et al. 2021).
import { isPicture } from '../steps/sample-image.ts'

/** How one copy differs. */
export interface Copy {
  readonly flip: boolean
  readonly down: number
  readonly right: number
}

/** The record itself first. */
export function copiesOf(
  shape: readonly number[],
  { flip, shift }: { readonly flip: boolean; readonly shift: number },
): readonly Copy[] {
  if (!isPicture(shape)) return [{ flip: false, down: 0, right: 0 }]
  const moves = [
    [0, 0],
    ...(shift === 0
      ? []
      : [
          [shift, 0],
          [-shift, 0],
          [0, shift],
          [0, -shift],
        ]),
  ] as [number, number][]
  return (flip ? [false, true] : [false]).flatMap((mirrored) =>
    moves.map(([down, right]) => ({ flip: mirrored, down, right })),
  )
}

/** The copies of each record, one after the other; what moves in is the nearest border pixel. */
export function makeCopies(
  samples: Float32Array,
  shape: readonly number[],
  copies: readonly Copy[],
): Float32Array {
  const [first] = copies
  if (copies.length === 1 && first !== undefined && !first.flip && first.down === 0 && first.right === 0)
    return samples
  const [channels, height, width] = shape as [number, number, number]
  const size = channels * height * width
  const count = samples.length / size
  const out = new Float32Array(samples.length * copies.length)
  for (let n = 0; n < count; n++) {
    for (const [k, { flip, down, right }] of copies.entries()) {
      const to = (n * copies.length + k) * size
      for (let c = 0; c < channels; c++) {
        for (let y = 0; y < height; y++) {
          const fromY = Math.min(height - 1, Math.max(0, y - down))
          for (let x = 0; x < width; x++) {
            const moved = Math.min(width - 1, Math.max(0, x - right))
            const fromX = flip ? width - 1 - moved : moved
            out[to + (c * height + y) * width + x] = samples[n * size + (c * height + fromY) * width + fromX]!
          }
        }
      }
    }
  }
  return out
}
