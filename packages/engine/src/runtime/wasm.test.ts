import { describe, expect, it } from 'vitest'
import { crossEntropy } from '../gradients/losses.ts'
import { openGradients } from '../gradients/open-gradients.ts'
import { float32, int64, type Tensor } from '../ir/tensor.ts'
import { modelOf, node, randomTensor, relativeError } from '../testing/models.ts'
import { listProviders } from './onnxruntime.ts'
import { openSession } from './session.ts'

const there = (await listProviders()).some(({ name, bundled }) => name === 'wasm' && bundled)
if (!there) console.warn('SKIPPED: onnxruntime-web is not installed, the WebAssembly fallback is not tested')

const net = modelOf({
  inputs: { x: [4, 3, 8, 8] },
  constants: {
    w: randomTensor(1, [8, 3, 3, 3]),
    v: randomTensor(2, [8 * 4 * 4, 5]),
    shape: int64([4, 8 * 4 * 4]),
  },
  nodes: [
    node('Conv', ['x', 'w'], ['c'], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
    node('Relu', ['c'], ['r']),
    node('MaxPool', ['r'], ['p'], { kernel_shape: [2, 2], strides: [2, 2] }),
    node('Reshape', ['p', 'shape'], ['f']),
    node('MatMul', ['f', 'v'], ['z']),
  ],
  outputs: ['z'],
})
const x = randomTensor(3, [4, 3, 8, 8])

describe.skipIf(!there)('the WebAssembly fallback', () => {
  it('takes the same gradient graphs as the native runtime and gives the same numbers', async () => {
    const results: Tensor[][] = []
    for (const provider of ['cpu', 'wasm']) {
      const session = await openGradients(net, { loss: crossEntropy(), provider })
      const { loss, gradients, logits } = await session.run({ x, labels: int64([0, 1, 2, 3]) })
      results.push([float32(loss.slice()), float32(gradients.x!.slice()), float32(logits.slice())])
      await session.close()
    }
    for (const [i, tensor] of results[0]!.entries())
      expect(relativeError(results[1]![i]!, tensor)).toBeLessThan(1e-5)
  })

  it('writes into the buffers it was given, and refuses ones that do not fit', async () => {
    const session = await openSession(net, { provider: 'wasm' })
    const into = { z: float32(new Float32Array(20), [4, 5]) }
    const { z } = await session.run({ x }, { into })
    expect(z).toBe(into.z)
    expect(Array.from(into.z.data as Float32Array).some((value) => value !== 0)).toBe(true)
    const small = { z: float32(new Float32Array(5), [1, 5]) }
    await expect(session.run({ x }, { into: small })).rejects.toMatchObject({ code: 'feed-shape' })
    await session.close()
  })
})
