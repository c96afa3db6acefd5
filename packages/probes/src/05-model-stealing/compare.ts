// Copy and model on the same inputs: samples of the data, and inputs drawn uniformly from the whole space, on which a copy that has
// learnt only the usual cases shows it (Tramèr et al. 2016: R_test and R_unif).
import { createRandom, type Measurement, type StepHandler, sizeOf, type Tensor, wilson } from '@failmode/core'
import { chunk } from '../steps/chunk.ts'
import type { Part } from './thief.ts'

/** Uniform inputs: each number of the sample from 0 to 1. Input i follows from the seed and i alone. */
export function uniformInputs(
  shape: readonly number[],
  { seed, from, count }: { readonly seed: number; readonly from: number; readonly count: number },
): Tensor {
  const size = sizeOf(shape)
  const data = new Float32Array(count * size)
  const random = createRandom(seed, ['model-stealing', 'uniform'])
  for (let i = 0; i < count; i++) random.split(from + i).fillUniform(data.subarray(i * size, (i + 1) * size))
  return { data, dims: [count, ...shape] }
}

/** The model's classes of the samples that copies are compared on, and of as many uniform inputs. */
export const comparedStep: StepHandler<
  { readonly part: Part; readonly seed: number },
  { readonly samples: readonly number[]; readonly uniform: readonly number[] }
> = {
  name: 'model-stealing/compared',
  version: 1,
  async run({ part, seed }, context) {
    const set = await context.samples(part.split)
    const n = part.indices.length
    const model = await context.model('label', { maxQueries: 2 * n })
    const most = Math.min(128, context.modelFacts.maxBatch)
    const samples: number[] = []
    for (const own of chunk(part.indices, most)) {
      samples.push(...(await model.labels(set.read(own))))
      context.progress(samples.length / n / 2)
    }
    const uniform: number[] = []
    while (uniform.length < n) {
      const count = Math.min(most, n - uniform.length)
      uniform.push(
        ...(await model.labels(uniformInputs(set.sampleShape, { seed, from: uniform.length, count }))),
      )
      context.progress(0.5 + uniform.length / n / 2)
    }
    return { samples, uniform }
  },
}

export interface Agreed {
  /** Samples on which the copy gives the model's class. */
  readonly samples: readonly (0 | 1)[]
  readonly uniform: readonly (0 | 1)[]
}

export const hits = (values: readonly (0 | 1)[]): number => values.reduce<number>((sum, one) => sum + one, 0)

export function agreementOf(
  name: string,
  same: readonly (0 | 1)[],
  rest: Pick<Measurement, 'denominator'> & Partial<Measurement>,
): Measurement {
  const right = hits(same)
  return {
    name,
    value: right / same.length,
    unit: 'fraction',
    interval: wilson(right, same.length),
    n: same.length,
    ...rest,
  }
}

/** Index of the largest of `classes` scores in each row; the first of equal ones. */
export function topOf(scores: ArrayLike<number>, classes: number): readonly number[] {
  return Array.from({ length: scores.length / classes }, (_, row) => {
    let best = 0
    for (let k = 1; k < classes; k++) {
      if (scores[row * classes + k]! > scores[row * classes + best]!) best = k
    }
    return best
  })
}
