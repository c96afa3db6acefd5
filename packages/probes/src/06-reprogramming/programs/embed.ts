// How a guest gets into the host's input: the guest in the middle, the program around it. The program is a number w for each pixel of
// the frame, which is painted as (1 + tanh w) / 2, so that whatever is learnt can be shown (Elsayed et al. 2019, equation 1).
import type { Tensor } from '@failmode/core'
import type { GuestSet } from '../guests/guest.ts'

export interface Frame {
  /** [channels, height, width] of the host. */
  readonly shape: readonly [number, number, number]
  readonly side: number
  readonly top: number
  readonly left: number
}

export function frameOf(shape: readonly number[], side: number): Frame {
  const [channels, height, width] = shape as [number, number, number]
  return {
    shape: [channels, height, width],
    side,
    top: Math.floor((height - side) / 2),
    left: Math.floor((width - side) / 2),
  }
}

/** Whether a pixel belongs to the guest. */
export function isInside({ top, left, side }: Frame, y: number, x: number): boolean {
  return y >= top && y < top + side && x >= left && x < left + side
}

/** Host inputs, [rows, channels, height, width]: grey guests in every channel. */
export function embed(
  program: Float64Array,
  { x }: GuestSet,
  { frame, rows }: { readonly frame: Frame; readonly rows: ArrayLike<number> },
): Tensor {
  const [channels, height, width] = frame.shape
  const size = channels * height * width
  const painted = Float32Array.from(program, (w) => 0.5 + 0.5 * Math.tanh(w))
  const data = new Float32Array(rows.length * size)
  for (let r = 0; r < rows.length; r++) {
    data.set(painted, r * size)
    for (let c = 0; c < channels; c++) {
      for (let y = 0; y < frame.side; y++) {
        const from = (rows[r]! * frame.side + y) * frame.side
        data.set(
          x.data.subarray(from, from + frame.side),
          r * size + (c * height + frame.top + y) * width + frame.left,
        )
      }
    }
  }
  return { data, dims: [rows.length, channels, height, width] }
}

/** Gradient with respect to the program, from gradients with respect to inputs, averaged over rows; 0 under the guest. */
export function programGradient(
  gradient: Float32Array,
  program: Float64Array,
  { frame, rows }: { readonly frame: Frame; readonly rows: number },
): Float64Array {
  const [channels, height, width] = frame.shape
  const size = channels * height * width
  const out = new Float64Array(size)
  for (let r = 0; r < rows; r++) for (let i = 0; i < size; i++) out[i]! += gradient[r * size + i]! / rows
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const i = (c * height + y) * width + x
        const bend = Math.tanh(program[i]!)
        out[i] = isInside(frame, y, x) ? 0 : out[i]! * 0.5 * (1 - bend * bend)
      }
    }
  }
  return out
}
