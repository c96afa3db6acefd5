import type { Image8 } from '@failmode/core'

/** Whether a sample of this shape (C, H, W) can be shown as a picture. */
export function isPicture(shape: readonly number[]): boolean {
  return shape.length === 3 && (shape[0] === 1 || shape[0] === 3)
}

/**
 * One sample (C, H, W in unit space) as an 8-bit picture, rounded to the nearest grey level. Small pictures are
 * enlarged by whole pixels to about `target` on the longer side, so that a viewer does not blur them.
 */
export function sampleImage(data: Float32Array, shape: readonly number[], target = 112): Image8 {
  const [channels, height, width] = shape as [number, number, number]
  const scale = Math.max(1, Math.floor(target / Math.max(height, width)))
  const out = new Uint8Array(channels * height * scale * width * scale)
  for (let row = 0; row < height * scale; row++) {
    for (let column = 0; column < width * scale; column++) {
      for (let c = 0; c < channels; c++) {
        const from = (c * height + Math.floor(row / scale)) * width + Math.floor(column / scale)
        const value = Math.round((data[from] as number) * 255)
        out[(row * width * scale + column) * channels + c] = value < 0 ? 0 : value > 255 ? 255 : value
      }
    }
  }
  return { width: width * scale, height: height * scale, channels, data: out }
}
