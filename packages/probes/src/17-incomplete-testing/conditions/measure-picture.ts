// What can be measured on a picture without a model, for conditions that no column names: how light it is, how much light
// varies, how sharp it is, how coloured, and how large the thing on it.
import { type MeasuredProperty, median } from '@failmode/core'

/** @param image channels x height x width in unit space, 1 (grey) or 3 (RGB) channels */
export function measurePicture(
  image: ArrayLike<number>,
  shape: readonly number[],
  property: MeasuredProperty,
): number {
  const [channels, height, width] = shape as readonly [number, number, number]
  const size = height * width
  if (property === 'saturation') return channels === 1 ? 0 : meanSaturation(image, size)
  const light = new Float64Array(size)
  for (let i = 0; i < size; i++) {
    // Luma of ITU-R BT.601, as JPEG uses it.
    light[i] =
      channels === 1
        ? (image[i] as number)
        : 0.299 * (image[i] as number) +
          0.587 * (image[size + i] as number) +
          0.114 * (image[2 * size + i] as number)
  }
  if (property === 'size') return boxed(light, height, width)
  if (property === 'brightness') return spread(light).mean
  if (property === 'contrast') return spread(light).deviation
  return spread(bends(light, height, width)).deviation
}

/** Of the HSV cone: what of the largest channel the smallest leaves. */
function meanSaturation(image: ArrayLike<number>, size: number): number {
  let sum = 0
  for (let i = 0; i < size; i++) {
    const [red, green, blue] = [image[i] as number, image[size + i] as number, image[2 * size + i] as number]
    const most = Math.max(red, green, blue)
    if (most > 0) sum += (most - Math.min(red, green, blue)) / most
  }
  return sum / size
}

/** The Laplacian at every pixel but those of the rim, whose variance falls with blur (Pech-Pacheco et al., ICPR 2000). */
function bends(light: Float64Array, height: number, width: number): Float64Array {
  const out = new Float64Array(Math.max(0, height - 2) * Math.max(0, width - 2))
  let at = 0
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x
      out[at++] = light[i - 1]! + light[i + 1]! + light[i - width]! + light[i + width]! - 4 * light[i]!
    }
  return out
}

/** Light that differs from the rim by more than this is not background. */
const unlike = 0.1

/** Share of the picture in the smallest upright box around all that is unlike the median of its rim. */
function boxed(light: Float64Array, height: number, width: number): number {
  const at = (i: number) => ({ y: Math.floor(i / width), x: i % width })
  const rim = Array.from(light).filter((_, i) => {
    const { y, x } = at(i)
    return y === 0 || x === 0 || y === height - 1 || x === width - 1
  })
  const background = median(rim)
  let [top, bottom, left, right] = [height, -1, width, -1]
  for (const [i, value] of light.entries()) {
    if (Math.abs(value - background) <= unlike) continue
    const { y, x } = at(i)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
    left = Math.min(left, x)
    right = Math.max(right, x)
  }
  return bottom < 0 ? 0 : ((bottom - top + 1) * (right - left + 1)) / (height * width)
}

function spread(values: Float64Array): { readonly mean: number; readonly deviation: number } {
  if (values.length === 0) return { mean: 0, deviation: 0 }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  return { mean, deviation: Math.sqrt(variance) }
}
