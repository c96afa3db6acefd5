// Where Square looks: the window of a picture that it redraws. How much of the picture the window covers
// falls on a schedule that the paper gives for 10,000 queries (Andriushchenko et al. 2020, arXiv:1912.00049, section
// 3.2; values of the authors' code).
import type { Random } from '@failmode/core'
import type { Picture } from './picture.ts'

const schedule: readonly (readonly [from: number, divisor: number])[] = [
  [8000, 512],
  [6000, 256],
  [4000, 128],
  [2000, 64],
  [1000, 32],
  [500, 16],
  [200, 8],
  [50, 4],
  [10, 2],
]

/** Share of the picture that the window of iteration `i` of `total` covers. */
export function windowShare(i: number, total: number, initialShare: number): number {
  const scaled = (i / total) * 10_000
  const stage = schedule.find(([from]) => scaled > from)
  return initialShare / (stage?.[1] ?? 1)
}

export interface WindowSize {
  readonly height: number
  readonly width: number
}

/** A square that covers `share` of the picture; where it is too wide or too high, it grows along the other side. */
export function windowSize(share: number, picture: Picture): WindowSize {
  const side = Math.max(Math.round(Math.sqrt(share * picture.height * picture.width)), 1)
  const height = Math.min(Math.max(Math.round((side * side) / picture.width), side), picture.height)
  const width = Math.min(Math.max(Math.round((side * side) / height), 1), picture.width)
  return { height, width }
}

/** A window of the size given by `size`, somewhere in the picture. */
export interface Window extends WindowSize {
  readonly top: number
  readonly left: number
}

/** Any place for the window, each as likely. */
export function placeWindow(size: WindowSize, picture: Picture, random: Random): Window {
  const top = random.int(picture.height - size.height + 1)
  const left = random.int(picture.width - size.width + 1)
  return { top, left, ...size }
}

/** Copies a window in all channels from the sample at offset `fromAt` of `from` to the one at `toAt` of `to`. */
export function copyWindow(
  from: Float32Array,
  fromAt: number,
  to: Float32Array,
  toAt: number,
  { channels, height, width }: Picture,
  window: Window,
): void {
  for (let c = 0; c < channels; c++) {
    for (let r = 0; r < window.height; r++) {
      const offset = (c * height + window.top + r) * width + window.left
      for (let j = offset; j < offset + window.width; j++) to[toAt + j] = from[fromAt + j] as number
    }
  }
}
