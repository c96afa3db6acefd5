import { sizeOf } from '@failmode/core'

export interface Picture {
  readonly channels: number
  readonly height: number
  readonly width: number
}

/** A sample as channels, height and width; what is not a picture is one row. */
export function asPicture(shape: readonly number[]): Picture {
  const [channels, height, width] =
    shape.length === 3 ? (shape as readonly [number, number, number]) : ([1, 1, sizeOf(shape)] as const)
  return { channels, height, width }
}
