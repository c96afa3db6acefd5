import { createRandom, type LabelModel, type Tensor } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { runSearches } from './label-search.ts'
import { findStart } from './label-start.ts'

const size = 30
const clean = new Float32Array(size)

/** Class of a point by the first of `rules` that its mean is below; keeps the means it was asked about. */
function byMean(rules: readonly (readonly [below: number, label: number])[]) {
  const means: number[] = []
  const model: LabelModel = {
    async labels(x) {
      const labels = new Int32Array(x.dims[0] as number)
      for (let i = 0; i < labels.length; i++) {
        const mean = x.data.subarray(i * size, (i + 1) * size).reduce((a, b) => a + b, 0) / size
        means.push(mean)
        labels[i] = rules.find(([below]) => mean < below)?.[1] ?? 0
      }
      return labels
    },
  }
  return { means, model }
}

async function start(model: LabelModel, options: { starts?: Tensor; target?: number } = {}) {
  let found: boolean | undefined
  const { starts, target } = options
  const result = await runSearches(
    model,
    {
      x: { data: clean, dims: [1, size] },
      labels: Int32Array.of(0),
      ids: [0],
      ...(target === undefined ? {} : { targets: Int32Array.of(target) }),
    },
    { random: createRandom(3), norm: 'l2', queries: 1000, maxBatch: 64 },
    function* (subject) {
      found = yield* findStart(subject, { norm: 'l2', starts })
    },
  )
  return { found, ...result }
}

const filled = (values: readonly number[]): Tensor => ({
  data: Float32Array.from({ length: values.length * size }, (_, i) => values[Math.floor(i / size)] as number),
  dims: [values.length, size],
})

describe('a start', () => {
  it('is an image of noise where noise is adversarial', async () => {
    const { means, model } = byMean([
      [0.3, 0],
      [2, 1],
    ])
    const { found, spentToSuccess } = await start(model, { starts: filled([0.9]) })
    expect([found, spentToSuccess, means.length]).toEqual([true, [1], 1])
  })

  it('is the nearest given sample of another class where noise is not', async () => {
    const { means, model } = byMean([
      [0.75, 0],
      [2, 1],
    ])
    const { found, adversarial } = await start(model, { starts: filled([1, 0.1, 0.8, 0.2]) })
    expect(found).toBe(true)
    expect(adversarial.data[0]).toBeCloseTo(0.8, 6)
    expect(means.length).toBe(100 + 3)
  })

  it('is looked for among the given samples first when a class is to be reached', async () => {
    const { means, model } = byMean([
      [0.3, 0],
      [0.75, 1],
      [2, 2],
    ])
    const { found, adversarial } = await start(model, { starts: filled([0.5, 0.9]), target: 2 })
    expect(found).toBe(true)
    expect(adversarial.data[0]).toBeCloseTo(0.9, 6)
    expect(means.length).toBe(2)
  })

  it('is not found where there is none, after all candidates', async () => {
    const { means, model } = byMean([[2, 0]])
    const { found, spentToSuccess } = await start(model, { starts: filled([0.5]) })
    expect([found, spentToSuccess, means.length]).toEqual([false, [null], 101])
  })
})
