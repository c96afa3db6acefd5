// The property that holds for every graph: the gradient is what finite differences of onnxruntime's forward say.
// fast-check draws the graphs and, on a failure, shrinks to the smallest walk that still fails.
import fc from 'fast-check'
import { checkModel } from './check-vjp.ts'
import { pieces, type Recipe, randomGraph } from './random-graph.ts'

/**
 * float32 finite differences of a graph with curvature agree to about this. A wrong rule is off by the size of the
 * gradient itself, at every step; so the better of two steps counts, the larger for flat graphs (less rounding), the
 * smaller for curved ones.
 */
const tolerance = 1e-2
const steps = [1e-2, 2.5e-3]

const number = fc.nat({ max: 2 ** 30 })

const recipes: fc.Arbitrary<Recipe> = fc.record({
  dims: fc.constantFrom([2, 4, 5, 6], [1, 3, 4, 4], [2, 4, 7], [3, 5, 4], [4, 6], [2, 3, 3, 5], [1, 6]),
  steps: fc.array(fc.record({ piece: number, on: number, draw: number }), { minLength: 2, maxLength: 7 }),
  fedWeights: fc.boolean(),
  seed: fc.nat({ max: 1_000_000 }),
})

export async function checkRandomGraphs({
  seed,
  runs,
}: {
  readonly seed: number
  readonly runs: number
}): Promise<void> {
  await fc.assert(
    fc.asyncProperty(recipes, async (recipe) => {
      const { model, feeds, operators } = randomGraph(recipe)
      const errors: number[] = []
      for (const step of steps) {
        const { relative } = await checkModel(model, feeds, { step, directions: 4 })
        if (relative < tolerance) return
        errors.push(relative)
      }
      throw new Error(`off by ${errors.join(' and ')}: ${operators.join(', ')}`)
    }),
    { seed, numRuns: runs },
  )
}

/** Operators that the graphs are made of, sorted. */
export function operatorsSeen(): readonly string[] {
  return [...new Set(pieces.flatMap((piece) => piece.operators))].sort()
}
