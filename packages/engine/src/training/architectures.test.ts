import { describe, expect, it } from 'vitest'
import type { Model } from '../ir/graph.ts'
import { fromNumbers } from '../ir/tensor.ts'
import { randomTensor, runOnce } from '../testing/models.ts'
import { bagOfEmbeddings, cnn, conv1d, logistic, mlp, resnet } from './architectures.ts'
import { trainableOf } from './trainable.ts'

const count = async (model: Model): Promise<number> =>
  (await trainableOf(model)).weights.reduce((sum, { size }) => sum + size, 0)

describe('our architectures', () => {
  // The counts of the papers and of the usual implementations; of the small ones by hand.
  it.each([
    ['ResNet-20', resnet({ shape: [3, 32, 32], classes: 10 }), 269_722],
    ['ResNet-32', resnet({ shape: [3, 32, 32], classes: 10, depth: 32 }), 464_154],
    ['logistic regression', logistic({ features: 784, classes: 10 }), 7850],
    ['an MLP', mlp({ features: 784, hidden: [512, 512], classes: 10 }), 669_706],
    ['the digits network', cnn({ shape: [1, 28, 28], classes: 10, filters: [16, 32], kernel: 5 }), 215_370],
    ['a 1-d network', conv1d({ channels: 2, length: 32, classes: 3, filters: [4, 8] }), 44 + 168 + 27],
    ['a bag of words', bagOfEmbeddings({ vocabulary: 100, length: 7, width: 8, classes: 3 }), 827],
  ])('have the number of weights that %s has', async (_, model, weights) => {
    expect(await count(model)).toBe(weights)
  })

  it.each([
    ['mlp', mlp({ features: 6, hidden: [4], classes: 3 }), [6]],
    ['cnn of odd sides', cnn({ shape: [2, 7, 9], classes: 3 }), [2, 7, 9]],
    ['resnet of odd sides', resnet({ shape: [3, 9, 9], classes: 3, depth: 8 }), [3, 9, 9]],
    ['conv1d', conv1d({ channels: 2, length: 19, classes: 3 }), [2, 19]],
  ])('take any number of samples: %s', async (_, model, row) => {
    for (const batch of [1, 5]) {
      const { logits } = await runOnce(model, { x: randomTensor(1, [batch, ...row]) })
      expect(logits!.dims).toEqual([batch, 3])
      expect((logits!.data as Float32Array).every(Number.isFinite)).toBe(true)
    }
  })

  it('read text as the mean of its words, whatever their order and whatever fills the rest', async () => {
    const model = bagOfEmbeddings({ vocabulary: 9, length: 4, classes: 2 })
    const ask = async (...ids: number[]) =>
      (await runOnce(model, { x: fromNumbers('int64', [1, 4], ids) })).logits!.data
    expect(await ask(1, 2, 0, 0)).toEqual(await ask(0, 2, 0, 1))
    expect(await ask(1, 2, 0, 0)).not.toEqual(await ask(1, 3, 0, 0))
    expect([...((await ask(0, 0, 0, 0)) as Float32Array)].every(Number.isFinite)).toBe(true)
  })

  it('have other weights for another seed, and the same for the same', async () => {
    const first = (seed: number) =>
      [...mlp({ features: 3, hidden: [4], classes: 2, seed }).graph.initializers.values()][0]!.data
    expect(first(1)).toEqual(first(1))
    expect(first(1)).not.toEqual(first(2))
  })

  it.each([
    ['a depth that is none', () => resnet({ shape: [3, 32, 32], classes: 10, depth: 21 })],
    ['an even kernel', () => cnn({ shape: [1, 8, 8], classes: 2, kernel: 4 })],
    ['more pooling than there are pixels', () => cnn({ shape: [1, 4, 4], classes: 2, filters: [4, 4, 4] })],
    ['one class', () => logistic({ features: 3, classes: 1 })],
    ['no features', () => mlp({ features: 0, hidden: [], classes: 2 })],
    ['a signal too short', () => conv1d({ channels: 1, length: 3, classes: 2 })],
  ])('refuse %s', (_, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'training-input' }))
  })
})
