// An object taken out of a picture: its box is filled in from what surrounds it. Every pixel inside becomes the mean of its
// four neighbours, with the pixels around the box held as they are (the harmonic interpolation of Laplace's equation), which
// is the smoothest picture that fits. It has no texture, so of a busy background a smooth patch is left.

export interface Box {
  /** First row and column inside. */
  readonly top: number
  readonly left: number
  /** First row and column beyond. */
  readonly bottom: number
  readonly right: number
}

/** The largest change of one round at which the filling counts as settled: far below a grey level of eight bits. */
const settled = 1e-5
const mostRounds = 5000

/**
 * @param image channels x height x width; not changed
 * @param box within the picture; where it reaches the rim, what is beyond does not count. One that is the whole picture has
 *   nothing around it and becomes mid-grey.
 */
export function fillIn(image: Float32Array, shape: readonly number[], box: Box): Float32Array {
  const [channels, height, width] = shape as readonly [number, number, number]
  const out = image.slice()
  const { top, left, bottom, right } = box
  const whole = top <= 0 && left <= 0 && bottom >= height && right >= width
  // Over-relaxation, with the factor that is best for a rectangle of this size.
  const rows = bottom - top
  const columns = right - left
  const radius = (Math.cos(Math.PI / (rows + 1)) + Math.cos(Math.PI / (columns + 1))) / 2
  const pull = 2 / (1 + Math.sqrt(1 - radius * radius))
  for (let c = 0; c < channels; c++) {
    const plane = out.subarray(c * height * width, (c + 1) * height * width)
    const start = whole ? 0.5 : meanAround(plane, height, width, box)
    for (let y = top; y < bottom; y++) plane.fill(start, y * width + left, y * width + right)
    if (whole) continue
    for (let round = 0; round < mostRounds; round++) {
      let change = 0
      for (let y = top; y < bottom; y++)
        for (let x = left; x < right; x++) {
          const i = y * width + x
          let sum = 0
          let neighbours = 0
          if (y > 0) [sum, neighbours] = [sum + plane[i - width]!, neighbours + 1]
          if (y + 1 < height) [sum, neighbours] = [sum + plane[i + width]!, neighbours + 1]
          if (x > 0) [sum, neighbours] = [sum + plane[i - 1]!, neighbours + 1]
          if (x + 1 < width) [sum, neighbours] = [sum + plane[i + 1]!, neighbours + 1]
          const step = pull * (sum / neighbours - plane[i]!)
          plane[i] = plane[i]! + step
          change = Math.max(change, Math.abs(step))
        }
      if (change < settled) break
    }
  }
  return out
}

function meanAround(
  plane: Float32Array,
  height: number,
  width: number,
  { top, left, bottom, right }: Box,
): number {
  let sum = 0
  let count = 0
  const take = (y: number, x: number): void => {
    if (y < 0 || x < 0 || y >= height || x >= width) return
    sum += plane[y * width + x]!
    count++
  }
  for (let x = left; x < right; x++) {
    take(top - 1, x)
    take(bottom, x)
  }
  for (let y = top; y < bottom; y++) {
    take(y, left - 1)
    take(y, right)
  }
  return sum / count
}
