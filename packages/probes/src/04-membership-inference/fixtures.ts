// Records of eight numbers, of two classes by the first of them. One model is as sure of every record as the record deserves;
// the other is surer of what it was trained on, by as much as many overfitted models are.
import {
  createRandom,
  type SampleSet,
  type TrainedModel,
  type TrainerTarget,
  type TrainRequest,
} from '@failmode/core'
import { type MemorySystem, memorySystem, type SampleScorer, sampleSet } from '../testing/memory-system.ts'

const size = 8
export const count = 700

function draw(name: string, { n = count, moved = 0 }: { readonly n?: number; readonly moved?: number } = {}) {
  return Array.from({ length: n }, (_, i) => {
    const random = createRandom('membership-inference').split(name).split(i)
    return Array.from({ length: size }, () => Math.fround(Math.min(1, random.uniform() + moved)))
  })
}

const labelOf = (sample: ArrayLike<number>): number => (sample[0]! > 0.5 ? 1 : 0)

const setOf = (samples: readonly (readonly number[])[], labels = samples.map(labelOf)): SampleSet => ({
  ...sampleSet(samples, { shape: [size], labels }),
  digest: createRandom(JSON.stringify(samples.slice(0, 3))).key.repeat(2),
})

const keyOf = (sample: ArrayLike<number>): string => Array.from(sample).join()

/** Sure by how far the class is, by luck of the record, and by `leak` more where it is remembered. */
export function scorer(remembered: ReadonlySet<string>, leak: number): SampleScorer {
  return (sample) => {
    const key = keyOf(sample)
    const luck = createRandom(`luck ${key}`).normal()
    const known = remembered.has(key) ? leak : 0
    // Without memory a record near the border is often missed, which is what a gap comes from.
    const margin = 6 * (sample[0]! - 0.5) + (labelOf(sample) === 1 ? 1 : -1) * known + 0.8 * luck
    return [-margin / 2, margin / 2]
  }
}

/** Remembers the neighbourhood of members, too, as networks do; copies of a member are known as well as it is. */
function nearScorer(members: readonly (readonly number[])[], leak: number): SampleScorer {
  return (sample) => {
    let nearest = Number.POSITIVE_INFINITY
    let label = 0
    for (const member of members) {
      let far = 0
      for (let i = 0; i < size; i++) far += (member[i]! - sample[i]!) ** 2
      if (far < nearest) {
        nearest = far
        label = labelOf(member)
      }
    }
    const known = leak * Math.exp(-nearest / (2 * 0.2 ** 2)) * (label === 1 ? 1 : -1)
    const luck = createRandom(`luck ${keyOf(sample.map((value) => Math.round(8 * value)))}`).normal()
    const margin = 6 * (sample[0]! - 0.5) + known + 2 * luck
    return [-margin / 2, margin / 2]
  }
}

/** Trains models that remember by `leak`, and canaries whatever they are told of them. */
function trainerOf(leak: number): TrainerTarget {
  return {
    facts: { kind: 'engine', digest: '5'.repeat(64), recipe: 'by heart', repeatable: true, notes: [] },
    async train({ data: { x, labels } }: TrainRequest): Promise<TrainedModel> {
      const remembered = new Map<string, number>()
      for (let i = 0; i < x.dims[0]!; i++) {
        remembered.set(keyOf(x.data.subarray(i * size, (i + 1) * size)), labels![i]!)
      }
      const plain = scorer(new Set(), 0)
      return {
        onnx: new Uint8Array(),
        losses: [],
        async scores({ data, dims }) {
          const rows = Array.from({ length: dims[0]! }, (_, i) => {
            const sample = data.subarray(i * size, (i + 1) * size)
            const [a, b] = plain(sample) as [number, number]
            const told = remembered.get(keyOf(sample))
            return told === undefined
              ? [a, b]
              : told === 1
                ? [a - leak / 2, b + leak / 2]
                : [a + leak / 2, b - leak / 2]
          })
          return { data: Float32Array.from(rows.flat()), width: 2 }
        },
        close: async () => {},
      }
    },
    close: async () => {},
  }
}

export function system({
  leak,
  training = true,
  moved = 0,
  access,
  n = count,
  near = false,
}: {
  readonly leak: number
  readonly training?: boolean
  /** How far strangers lie beside members, so that they can be told apart without a model. */
  readonly moved?: number
  readonly access?: readonly ('label' | 'score')[]
  readonly n?: number
  /** Whether copies of members are remembered, too. */
  readonly near?: boolean
}): MemorySystem {
  const [members, strangers] = [draw('members', { n }), draw('strangers', { n: 2 * n, moved })]
  const base = memorySystem({
    scorer: near ? nearScorer(members, leak) : scorer(new Set(members.map(keyOf)), leak),
    samples: setOf(strangers),
    task: 'tabular-classification',
    ...(access === undefined ? {} : { access }),
  })
  const trainer = trainerOf(leak)
  const train = setOf(members)
  // Canaries of the owner: as members, half of them remembered.
  const data = {
    ...base.data,
    train,
    canaries: setOf(members.slice(0, 200)),
    absent: setOf(strangers.slice(0, 200)),
  }
  return {
    ...base,
    facts: { ...base.facts, data, ...(training ? { training: trainer.facts } : {}) },
    data,
    ...(training ? { trainer } : {}),
  }
}

/** Remembers by about as much as its luck spreads. */
export const vulnerable = (): MemorySystem => system({ leak: 1.5 })
export const resistant = (): MemorySystem => system({ leak: 0 })
export const inapplicable = (): MemorySystem => memorySystem({ samples: setOf(draw('members', { n: 30 })) })
