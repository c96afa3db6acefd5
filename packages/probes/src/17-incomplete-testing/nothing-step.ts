// Inputs that show nothing that the model could know, and how sure it is of them. All are in the unit box and of the
// model's own shape, so nothing in front of the model can turn them away.
import { createRandom, type Random, type StepHandler, sizeOf } from '@failmode/core'
import { surest } from '../probabilities.ts'

export const nothings = ['blank', 'noise', 'stripes', 'shuffled'] as const
export type Nothing = (typeof nothings)[number]

export interface NothingInput {
  readonly kind: Nothing
  readonly count: number
  readonly seed: number
  /** Whose samples are shuffled. */
  readonly split: string
}

export const nothingStep: StepHandler<
  NothingInput,
  { readonly confidences: readonly number[]; readonly predictions: readonly number[] }
> = {
  name: 'incomplete-testing/ask-nothing',
  version: 1,
  async run({ kind, count, seed, split }, context) {
    const { sampleShape, maxBatch } = context.modelFacts
    const size = sizeOf(sampleShape)
    const model = await context.model('score', { maxQueries: count })
    const samples = kind === 'shuffled' ? await context.samples(split) : null
    const confidences: number[] = []
    const predictions: number[] = []
    for (let from = 0; from < count; from += maxBatch) {
      context.signal.throwIfAborted()
      const rows = Math.min(maxBatch, count - from)
      const data = new Float32Array(rows * size)
      for (let row = 0; row < rows; row++) {
        const at = from + row
        const random = createRandom(seed).split(kind).split(at)
        const out = data.subarray(row * size, (row + 1) * size)
        if (samples === null) draw(out, { kind, at, count, shape: sampleShape, random })
        else out.set(shuffled(samples.read([random.int(samples.count)]).data, random))
      }
      const scores = await model.scores({ data, dims: [rows, ...sampleShape] })
      for (const { confidence, label } of surest(scores)) {
        confidences.push(confidence)
        predictions.push(label)
      }
      context.progress((from + rows) / count)
    }
    return { confidences, predictions }
  },
}

function draw(
  out: Float32Array,
  {
    kind,
    at,
    count,
    shape,
    random,
  }: {
    readonly kind: Nothing
    readonly at: number
    readonly count: number
    readonly shape: readonly number[]
    readonly random: Random
  },
): void {
  // One level everywhere, from black to white.
  if (kind === 'blank') out.fill(count === 1 ? 0 : at / (count - 1))
  else if (kind === 'noise') random.fillUniform(out)
  else {
    const width = shape.at(-1) as number
    const [period, phase] = [1 + random.int(Math.max(1, width - 1)), random.uniform()]
    const upright = random.boolean()
    for (let i = 0; i < out.length; i++) {
      const place = upright ? i % width : Math.floor(i / width)
      out[i] = Math.floor(place / period + phase) % 2
    }
  }
}

/** The numbers of a sample in any order: its histogram without its content. */
function shuffled(sample: Float32Array, random: Random): Float32Array {
  const order = random.permutation(sample.length)
  return sample.map((_, i) => sample[order[i] as number] as number)
}
