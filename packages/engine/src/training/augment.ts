// Changes of a batch before it is trained on. The usual ones for pictures are data, so that a recipe can be sent to a
// worker; anything else is a function. Draws come from a stream of the step, so that a resumed training makes the same.
import type { Draws } from './draws.ts'
import type { Batch } from './training-data.ts'

export interface Augmentation {
  /** Mirrors every second picture left to right. */
  readonly flip?: boolean
  /** Moves pictures by up to so many pixels, with zeros coming in: random crops of a padded picture. */
  readonly shift?: number
  /** Mixes each sample with another, by shares from a symmetric Beta distribution (Zhang et al. 2018, arXiv:1710.09412). Needs soft targets. */
  readonly mixup?: number
}

export interface AugmentContext {
  readonly draws: Draws
  readonly epoch: number
  readonly step: number
  /** Samples that count; the buffers hold no others. */
  readonly size: number
}

/** Changes the buffers in place. */
export type AugmentHook = (batch: Batch, context: AugmentContext) => void

/** The built-in changes of the input `name`, [N, C, H, W] for pictures; `reference` is mixed along. */
export function augment(
  batch: Batch,
  name: string,
  { flip = false, shift = 0, mixup = 0 }: Augmentation,
  { draws, size }: AugmentContext,
): void {
  const { data, dims } = batch[name]!
  const pixels = data as Float32Array
  const [, channels = 1, height = 1, width = 1] = dims
  if (dims.length === 4 && (flip || shift > 0)) {
    const plane = height * width
    const copy = new Float32Array(plane)
    for (let n = 0; n < size; n++) {
      const mirrored = flip && draws.uniform() < 0.5
      const down = shift > 0 ? draws.below(2 * shift + 1) - shift : 0
      const right = shift > 0 ? draws.below(2 * shift + 1) - shift : 0
      if (!mirrored && down === 0 && right === 0) continue
      for (let c = 0; c < channels; c++) {
        const part = pixels.subarray((n * channels + c) * plane, (n * channels + c + 1) * plane)
        copy.set(part)
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const fromY = y - down
            const moved = x - right
            const fromX = mirrored ? width - 1 - moved : moved
            const inside = fromY >= 0 && fromY < height && moved >= 0 && moved < width
            part[y * width + x] = inside ? copy[fromY * width + fromX]! : 0
          }
        }
      }
    }
  }
  if (mixup > 0) {
    const share = beta(mixup, draws)
    const partner = Array.from({ length: size }, () => draws.below(size))
    for (const key of [name, 'reference']) {
      const item = batch[key]
      if (item === undefined) continue
      const values = item.data as Float32Array
      const row = values.length / item.dims[0]!
      const before = values.slice()
      for (let n = 0; n < size; n++) {
        for (let i = 0; i < row; i++)
          values[n * row + i] = share * before[n * row + i]! + (1 - share) * before[partner[n]! * row + i]!
      }
    }
  }
}

/** A draw from Beta(a, a), as G1 / (G1 + G2) of two Gamma draws (Marsaglia and Tsang 2000). */
function beta(a: number, draws: Draws): number {
  const x = gamma(a, draws)
  const y = gamma(a, draws)
  return x / (x + y)
}

function gamma(shape: number, draws: Draws): number {
  if (shape < 1) return gamma(shape + 1, draws) * (1 - draws.uniform()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = draws.normal()
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - draws.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}
