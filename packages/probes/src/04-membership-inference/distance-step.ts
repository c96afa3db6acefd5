// The step that measures how far records lie from the border of their class, by classes alone: members lie deeper inside
// (Choquette-Choo et al. 2021; Li and Zhang 2021, arXiv:2007.15528). A record whose class the model misses has no distance.
import { createRandom, type StepHandler } from '@failmode/core'
import { hopSkipJump } from '../attacks/hop-skip-jump.ts'
import type { Part } from './audited.ts'

export interface DistanceInput extends Part {
  readonly queries: number
  readonly seed: number
}

export interface Distances {
  /** L2 in unit space; 0 where the class is missed. */
  readonly distances: readonly number[]
}

export const distanceStep: StepHandler<DistanceInput, Distances> = {
  name: 'membership-inference/distance',
  version: 1,
  async run({ split, indices, queries, seed }, context) {
    const set = await context.samples(split)
    const model = await context.model('label', { maxQueries: (queries + 1) * indices.length })
    const x = set.read(indices)
    const labels = Int32Array.from(indices, (index) => set.labels![index]!)
    const predicted = await labelsOf(model, x, context.modelFacts.maxBatch)
    const right = Array.from(labels.keys()).filter((row) => predicted[row] === labels[row])
    const distances = new Array<number>(indices.length).fill(0)
    if (right.length > 0) {
      const found = await hopSkipJump(
        model,
        {
          x: set.read(right.map((row) => indices[row]!)),
          labels: Int32Array.from(right, (row) => labels[row]!),
          ids: right.map((row) => indices[row]!),
        },
        {
          norm: 'l2',
          queries,
          maxBatch: context.modelFacts.maxBatch,
          random: createRandom(seed, ['membership-inference', 'distance', split]),
          signal: context.signal,
          progress: (share) => context.progress(share),
        },
      )
      // Where no point of another class was found the border is farther than the search went.
      const far = Math.sqrt(x.data.length / indices.length)
      for (const [i, row] of right.entries()) distances[row] = found.distances[i] ?? far
    }
    return { distances }
  },
}

async function labelsOf(
  model: { labels(x: { data: Float32Array; dims: readonly number[] }): Promise<Int32Array> },
  x: { readonly data: Float32Array; readonly dims: readonly number[] },
  most: number,
): Promise<Int32Array> {
  const count = x.dims[0]!
  const size = x.data.length / count
  const out = new Int32Array(count)
  for (let from = 0; from < count; from += most) {
    const n = Math.min(most, count - from)
    out.set(
      await model.labels({
        data: x.data.subarray(from * size, (from + n) * size),
        dims: [n, ...x.dims.slice(1)],
      }),
      from,
    )
  }
  return out
}
