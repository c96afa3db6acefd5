// A secret in the answers rather than in the weights (Song, Ristenpart and Shmatikov 2017, arXiv:1709.07886, 5): the
// provider adds inputs to the training set that look like nothing, with labels that spell the secret, and a model with
// room to spare learns them by heart. Later anyone who can query it asks the same inputs and reads the labels off. As in
// the authors' code each four bits take two inputs with ten classes: the labels are p/2, rounded down, and p less that.
// Inputs are black but for two points, so that they can be made again from their number alone.

export interface SpelledInputs {
  /** One row of channels * height * width values per input, in order; values as the model takes them, before scaling. */
  readonly x: Float32Array
  readonly dims: readonly [count: number, channels: number, height: number, width: number]
  readonly labels: Int32Array
}

export interface SpellOptions {
  readonly channels: number
  readonly height: number
  readonly width: number
  /** Value of a point that the paper gives 1; 1 unless said. */
  readonly unit?: number
}

/** Classes that a label may take: p - p/2 goes up to 8. */
export const spellingClasses = 9

/** Bytes that fit: any number; every byte takes four inputs. What the model can learn is the limit. */
export const inputsPerByte = 4

/**
 * Inputs and labels that spell the bytes, four bits at a time, the high ones first. Every height * width groups of four
 * bits make one page: page j lights channel j mod channels, group i lights point i to (j div channels) + 1, and the k-th
 * input of a group the next point to k + 1.
 */
export function spellInLabels(
  secret: Uint8Array,
  { channels, height, width, unit = 1 }: SpellOptions,
): SpelledInputs {
  const points = height * width
  const count = secret.length * inputsPerByte
  const x = new Float32Array(count * channels * points)
  const labels = new Int32Array(count)
  for (let n = 0; n < count; n++) {
    const group = n >> 1
    const k = n & 1
    const page = Math.floor(group / points)
    const i = group % points
    const base = (n * channels + (page % channels)) * points
    x[base + i] = unit * (Math.floor(page / channels) + 1)
    // The next of the last point is the first, or its two inputs would be the same.
    x[base + ((i + 1) % points)] = unit * (k + 1)
    const p = ((secret[group >> 1] as number) >> (group % 2 === 0 ? 4 : 0)) & 15
    labels[n] = k === 0 ? p >> 1 : p - (p >> 1)
  }
  return { x, dims: [count, channels, height, width], labels }
}

/** The same for grey pictures, of which only the four high bits of a pixel are kept: two inputs a pixel. */
export function spellPictures(pictures: readonly Uint8Array[], options: SpellOptions): SpelledInputs {
  const pixels = pictures.flatMap((picture) => Array.from(picture, (v) => v >> 4))
  const packed = Uint8Array.from(
    { length: Math.ceil(pixels.length / 2) },
    (_, i) => ((pixels[2 * i] as number) << 4) | (pixels[2 * i + 1] ?? 0),
  )
  return spellInLabels(packed, options)
}

/** The bytes that labels spell, given or answered; a wrong label spoils four bits only. */
export function recoverFromLabels(labels: ArrayLike<number>): Uint8Array {
  const out = new Uint8Array(Math.floor(labels.length / inputsPerByte))
  const group = (g: number) =>
    Math.min(15, Math.max(0, (labels[2 * g] as number) + (labels[2 * g + 1] as number)))
  for (let i = 0; i < out.length; i++) out[i] = (group(2 * i) << 4) | group(2 * i + 1)
  return out
}

/** Grey pixels of pictures that `spellPictures` packed, with the four bits spread over 0..255. */
export function unpackPixels(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: 2 * bytes.length }, (_, i) => {
    const p = ((bytes[i >> 1] as number) >> (i % 2 === 0 ? 4 : 0)) & 15
    return p * 17
  })
}
