// Edges by Canny's method ("A Computational Approach to Edge Detection", IEEE PAMI 8(6), 1986) as OpenCV has it: slopes
// by 3 x 3 Sobel with the border pixel repeated, strength |dx| + |dy|, only pixels stronger than both neighbours
// across the edge, and of those the chains that hold one above the high threshold and fall nowhere under the low one.

export interface CannyOptions {
  readonly height: number
  readonly width: number
  readonly low: number
  readonly high: number
}

/** 1 on edges, [height, width]; `levels` is an 8-bit plane. */
export function canny(levels: Uint8Array, { height, width, low, high }: CannyOptions): Uint8Array {
  const slopeX = new Int32Array(height * width)
  const slopeY = new Int32Array(height * width)
  // With a margin of zeros, so that neighbours need no test.
  const across = width + 2
  const strength = new Int32Array((height + 2) * across)
  for (let y = 0; y < height; y++) {
    const above = Math.max(y - 1, 0) * width
    const here = y * width
    const below = Math.min(y + 1, height - 1) * width
    for (let x = 0; x < width; x++) {
      const left = x > 0 ? x - 1 : 0
      const right = x < width - 1 ? x + 1 : x
      const a = levels[above + left]!
      const c = levels[above + right]!
      const g = levels[below + left]!
      const i = levels[below + right]!
      const dx = c - a + 2 * (levels[here + right]! - levels[here + left]!) + i - g
      const dy = g - a + 2 * (levels[below + x]! - levels[above + x]!) + i - c
      slopeX[here + x] = dx
      slopeY[here + x] = dy
      strength[(y + 1) * across + x + 1] = Math.abs(dx) + Math.abs(dy)
    }
  }

  const edges = new Uint8Array(height * width)
  const maybe = new Uint8Array((height + 2) * across)
  const chain: number[] = []
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y + 1) * across + x + 1
      if (
        strength[at]! <= low ||
        !isRidge(strength, at, { dx: slopeX[y * width + x]!, dy: slopeY[y * width + x]!, across })
      )
        continue
      maybe[at] = 1
      if (strength[at]! > high) chain.push(at)
    }
  }
  for (const at of chain) maybe[at] = 2
  while (chain.length > 0) {
    const at = chain.pop()!
    edges[(Math.floor(at / across) - 1) * width + (at % across) - 1] = 1
    for (const step of [-across - 1, -across, -across + 1, -1, 1, across - 1, across, across + 1]) {
      if (maybe[at + step] !== 1) continue
      maybe[at + step] = 2
      chain.push(at + step)
    }
  }
  return edges
}

const tan22 = Math.SQRT2 - 1

/** Whether the slope is strongest here along its own direction, of four directions; of equals the last one counts. */
function isRidge(
  strength: Int32Array,
  at: number,
  { dx, dy, across }: { readonly dx: number; readonly dy: number; readonly across: number },
): boolean {
  const here = strength[at]!
  const [flat, steep] = [Math.abs(dx), Math.abs(dy)]
  if (steep < flat * tan22) return here > strength[at - 1]! && here >= strength[at + 1]!
  if (steep > flat * (tan22 + 2)) return here > strength[at - across]! && here >= strength[at + across]!
  const slant = (dx ^ dy) < 0 ? -1 : 1
  return here > strength[at - across - slant]! && here > strength[at + across + slant]!
}
