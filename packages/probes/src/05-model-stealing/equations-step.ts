// The step that asks for as many equations as a linear model has unknowns, solves them, and lets the solution answer what the
// model is compared on.
import type { StepHandler } from '@failmode/core'
import { probabilities } from '../probabilities.ts'
import { chunk } from '../steps/chunk.ts'
import { solveEquations } from './attacks/equation-solving.ts'
import { uniformInputs } from './compare.ts'
import type { Part } from './thief.ts'

export interface EquationsInput {
  readonly part: Part
  /** Equations; more than there are unknowns show whether the model is linear at all. */
  readonly rows: number
  readonly maxQueries: number
  readonly seed: number
}

export interface Equations {
  readonly samples: readonly number[]
  readonly uniform: readonly number[]
  readonly queries: number
  readonly unusable: number
  readonly determined: boolean
  readonly residual: number
}

export const equationsStep: StepHandler<EquationsInput, Equations> = {
  name: 'model-stealing/equations',
  version: 1,
  async run({ part, rows, maxQueries, seed }, context) {
    const set = await context.samples(part.split)
    const { classes, sampleShape, maxBatch } = context.modelFacts
    const features = sampleShape.reduce((a, b) => a * b, 1)
    const model = await context.model('score', { maxQueries })
    const copy = await solveEquations(
      async (asked) => {
        const answers: ArrayLike<number>[] = []
        for (const own of chunk(asked, Math.min(128, maxBatch))) {
          const data = new Float32Array(own.length * features)
          for (const [i, row] of own.entries()) data.set(row, i * features)
          const all = probabilities(await model.scores({ data, dims: [own.length, ...sampleShape] }))
          for (let i = 0; i < own.length; i++) answers.push(all.subarray(i * classes, (i + 1) * classes))
          context.progress(answers.length / asked.length)
        }
        return answers
      },
      { features, classes, seed, rows, maxQueries, signal: context.signal },
    )
    const predicted = (data: Float32Array): number[] => {
      const out: number[] = []
      for (let from = 0; from < data.length; from += features) {
        const shares = copy.predict(data.subarray(from, from + features))
        let best = 0
        for (let k = 1; k < classes; k++) if (shares[k]! > shares[best]!) best = k
        out.push(best)
      }
      return out
    }
    const n = part.indices.length
    return {
      samples: chunk(part.indices, 256).flatMap((own) => predicted(set.read(own).data)),
      uniform: predicted(uniformInputs(set.sampleShape, { seed, from: 0, count: n }).data),
      queries: copy.queries,
      unusable: copy.unusable,
      determined: copy.determined,
      residual: Number.isFinite(copy.residual) ? copy.residual : 0,
    }
  },
}
