// Movement during exposure, as ImageMagick's motion blur has it: every pixel becomes a sum of the pixels on a line
// that begins at it, with the falling half of a Gaussian as weights, and the edge pixel repeated past the border.
import { correlate, repeatEdge, type Tap } from './correlate.ts'

export interface Motion {
  /** The line has 2 radius + 1 pixels. */
  readonly radius: number
  /** Standard deviation of the weights along the line, in pixels. */
  readonly sigma: number
  /** Degrees; 0 is to the right and 90 down. */
  readonly angle: number
}

export function motionTaps({ radius, sigma, angle }: Motion): readonly Tap[] {
  const down = Math.sin((angle * Math.PI) / 180)
  const right = Math.cos((angle * Math.PI) / 180)
  const weights = Array.from({ length: 2 * radius + 1 }, (_, k) => Math.exp((-k * k) / (2 * sigma * sigma)))
  const sum = weights.reduce((a, b) => a + b)
  // What lies so far down the Gaussian that all of it together is less than a hundredth of a grey level is left out.
  return weights.flatMap((weight, k) =>
    weight / sum < 1e-6
      ? []
      : [{ dy: Math.ceil(k * down - 0.5), dx: Math.ceil(k * right - 0.5), weight: weight / sum }],
  )
}

/** One smeared channel, [height, width]. */
export function smear(
  plane: Float32Array,
  motion: Motion,
  { height, width }: { readonly height: number; readonly width: number },
): Float32Array {
  return correlate(plane, motionTaps(motion), { height, width, border: repeatEdge })
}
