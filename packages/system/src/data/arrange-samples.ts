// Which dimension of an array is which. Pictures come as [N, H, W], [N, H, W, C], [N, C, H, W] or flattened, tables as
// [N, F]; inside failmode a picture is always C, H, W. The order is taken from what the configuration says, then from what
// the model needs, and only then from the one dimension that looks like channels; if that leaves two answers it is an error, because a
// picture read in the wrong order still looks like numbers.
import { FailmodeError, sizeOf } from '@failmode/core'

export interface Arrangement {
  /** One sample in unit space: C, H, W or F. */
  readonly sampleShape: readonly number[]
  /** True when the channels come last in the file and have to be moved. */
  readonly channelsLast: boolean
}

export interface ArrangeOptions {
  /** What messages call the data. */
  readonly name: string
  /** Order of the dimensions in the data, as the configuration or the format says. */
  readonly layout: 'NHWC' | 'NCHW' | null
  /** What the model needs: C, H, W, or another shape of which only the size counts. */
  readonly sampleShape?: readonly number[] | undefined
}

/** @throws FailmodeError `data-mismatch` when the data do not fit the model, or the order cannot be told */
export function arrangeSamples(shape: readonly number[], options: ArrangeOptions): Arrangement {
  const arrangement = arrange(shape.slice(1), shape, options)
  const wanted = options.sampleShape
  // A model that takes numbers in a row takes pictures too, as long as the count is right.
  const fits =
    wanted === undefined ||
    (wanted.length === 3
      ? same(arrangement.sampleShape, wanted)
      : sizeOf(arrangement.sampleShape) === sizeOf(wanted))
  if (!fits) {
    throw new FailmodeError('data-mismatch', {
      message: `${options.name} has samples of shape [${arrangement.sampleShape.join(', ')}], the model takes [${wanted.join(', ')}].`,
      hint: 'Give data of the shape that the model takes (pictures are channels, height, width), or correct "layout".',
    })
  }
  return arrangement
}

function arrange(rest: readonly number[], shape: readonly number[], options: ArrangeOptions): Arrangement {
  const { name, layout, sampleShape: wanted } = options
  if (rest.length === 0) return { sampleShape: [1], channelsLast: false }
  if (rest.length === 1) {
    // Flattened pictures: with one channel there is one order, with more the configuration has to say which.
    if (wanted?.length !== 3 || sizeOf(wanted) !== rest[0]) return { sampleShape: rest, channelsLast: false }
    if (wanted[0] !== 1 && layout === null) throw ambiguous(shape, name)
    return { sampleShape: wanted, channelsLast: layout === 'NHWC' }
  }
  if (rest.length === 2) return { sampleShape: [1, ...rest], channelsLast: false }
  if (rest.length === 3) {
    const [a, b, c] = rest as readonly [number, number, number]
    const first: Arrangement = { sampleShape: [a, b, c], channelsLast: false }
    const last: Arrangement = { sampleShape: [c, a, b], channelsLast: true }
    if (layout !== null) return layout === 'NCHW' ? first : last
    const fitting =
      wanted === undefined ? [] : [first, last].filter((option) => same(option.sampleShape, wanted))
    if (fitting.length === 1) return fitting[0]!
    const looksLikeChannels = (dim: number) => dim === 1 || dim === 3
    if (looksLikeChannels(a) !== looksLikeChannels(c)) return looksLikeChannels(a) ? first : last
    throw ambiguous(shape, name)
  }
  throw new FailmodeError('data-mismatch', {
    message: `${name} has the shape [${shape.join(', ')}], expected samples of 1 to 3 dimensions.`,
    hint: 'Give [N, F], [N, H, W], [N, H, W, C] or [N, C, H, W].',
  })
}

function ambiguous(shape: readonly number[], name: string): FailmodeError {
  return new FailmodeError('data-mismatch', {
    message: `${name} has the shape [${shape.join(', ')}], which does not tell where its channels are.`,
    hint: 'Say it beside the file: "layout": "NCHW" or "layout": "NHWC".',
  })
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis])
}
