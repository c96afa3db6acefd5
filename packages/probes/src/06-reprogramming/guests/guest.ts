// A guest is a task that the model was never meant for, small enough to be drawn: pictures with a right answer each.
import type { Random, Tensor } from '@failmode/core'

export interface Guest {
  readonly name: string
  /** What is asked, in a few words. */
  readonly task: string
  readonly classes: readonly string[]
  /** Pixels of a side; pictures are grey and square. */
  readonly side: number
  /** One picture, [side, side] in unit space. */
  draw(random: Random): { readonly picture: Float32Array; readonly label: number }
}

export interface GuestSet {
  /** [n, 1, side, side] */
  readonly x: Tensor
  readonly labels: Int32Array
}

/** Picture i follows from `random` and i alone. */
export function drawGuests(
  guest: Guest,
  {
    count,
    random,
    from = 0,
  }: {
    readonly count: number
    readonly random: Random
    readonly from?: number
  },
): GuestSet {
  const size = guest.side ** 2
  const data = new Float32Array(count * size)
  const labels = new Int32Array(count)
  for (let i = 0; i < count; i++) {
    const { picture, label } = guest.draw(random.split(from + i))
    data.set(picture, i * size)
    labels[i] = label
  }
  return { x: { data, dims: [count, 1, guest.side, guest.side] }, labels }
}
