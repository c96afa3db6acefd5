// The step that asks, by classes alone, whether altered copies of a record still get its class. A model is steadier around
// what it was trained on (Choquette-Choo et al. 2021, arXiv:2007.14321, sections 5.1 and 5.3).
import { createRandom, type StepHandler, sizeOf } from '@failmode/core'
import { isPicture } from '../steps/sample-image.ts'
import type { Part } from './audited.ts'
import { type Copy, makeCopies } from './query-copies.ts'

export interface AlteredInput extends Part {
  readonly seed: number
}

export interface Altered {
  /** Share of the copies of each record, itself among them, that get its class. */
  readonly steady: readonly number[]
}

/** Standard deviations of the noise, in unit space, and draws at each. */
const noises = [0.02, 0.05, 0.1, 0.2] as const
const draws = 4
/** Pixels that pictures are moved by, in each direction. */
const moves = [1, 2, 3] as const

export function queriesOfAltered(shape: readonly number[]): number {
  return shiftsOf(shape).length + noises.length * draws
}

function shiftsOf(shape: readonly number[]): readonly Copy[] {
  const still = { flip: false, down: 0, right: 0 }
  if (!isPicture(shape)) return [still]
  return [
    still,
    ...moves.flatMap((by) =>
      (
        [
          [by, 0],
          [-by, 0],
          [0, by],
          [0, -by],
        ] as const
      ).map(([down, right]) => ({ flip: false, down, right })),
    ),
  ]
}

export const alteredStep: StepHandler<AlteredInput, Altered> = {
  name: 'membership-inference/altered',
  version: 1,
  async run({ split, indices, seed }, context) {
    const set = await context.samples(split)
    const shape = set.sampleShape
    const size = sizeOf(shape)
    const each = queriesOfAltered(shape)
    const model = await context.model('label', { maxQueries: each * indices.length })
    const random = createRandom(seed, ['membership-inference', 'altered', split])
    const steady: number[] = []
    const most = Math.max(1, context.modelFacts.maxBatch)
    for (const index of indices) {
      const clean = set.read([index]).data
      const x = new Float32Array(each * size)
      const shifted = makeCopies(clean, shape, shiftsOf(shape))
      x.set(shifted)
      const own = random.split(index)
      let at = shifted.length
      for (const noise of noises) {
        for (let d = 0; d < draws; d++) {
          for (let i = 0; i < size; i++, at++) {
            x[at] = Math.min(1, Math.max(0, clean[i]! + noise * own.normal()))
          }
        }
      }
      let hits = 0
      for (let from = 0; from < each; from += most) {
        const n = Math.min(most, each - from)
        const labels = await model.labels({
          data: x.subarray(from * size, (from + n) * size),
          dims: [n, ...shape],
        })
        for (const label of labels) if (label === set.labels![index]) hits++
      }
      steady.push(hits / each)
      context.progress(steady.length / indices.length)
    }
    return { steady }
  },
}
