// What Conv, ConvTranspose and the pools have in common: a window that slides over the spatial axes of a large tensor
// and gives one place of a small one. Along each axis, tap t of place j looks at position
// `j * stride + t * dilation - begin` of the large tensor; a position outside of it is padding. ONNX's ways to state
// pads (explicit, SAME_UPPER, SAME_LOWER, VALID, or by the output's size) all end in `begin` here; where the window
// ends follows from the sizes, which are exact.
import { intAttribute, intsAttribute, type Node, stringAttribute } from '../ir/graph.ts'

/** One spatial axis of a sliding window. */
export interface SlidingAxis {
  readonly kernel: number
  readonly stride: number
  readonly dilation: number
  /** Padding before the first element; never negative. */
  readonly begin: number
  /** Padding that the node declares after the last element; `ceil_mode` lets windows reach beyond it. */
  readonly end: number
  /** Size of the side that the window slides over. */
  readonly large: number
  /** Number of places the window takes. */
  readonly small: number
}

/** The sliding window of a Conv or pool node that goes from `large` to `small` spatial sizes, axis by axis. */
export function slidingWindow(
  node: Node,
  kernel: readonly number[],
  large: readonly number[],
  small: readonly number[],
): readonly SlidingAxis[] {
  const autoPad = stringAttribute(node, 'auto_pad', 'NOTSET')
  return axes(node, kernel, large, small).map((axis, i) => {
    if (!autoPad.startsWith('SAME')) return axis
    return { ...axis, ...halves(extent(axis) - large[i]!, autoPad) }
  })
}

/** The window of a ConvTranspose node, whose output is the large side. */
export function transposedWindow(
  node: Node,
  kernel: readonly number[],
  large: readonly number[],
  small: readonly number[],
): readonly SlidingAxis[] {
  const autoPad = stringAttribute(node, 'auto_pad', 'NOTSET')
  const outputPadding = intsAttribute(node, 'output_padding')
  const bySize = intsAttribute(node, 'output_shape') !== undefined || autoPad.startsWith('SAME')
  return axes(node, kernel, large, small).map((axis, i) => {
    if (!bySize) return axis
    return { ...axis, ...halves(extent(axis) + (outputPadding?.[i] ?? 0) - large[i]!, autoPad) }
  })
}

/** How many positions, padding included, lie between the first the window touches and the last. */
export function extent({ kernel, stride, dilation, small }: SlidingAxis): number {
  return (small - 1) * stride + (kernel - 1) * dilation + 1
}

/** The odd element of a split padding goes to the end for SAME_UPPER and to the beginning otherwise. */
function halves(needed: number, autoPad: string): { readonly begin: number; readonly end: number } {
  const total = Math.max(0, needed)
  const less = Math.floor(total / 2)
  return autoPad === 'SAME_UPPER' ? { begin: less, end: total - less } : { begin: total - less, end: less }
}

function axes(
  node: Node,
  kernel: readonly number[],
  large: readonly number[],
  small: readonly number[],
): readonly SlidingAxis[] {
  const strides = intsAttribute(node, 'strides')
  const dilations = intsAttribute(node, 'dilations')
  const pads = stringAttribute(node, 'auto_pad') === 'VALID' ? undefined : intsAttribute(node, 'pads')
  return kernel.map((size, i) => ({
    kernel: size,
    stride: strides?.[i] ?? 1,
    dilation: dilations?.[i] ?? 1,
    begin: pads?.[i] ?? 0,
    end: pads?.[kernel.length + i] ?? 0,
    large: large[i]!,
    small: small[i]!,
  }))
}

/** ONNX's `group`, 1 unless given. */
export function groupOf(node: Node): number {
  return intAttribute(node, 'group', 1)
}
