// Hosts for pictures of 12 x 12. One weighs how much of the picture is bright, so that a frame makes it count; the other looks at one
// corner of the frame alone and knows nothing of what stands in the middle. Both have exact gradients.
import {
  createRandom,
  type GradientModel,
  type ModelByAccess,
  type Scores,
  type Tensor,
} from '@failmode/core'
import { type MemorySystem, memorySystem, sampleSet } from '../testing/memory-system.ts'

const side = 12
const size = side * side
const classes = 6

/** Logits -a (u - t_k)^2 of one number u of the picture, linear in it. */
function hostOf(weights: Float64Array, targets: readonly number[], sharpness: number): GradientModel {
  const level = (x: Float32Array, row: number): number =>
    weights.reduce((sum, w, i) => sum + w * x[row * size + i]!, 0)
  const scores = (x: Tensor): Scores => {
    const rows = x.dims[0]!
    const data = new Float32Array(rows * classes)
    for (let r = 0; r < rows; r++) {
      const u = level(x.data, r)
      for (const [k, t] of targets.entries()) data[r * classes + k] = -sharpness * (u - t) ** 2
    }
    return { kind: 'logits', data, classes }
  }
  return {
    scores: async (x) => scores(x),
    async gradient(x, loss, { labels }) {
      if (loss !== 'cross-entropy') throw new RangeError(`no ${loss} here`)
      const found = scores(x)
      const rows = x.dims[0]!
      const losses = new Float32Array(rows)
      const gradient = new Float32Array(x.data.length)
      for (let r = 0; r < rows; r++) {
        const own = Array.from(found.data.subarray(r * classes, (r + 1) * classes))
        const top = Math.max(...own)
        const sum = own.reduce((total, z) => total + Math.exp(z - top), 0)
        losses[r] = Math.log(sum) + top - own[labels[r]!]!
        const u = level(x.data, r)
        let slope = 0
        for (const [k, z] of own.entries()) {
          const p = Math.exp(z - top) / sum
          slope += (p - (k === labels[r] ? 1 : 0)) * -2 * sharpness * (u - targets[k]!)
        }
        for (let i = 0; i < size; i++) gradient[r * size + i] = slope * weights[i]!
      }
      return { loss: losses, gradient, scores: found }
    },
  }
}

/** The middle and the first row count; classes lie one pixel apart, three pixels above what a frame of grey gives. */
const counts = (): GradientModel => {
  const weights = new Float64Array(size)
  weights.fill(1, 0, side)
  for (let y = 4; y < 8; y++) weights.fill(1, y * side + 4, y * side + 8)
  return hostOf(weights, [10, 11, 12, 13, 14, 15], 0.3)
}

const blind = (): GradientModel => {
  const weights = new Float64Array(size)
  weights.fill(1, 0, side)
  return hostOf(weights, [2, 4, 6, 8, 10, 12], 0.5)
}

/** Weights that nobody trained: the middle hardly matters, and every class lies elsewhere. */
const untrained = (): GradientModel => {
  const random = createRandom('untrained host')
  return hostOf(
    Float64Array.from({ length: size }, () => 0.2 * random.normal()),
    Array.from({ length: classes }, () => 3 * random.normal()),
    0.2,
  )
}

function systemOf(
  host: GradientModel,
  {
    access = ['label', 'score', 'gradient'],
  }: { readonly access?: readonly ('label' | 'score' | 'gradient')[] } = {},
): MemorySystem {
  const base = memorySystem({
    scorer: () => new Array<number>(classes).fill(0),
    classes,
    samples: sampleSet([new Array<number>(size).fill(0)], { shape: [1, side, side], labels: [0] }),
    access,
  })
  const models: Partial<ModelByAccess> = { ...base.models, score: host, gradient: host }
  const twin = untrained()
  return { ...base, models, untrained: { score: twin, gradient: twin } }
}

export const vulnerable = (): MemorySystem => systemOf(counts())
export const resistant = (): MemorySystem => systemOf(blind())
export const scoresOnly = (): MemorySystem => systemOf(counts(), { access: ['label', 'score'] })
export const inapplicable = (): MemorySystem =>
  memorySystem({
    scorer: (x) => [x[0]!, 1 - x[0]!],
    samples: sampleSet([[0.5, 0.5]], { shape: [2], labels: [0] }),
    task: 'tabular-classification',
  })
export { counts as countingHost }
