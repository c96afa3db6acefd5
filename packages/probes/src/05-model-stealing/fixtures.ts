// A linear model of three classes, which gives itself away, and one that answers by a hash of the sample, of which nothing can be
// learnt. Copies are trained by least squares on the classes, which suits the first and cannot suit the second.
import {
  createRandom,
  leastSquares,
  type SampleSet,
  type TrainedModel,
  type TrainerTarget,
} from '@failmode/core'
import { type MemorySystem, memorySystem, type SampleScorer, sampleSet } from '../testing/memory-system.ts'

const size = 8
const classes = 3

function draw(name: string, n: number): readonly (readonly number[])[] {
  return Array.from({ length: n }, (_, i) => {
    const random = createRandom('model-stealing').split(name).split(i)
    return Array.from({ length: size }, () => Math.fround(random.uniform()))
  })
}

const weights = Array.from({ length: classes }, (_, k) => {
  const random = createRandom('model-stealing weights').split(k)
  return Array.from({ length: size }, () => 4 * random.normal())
})

const linear: SampleScorer = (x) =>
  weights.map((w) => w.reduce((sum, value, f) => sum + value * (x[f]! - 0.5), 0))

const hashed: SampleScorer = (x) => {
  const random = createRandom(Array.from(x).join())
  return Array.from({ length: classes }, () => 2 * random.normal())
}

/** Linear in the sample, by least squares on the classes. */
const trainer: TrainerTarget = {
  facts: { kind: 'engine', digest: '6'.repeat(64), recipe: 'least squares', repeatable: true, notes: [] },
  async train({ data: { x, labels, weights: counts } }): Promise<TrainedModel> {
    const n = x.dims[0]!
    const a = new Float64Array(n * (size + 1))
    const b = new Float64Array(n * classes)
    for (let i = 0; i < n; i++) {
      const root = Math.sqrt(counts?.[i] ?? 1)
      for (let f = 0; f < size; f++) a[i * (size + 1) + f] = root * (x.data[i * size + f]! - 0.5)
      a[i * (size + 1) + size] = root
      b[i * classes + labels![i]!] = root
    }
    const { x: solved } = leastSquares(a, b, { rows: n, columns: size + 1, targets: classes })
    return {
      onnx: new Uint8Array(),
      losses: [],
      async scores({ data, dims }) {
        const out = new Float32Array(dims[0]! * classes)
        for (let i = 0; i < dims[0]!; i++) {
          for (let k = 0; k < classes; k++) {
            let sum = solved[size * classes + k]!
            for (let f = 0; f < size; f++) sum += solved[f * classes + k]! * (data[i * size + f]! - 0.5)
            out[i * classes + k] = sum
          }
        }
        return { data: out, width: classes }
      },
      close: async () => {},
    }
  },
  close: async () => {},
}

export function system({
  scorer = linear,
  training = true,
  access,
  n = 1200,
}: {
  readonly scorer?: SampleScorer
  readonly training?: boolean
  readonly access?: readonly ('label' | 'score')[]
  readonly n?: number
} = {}): MemorySystem {
  const samples: SampleSet = sampleSet(draw('samples', n), { shape: [size], labels: null })
  const base = memorySystem({
    scorer,
    classes,
    samples,
    task: 'tabular-classification',
    ...(access === undefined ? {} : { access }),
  })
  return {
    ...base,
    facts: { ...base.facts, ...(training ? { training: trainer.facts } : {}) },
    ...(training ? { trainer } : {}),
  }
}

export const vulnerable = (): MemorySystem => system()
export const resistant = (): MemorySystem => system({ scorer: hashed })
export const inapplicable = (): MemorySystem =>
  memorySystem({ samples: sampleSet(draw('none', 30), { shape: [size], labels: null }) })
