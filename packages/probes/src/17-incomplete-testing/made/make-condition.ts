// How each kind of condition is made of a sample that lacks it.
import type { ImageCodec, MakeCondition, Random } from '@failmode/core'
import {
  type CorruptionName,
  constantsForSize,
  corruptImage,
  corruptionNames,
} from '../../16-common-corruption/corruptions/corrupt-image.ts'
import { isPicture } from '../../steps/sample-image.ts'
import { fillIn } from './fill-in.ts'

export interface MakeContext {
  /** One sample. */
  readonly shape: readonly number[]
  /** The sample that a stale or wrong input shows instead. */
  readonly other: Float32Array | null
  readonly random: Random
  readonly images: ImageCodec
}

/** Whether the making puts another sample in the place of this one. */
export function needsOther(make: MakeCondition): boolean {
  return 'input' in make && make.input !== 'blank'
}

/** Why this cannot be made of samples of this shape, or null. */
export function cannotMake(make: MakeCondition, shape: readonly number[]): string | null {
  if ('corruption' in make && !(corruptionNames as readonly string[]).includes(make.corruption))
    return `there is no corruption "${make.corruption}"; there are ${corruptionNames.join(', ')}`
  if (('corruption' in make || 'occlude' in make || 'remove' in make) && !isPicture(shape))
    return `it is made of pictures, and a sample has the shape [${shape.join(', ')}]`
  return null
}

/**
 * The sample with the condition; values in [0,1].
 * @throws RangeError when another sample is needed and not given
 */
export async function makeCondition(
  sample: Float32Array,
  make: MakeCondition,
  { shape, other, random, images }: MakeContext,
): Promise<Float32Array> {
  if ('input' in make) {
    if (make.input === 'blank') return new Float32Array(sample.length)
    if (other === null) throw new RangeError(`a ${make.input} input needs another sample`)
    return other
  }
  if ('dropout' in make) return withoutRows(sample, shape, make.dropout, random)
  const [channels, height, width] = shape as readonly [number, number, number]
  if ('corruption' in make) {
    const size = { channels, height, width }
    return corruptImage(sample, {
      ...size,
      corruption: make.corruption as CorruptionName,
      severity: make.severity,
      constants: constantsForSize(size),
      random,
      images,
    })
  }
  if ('remove' in make) {
    const [left, top, right, bottom] = make.remove
    return fillIn(sample, shape, {
      left: Math.floor(left * width),
      top: Math.floor(top * height),
      right: Math.ceil(right * width),
      bottom: Math.ceil(bottom * height),
    })
  }
  return covered(sample, [channels, height, width], make, random)
}

/** A grey box of the picture's own proportions before it. */
function covered(
  sample: Float32Array,
  [channels, height, width]: readonly [number, number, number],
  { occlude, at }: { readonly occlude: number; readonly at: 'centre' | 'anywhere' },
  random: Random,
): Float32Array {
  const part = Math.sqrt(occlude)
  const [tall, wide] = [height, width].map((n) => Math.min(n, Math.max(1, Math.round(n * part)))) as [
    number,
    number,
  ]
  const place = (room: number) => (at === 'centre' ? Math.floor(room / 2) : random.int(room + 1))
  const [top, left] = [place(height - tall), place(width - wide)]
  const out = sample.slice()
  for (let c = 0; c < channels; c++)
    for (let y = top; y < top + tall; y++) {
      const row = (c * height + y) * width
      out.fill(0.5, row + left, row + left + wide)
    }
  return out
}

/** Rows of a sensor that give nothing: of a picture its lines, of other samples the rows of their first dimension. */
function withoutRows(
  sample: Float32Array,
  shape: readonly number[],
  share: number,
  random: Random,
): Float32Array {
  const planes = isPicture(shape) ? shape[0]! : 1
  const rows = isPicture(shape) ? shape[1]! : shape[0]!
  const size = sample.length / planes / rows
  const out = sample.slice()
  for (const row of random.sample(rows, Math.max(1, Math.round(share * rows))))
    for (let plane = 0; plane < planes; plane++) {
      const from = (plane * rows + row) * size
      out.fill(0, from, from + size)
    }
  return out
}
