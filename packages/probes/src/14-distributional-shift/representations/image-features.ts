// A picture as a handful of numbers that need no training and that a person can read: light and spread of each channel,
// contrast, sharpness, edges, colour and the seams that strong JPEG compression leaves. Cameras, light and file
// formats change these first.

interface PictureShape {
  readonly channels: number
  readonly height: number
  readonly width: number
}

/** Names of the numbers that `imageFeatures` gives for pictures of this shape, in order. */
export function imageFeatureNames({ channels }: PictureShape): readonly string[] {
  const each = channels === 1 ? ['grey'] : ['red', 'green', 'blue']
  return [
    ...each.flatMap((name) => [`mean ${name}`, `deviation ${name}`]),
    'contrast',
    'sharpness',
    'edge density',
    'blockiness',
    ...(channels === 3 ? ['colourfulness'] : []),
  ]
}

/** @param image channels x height x width in unit space, 1 or 3 channels */
export function imageFeatures(image: ArrayLike<number>, shape: PictureShape): number[] {
  const { channels, height, width } = shape
  const size = height * width
  const features: number[] = []
  for (let c = 0; c < channels; c++) features.push(...moments(size, (i) => image[c * size + i]!))
  const light = new Float64Array(size)
  for (let i = 0; i < size; i++) {
    // Luma of ITU-R BT.601, as JPEG uses it.
    light[i] =
      channels === 1 ? image[i]! : 0.299 * image[i]! + 0.587 * image[size + i]! + 0.114 * image[2 * size + i]!
  }
  const [mean, deviation] = moments(size, (i) => light[i]!)
  features.push(deviation / (mean + 0.01), ...detail(light, shape), blockiness(light, shape))
  if (channels === 3) features.push(colourfulness(image, size))
  return features
}

function moments(size: number, at: (i: number) => number): [mean: number, deviation: number] {
  let sum = 0
  for (let i = 0; i < size; i++) sum += at(i)
  const mean = sum / size
  let squares = 0
  for (let i = 0; i < size; i++) squares += (at(i) - mean) ** 2
  return [mean, Math.sqrt(squares / size)]
}

/** Variance of the Laplacian (Pech-Pacheco et al., ICPR 2000), and the share of pixels where light changes by a tenth. */
function detail(light: Float64Array, { height, width }: PictureShape): [sharpness: number, edges: number] {
  let count = 0
  let sum = 0
  let squares = 0
  let edges = 0
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x
      const [left, right, up, down] = [light[i - 1]!, light[i + 1]!, light[i - width]!, light[i + width]!]
      const bend = left + right + up + down - 4 * light[i]!
      count++
      sum += bend
      squares += bend * bend
      if (Math.hypot(right - left, down - up) > 0.2) edges++
    }
  }
  if (count === 0) return [0, 0]
  return [squares / count - (sum / count) ** 2, edges / count]
}

/** One grey level of eight bits, below which steps are rounding. */
const greyLevel = 1 / 255

/**
 * How much rougher light is across the seams of 8 x 8 blocks than inside blocks, as a logarithm: 0 without seams. A seam is
 * a step that the slopes on both sides do not lead up to, so what is averaged is the step less the mean of the steps beside
 * it (Minami and Zakhor, "An optimization approach for removing blocking effects in transform coding", IEEE Trans. Circuits
 * Syst. Video Technol. 5, 1995). The plain step, which the slopes of the picture itself drown, sees JPEG far worse.
 */
function blockiness(light: Float64Array, { height, width }: PictureShape): number {
  const sums = { seam: 0, inside: 0 }
  const counts = { seam: 0, inside: 0 }
  // The step in question leads from place 1 of the window to place 2.
  const window = (from: number, stride: number, at: number): void => {
    const place = at % 8
    // Windows that touch a seam without being centred on it are neither.
    if (place === 6 || place === 0) return
    const [a, b, c, d] = [
      light[from]!,
      light[from + stride]!,
      light[from + 2 * stride]!,
      light[from + 3 * stride]!,
    ]
    const side = place === 7 ? 'seam' : 'inside'
    sums[side] += Math.abs(c - b - (b - a + (d - c)) / 2)
    counts[side] += 1
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x
      if (x + 3 < width) window(i, 1, x + 1)
      if (y + 3 < height) window(i, width, y + 1)
    }
  }
  if (counts.seam === 0 || counts.inside === 0) return 0
  return Math.log((sums.seam / counts.seam + greyLevel) / (sums.inside / counts.inside + greyLevel))
}

/** Of Hasler and Süsstrunk, "Measuring Colourfulness in Natural Images", SPIE 2003, in unit space. */
function colourfulness(image: ArrayLike<number>, size: number): number {
  const [rg, rgDeviation] = moments(size, (i) => image[i]! - image[size + i]!)
  const [yb, ybDeviation] = moments(size, (i) => (image[i]! + image[size + i]!) / 2 - image[2 * size + i]!)
  return Math.hypot(rgDeviation, ybDeviation) + 0.3 * Math.hypot(rg, yb)
}
