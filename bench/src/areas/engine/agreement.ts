// How far our gradients agree with PyTorch's on whole nets, by the two measures that an attack feels: the direction, and
// the signs.
import { type Net, readTruth } from './nets.ts'
import { attackFeeds, openNet } from './own-pgd.ts'

export interface Agreement {
  /** Cosine similarity of the logits, and of the input gradients: the lowest of any sample. */
  readonly logits: number
  readonly gradient: number
  /** Share of the gradient's entries above 1e-7 of the largest that have the same sign. */
  readonly signs: number
}

export async function agreementOf(net: Net): Promise<Agreement> {
  const truth = readTruth(net)
  const batch = truth.dims[0]!
  const session = await openNet(net, batch)
  try {
    const { logits, gradients } = await session.run(attackFeeds(truth))
    const gradient = gradients.x!
    return {
      logits: lowestCosine(logits, truth.logits, batch),
      gradient: lowestCosine(gradient, truth.gradient, batch),
      signs: equalSigns(gradient, truth.gradient),
    }
  } finally {
    await session.close()
  }
}

function lowestCosine(a: Float32Array, b: Float32Array, rows: number): number {
  const size = a.length / rows
  let lowest = 1
  for (let row = 0; row < rows; row++) {
    let [ab, aa, bb] = [0, 0, 0]
    for (let i = row * size; i < (row + 1) * size; i++) {
      ab += a[i]! * b[i]!
      aa += a[i]! ** 2
      bb += b[i]! ** 2
    }
    lowest = Math.min(lowest, ab / Math.sqrt(aa * bb))
  }
  return lowest
}

function equalSigns(a: Float32Array, b: Float32Array): number {
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  let equal = 0
  let counted = 0
  b.forEach((value, i) => {
    if (Math.abs(value) <= 1e-7 * largest) return
    counted++
    if (Math.sign(value) === Math.sign(a[i]!)) equal++
  })
  return equal / counted
}
