// Whole networks against stored results of PyTorch (golden/training.py): one step of training, and gradients of gradients.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { crossEntropy } from '../gradients/losses.ts'
import { openSecondOrder } from '../gradients/second-order.ts'
import type { Model } from '../ir/graph.ts'
import { float32, fromNumbers, int64 } from '../ir/tensor.ts'
import { cnn, mlp, resnet } from './architectures.ts'
import { openTrainer } from './train.ts'
import { flatten, trainableOf, unflatten } from './trainable.ts'

interface Case {
  readonly name: string
  readonly net: {
    readonly kind: 'mlp' | 'cnn' | 'resnet'
    readonly features: number
    readonly hidden: never
    readonly shape: readonly [number, number, number]
    readonly filters: readonly number[]
    readonly kernel: number
    readonly depth: number
    readonly width: number
    readonly classes: number
    readonly batchNorm: boolean
  }
  readonly x: readonly number[]
  readonly labels: readonly number[]
  readonly weights: readonly (readonly number[])[]
  readonly loss: number
  readonly gradients: readonly (readonly number[])[]
  readonly running: readonly (readonly number[])[]
  readonly square?: number
  /** Of x, then of the weights. */
  readonly second?: readonly (readonly number[])[]
}

const { torch, cases } = JSON.parse(
  readFileSync(new URL('./golden/training.json', import.meta.url), 'utf8'),
) as {
  readonly torch: string
  readonly cases: readonly Case[]
}

function graphOf({ net }: Case): Model {
  if (net.kind === 'mlp') return mlp(net)
  return net.kind === 'cnn' ? cnn(net) : resnet(net)
}

/** The network with the stored weights. */
async function modelOf(one: Case): Promise<Model> {
  const { model, weights } = await trainableOf(graphOf(one))
  expect(weights.map(({ size }) => size)).toEqual(one.weights.map(({ length }) => length))
  return unflatten(model, weights, Float32Array.from(one.weights.flat()))
}

/** The largest difference, relative to the largest number. */
function apart(got: ArrayLike<number>, wanted: readonly number[]): number {
  expect(got.length).toBe(wanted.length)
  const size = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12)
  return wanted.reduce((worst, value, i) => Math.max(worst, Math.abs(value - got[i]!)), 0) / size
}

const rowOf = ({ net }: Case): readonly number[] => (net.kind === 'mlp' ? [net.features] : net.shape)

describe(`beside PyTorch ${torch}`, () => {
  it.each(cases)(
    'a step of $name has its loss, its gradients of all weights and its running statistics',
    async (one) => {
      const model = await modelOf(one)
      // With a rate of 1 the weights move by their gradients.
      const recipe = { epochs: 1, batch: 6, optimizer: { kind: 'sgd', rate: 1 } } as const
      const trainer = await openTrainer({ graph: model, recipe })
      const made = await trainer.fit({
        data: { samples: { x: float32(one.x, [6, ...rowOf(one)]), labels: int64(one.labels) } },
        seed: 1,
      })
      await trainer.close()
      expect(made.curve[0]!.loss).toBeCloseTo(one.loss, 5)
      const { model: after, weights, statistics } = await trainableOf(made.model)
      const moved = flatten(after, weights)
      const gradients = Float32Array.from(one.weights.flat(), (weight, i) => Math.fround(weight) - moved[i]!)
      expect(apart(gradients, one.gradients.flat())).toBeLessThan(1e-5)
      if (statistics.length > 0)
        expect(apart(flatten(after, statistics), one.running.flat())).toBeLessThan(1e-5)
      expect(statistics.length).toBe(one.running.length)
    },
  )

  it.each(cases.filter(({ second }) => second !== undefined))(
    'the squared norm of the gradients of $name has its gradients by input and weights',
    async (one) => {
      const model = await modelOf(one)
      const { weights } = await trainableOf(model)
      const names = weights.map(({ name }) => name)
      const session = await openSecondOrder(model, {
        loss: crossEntropy(),
        objective: 'norm',
        wrt: ['x', ...names],
        weights: names,
        batch: 6,
        normalized: true,
      })
      const { value, gradients } = await session.run({
        ...session.weights,
        x: float32(one.x, [6, ...rowOf(one)]),
        labels: fromNumbers('int64', [6], one.labels),
        sampleWeights: float32(new Array(6).fill(1 / 6)),
      })
      await session.close()
      expect(Math.abs(value / one.square! - 1)).toBeLessThan(1e-5)
      for (const [i, name] of ['x', ...names].entries()) {
        const wanted = one.second![i]!
        expect([name, apart(gradients[name] ?? new Float32Array(wanted.length), wanted) < 1e-4]).toEqual([
          name,
          true,
        ])
      }
    },
  )
})
