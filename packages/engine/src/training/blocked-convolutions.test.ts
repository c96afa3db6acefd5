import { describe, expect, it } from 'vitest'
import { crossEntropy } from '../gradients/losses.ts'
import type { Model } from '../ir/graph.ts'
import { fromNumbers, type Tensor } from '../ir/tensor.ts'
import { openSession, type Tensors } from '../runtime/session.ts'
import { modelOf, node, randomTensor, relativeError, runOnce } from '../testing/models.ts'
import { cnn, resnet } from './architectures.ts'
import { blockedConvolutions, blockSize } from './blocked-convolutions.ts'
import { stepGraph } from './step-graph.ts'
import { trainableOf } from './trainable.ts'

const blocks = ({ graph }: Model): number =>
  graph.nodes.filter(({ domain }) => domain.endsWith('nchwc')).length

/** Random feeds for every input of a step. */
async function feedsOf(model: Model): Promise<Tensors> {
  const session = await openSession(model)
  await session.close()
  const feeds: Record<string, Tensor> = {}
  for (const [i, { name, type }] of session.inputs.entries()) {
    if (type?.kind !== 'tensor') throw new Error('no tensor')
    const dims = type.dims as readonly number[]
    const made = randomTensor(i + 1, dims)
    // Weights of a size at which numbers neither die out nor explode.
    if (name === 'state_weights')
      for (let k = 0; k < made.data.length; k++) (made.data as Float32Array)[k]! *= 0.1
    feeds[name] = type.dtype === 'int64' ? fromNumbers('int64', dims, new Array(dims[0]!).fill(1)) : made
  }
  return feeds
}

describe('convolutions in blocks', () => {
  it.each([
    [
      'convolutions and pooling',
      cnn({ shape: [16, 8, 8], classes: 4, filters: [32, 16], kernel: 5, hidden: 8 }),
      2,
    ],
    ['a residual network', resnet({ shape: [3, 16, 16], classes: 4, depth: 8 }), 8],
  ])('take the same step as without, in %s', async (_, graph, least) => {
    const { model } = await stepGraph(await trainableOf(graph as Model), {
      loss: crossEntropy(),
      optimizer: { kind: 'sgd', rate: 0.1, momentum: 0.9 },
      batch: 32,
    })
    const fast = await blockedConvolutions(model)
    if ((await blockSize()) < 4) {
      expect(fast).toBe(model)
      return
    }
    expect(blocks(fast)).toBeGreaterThan(2 * (least as number))
    const feeds = await feedsOf(model)
    const [plain, blocked] = [await runOnce(model, feeds, {}), await runOnce(fast, feeds, {})]
    for (const name of Object.keys(plain))
      expect([name, relativeError(blocked[name]!, plain[name]!) < 1e-4]).toEqual([name, true])
  })

  it('leave alone what has constant weights, groups, or channels that fill no block', async () => {
    const model = modelOf({
      inputs: { x: [1, 32, 8, 8], w: [32, 1, 3, 3], v: [24, 32, 3, 3] },
      constants: { k: randomTensor(1, [32, 32, 3, 3]) },
      nodes: [
        node('Conv', ['x', 'k'], ['a']),
        node('Conv', ['x', 'w'], ['b'], { group: 32 }),
        node('Conv', ['x', 'v'], ['c']),
      ],
      outputs: ['a', 'b', 'c'],
    })
    expect(blocks(await blockedConvolutions(model))).toBe(0)
  })

  it('know the size of a block here: a power of two, or none', async () => {
    expect([0, -1, 4, 8, 16, 32]).toContain(await blockSize())
  })
})
