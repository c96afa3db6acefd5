// The small parts of a recipe: random streams, schedules, augmentation; and CTC and the hook in a whole training.
import { describe, expect, it } from 'vitest'
import { ctc } from '../gradients/ctc.ts'
import { klDivergence } from '../gradients/losses.ts'
import { float32, fromNumbers } from '../ir/tensor.ts'
import { modelOf, node, randomTensor } from '../testing/models.ts'
import { patterns } from '../testing/training-data.ts'
import { logistic } from './architectures.ts'
import { augment } from './augment.ts'
import { drawsOf, shuffled } from './draws.ts'
import { rateShare } from './schedules.ts'
import { train } from './train.ts'

describe('random streams', () => {
  it('are uniform and normal, each by its name', () => {
    const draws = drawsOf(7, 'test')
    const uniform = Array.from({ length: 20_000 }, () => draws.uniform())
    const normal = Array.from({ length: 20_000 }, () => draws.normal())
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length
    // Four standard errors.
    expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / 20_000))
    expect(Math.abs(mean(normal))).toBeLessThan(4 / Math.sqrt(20_000))
    expect(Math.abs(mean(normal.map((z) => z * z)) - 1)).toBeLessThan(4 * Math.sqrt(2 / 20_000))
    expect(drawsOf(7, 'test').bits()).not.toBe(drawsOf(7, 'test', 0).bits())
    expect(drawsOf(7, 'test', 1).bits()).toBe(drawsOf(7, 'test', 1).bits())
  })

  it('shuffle without losing any', () => {
    const order = shuffled(100, drawsOf(1, 'order'))
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i))
    expect([...order]).not.toEqual([...order].sort((a, b) => a - b))
  })
})

describe('schedules', () => {
  const at = (step: number) => ({ step, stepsPerEpoch: 10, epochs: 10 })
  it.each([
    [{ kind: 'constant' } as const, [1, 1, 1]],
    [{ kind: 'steps', epochs: [5, 8], factor: 0.1 } as const, [1, 0.1, 0.01]],
    [{ kind: 'cosine' } as const, [1, 0.5, (1 + Math.cos(0.99 * Math.PI)) / 2]],
    [{ kind: 'linear', floor: 0.2 } as const, [1, 0.6, 0.208]],
    [{ kind: 'exponential', factor: 0.5 } as const, [1, 0.5 ** 5, 0.5 ** 9]],
  ])('go as their formulas say: %j', (schedule, shares) => {
    for (const [i, step] of [0, 50, 99].entries())
      expect(rateShare(schedule, at(step))).toBeCloseTo(shares[i]!, 9)
  })

  it('rise in a straight line while they warm up', () => {
    const schedule = { kind: 'cosine', warmup: 2 } as const
    expect([0, 9, 19, 20].map((step) => rateShare(schedule, at(step)))).toEqual([0.05, 0.5, 1, 1])
  })
})

describe('augmentation', () => {
  const batchOf = (data: Float32Array, dims: readonly number[]) => ({
    x: { dtype: 'float32' as const, dims, data },
  })
  const context = (seed: number, size: number) => ({
    draws: drawsOf(seed, 'augment'),
    epoch: 0,
    step: 0,
    size,
  })

  it('mirrors a picture as a whole or not at all', () => {
    const rows = new Set<string>()
    for (let seed = 0; seed < 20; seed++) {
      const batch = batchOf(Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8]), [1, 2, 2, 2])
      augment(batch, 'x', { flip: true }, context(seed, 1))
      rows.add([...batch.x.data].join(' '))
    }
    expect([...rows].sort()).toEqual(['1 2 3 4 5 6 7 8', '2 1 4 3 6 5 8 7'])
  })

  it('moves a picture by whole pixels with zeros coming in', () => {
    const seen = new Set<string>()
    for (let seed = 0; seed < 200; seed++) {
      const batch = batchOf(Float32Array.from([0, 0, 0, 0, 9, 0, 0, 0, 0]), [1, 1, 3, 3])
      augment(batch, 'x', { shift: 1 }, context(seed, 1))
      seen.add([...batch.x.data].join(''))
    }
    // The middle goes to every place.
    expect(seen.size).toBe(9)
    for (const picture of seen) expect(picture.replaceAll('0', '')).toBe('9')
  })

  it('mixes samples and their soft labels by the same shares', () => {
    const batch = {
      ...batchOf(Float32Array.from([10, 20, 30]), [3, 1]),
      reference: {
        dtype: 'float32' as const,
        dims: [3, 3],
        data: Float32Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1]),
      },
    }
    augment(batch, 'x', { mixup: 1 }, context(3, 3))
    for (let n = 0; n < 3; n++) {
      const share = batch.reference.data.subarray(3 * n, 3 * n + 3)
      expect(share[0]! + share[1]! + share[2]!).toBeCloseTo(1, 5)
      expect(batch.x.data[n]).toBeCloseTo(10 * share[0]! + 20 * share[1]! + 30 * share[2]!, 4)
    }
    expect([...batch.x.data]).not.toEqual([10, 20, 30])
  })
})

describe('in a whole training', () => {
  it('the hook changes what is trained on: with all pictures wiped out nothing is learned', async () => {
    const options = {
      graph: logistic({ features: 8, classes: 4 }),
      recipe: { epochs: 10, batch: 32, optimizer: { kind: 'sgd', rate: 0.2 } },
      data: patterns([8]),
      seed: 1,
    } as const
    const seen: number[] = []
    const seeing = await train({ ...options, augment: (_, { step }) => void seen.push(step) })
    const blind = await train({ ...options, augment: ({ x }) => void x!.data.fill(0 as never) })
    expect(seen).toHaveLength(30)
    expect(seeing.curve.at(-1)!.accuracy).toBeGreaterThan(0.8)
    expect(blind.curve.at(-1)!.accuracy).toBeLessThan(0.5)
  })

  it('mixed labels are learned from', async () => {
    const { x, labels } = patterns([8]).samples
    const share = Float32Array.from({ length: 96 * 4 }, (_, i) =>
      Number((labels.data as unknown as BigInt64Array)[Math.floor(i / 4)]) === i % 4 ? 1 : 0,
    )
    const { curve } = await train({
      graph: logistic({ features: 8, classes: 4 }),
      recipe: {
        epochs: 20,
        batch: 32,
        optimizer: { kind: 'adam', rate: 0.05 },
        augmentation: { mixup: 0.4 },
      },
      loss: klDivergence(),
      data: { samples: { x, reference: float32(share, [96, 4]) } },
      seed: 1,
    })
    // The divergence from the mixed labels falls; it would be 0 for a network that knows the shares.
    expect(curve.at(-1)!.loss).toBeLessThan(0.6 * curve[0]!.loss)
  })

  it('CTC teaches a network to spell what it is shown, without being told when', async () => {
    // Eight times, each shows one of three things; what is shown twice in a row is spelled once.
    const draws = drawsOf(5, 'ctc')
    const [count, time, maxLabels] = [64, 8, 8]
    const x = new Float32Array(count * time * 3)
    const labels = new Array<number>(count * maxLabels).fill(0)
    const lengths: number[] = []
    for (let n = 0; n < count; n++) {
      let last = -1
      let length = 0
      for (let t = 0; t < time; t++) {
        const shown = draws.below(3)
        x[(n * time + t) * 3 + shown] = 1
        if (shown !== last) labels[n * maxLabels + length++] = 1 + shown
        last = shown
      }
      lengths.push(length)
    }
    const graph = modelOf({
      inputs: { x: ['n', time, 3] },
      constants: { w: randomTensor(1, [3, 4]), b: randomTensor(2, [4]) },
      nodes: [node('MatMul', ['x', 'w'], ['a']), node('Add', ['a', 'b'], ['scores'])],
      outputs: ['scores'],
    })
    const { curve } = await train({
      graph,
      recipe: { epochs: 40, batch: 32, optimizer: { kind: 'adam', rate: 0.1 } },
      loss: ctc({ maxLabels }),
      data: {
        samples: {
          x: float32(x, [count, time, 3]),
          labels: fromNumbers('int64', [count, maxLabels], labels),
          labelLengths: fromNumbers('int64', [count], lengths),
          inputLengths: fromNumbers('int64', [count], new Array(count).fill(time)),
        },
      },
      seed: 1,
    })
    expect(curve[0]!.accuracy).toBeUndefined()
    expect(curve.at(-1)!.loss).toBeLessThan(0.1)
    expect(curve[0]!.loss).toBeGreaterThan(2)
  })
})
