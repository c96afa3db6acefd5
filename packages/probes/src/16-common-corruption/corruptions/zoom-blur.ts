import { addClippedZoom } from './clipped-zoom.ts'
import { defineCorruption } from './corruption.ts'
import { eachPlane } from './planes.ts'

/** Zoom factors 1, 1 + step, ... below end. */
type Zooms = readonly [end: number, step: number]

/** The mean of the picture and of enlargements of its middle, the first of which is the picture itself again. */
export const zoomBlur = defineCorruption<Zooms>({
  name: 'zoom-blur',
  constants: {
    imagenet: [
      [1.11, 0.01],
      [1.16, 0.01],
      [1.21, 0.02],
      [1.26, 0.02],
      [1.31, 0.03],
    ],
    cifar: [
      [1.06, 0.01],
      [1.11, 0.01],
      [1.16, 0.01],
      [1.21, 0.01],
      [1.26, 0.01],
    ],
  },
  apply(image, zooms, { channels, height, width }) {
    const factors = zoomFactors(zooms)
    return eachPlane(image, { channels, height, width }, (plane) => {
      const sum = plane.slice()
      for (const factor of factors) addClippedZoom(sum, plane, factor, { height, width })
      for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! / (factors.length + 1)
      return sum
    })
  },
})

/**
 * The factors as NumPy's arange gives them: how many there are is rounded up from a division that is not exact, so
 * that the end is among them at some severities, and the published pictures have that.
 */
export function zoomFactors([end, step]: Zooms): readonly number[] {
  const apart = 1 + step - 1
  return Array.from({ length: Math.ceil((end - 1) / step) }, (_, i) => 1 + i * apart)
}
