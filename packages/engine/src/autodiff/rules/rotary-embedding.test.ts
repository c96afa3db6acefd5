import { describe, expect, it } from 'vitest'
import type { PlainAttribute } from '../../ir/attributes.ts'
import { float32, int64, type Tensor } from '../../ir/tensor.ts'
import { itMeetsGolden } from '../../testing/check-golden.ts'
import { checkVjp } from '../../testing/check-vjp.ts'
import { randomTensor } from '../../testing/models.ts'
import { rotaryEmbeddingRules } from './rotary-embedding.ts'

/** Cosines and sines of random angles. */
function turns(dims: readonly number[]): readonly [Tensor, Tensor] {
  const angles = Array.from(randomTensor(7, dims).data as Float32Array, (x) => 3 * x)
  return [float32(angles.map(Math.cos), dims), float32(angles.map(Math.sin), dims)]
}

const forms: Readonly<
  Record<string, readonly [readonly Tensor[], Readonly<Record<string, PlainAttribute>>]>
> = {
  'heads apart, by position': [
    [randomTensor(1, [2, 3, 3, 6]), ...turns([8, 3]), int64([0, 5, 2, 7, 1, 4], [2, 3])],
    {},
  ],
  'heads together, angles for each place': [
    [randomTensor(2, [2, 3, 8]), ...turns([2, 3, 2])],
    { num_heads: 2 },
  ],
  'a part of the features': [
    [randomTensor(3, [1, 2, 3, 8]), ...turns([1, 3, 2])],
    { rotary_embedding_dim: 4 },
  ],
}

describe('the rule of RotaryEmbedding', () => {
  for (const [name, [inputs, attributes]] of Object.entries(forms)) {
    for (const interleaved of [0, 1]) {
      it(`gives ${name}, interleaved ${interleaved}, the gradient that finite differences give`, async () => {
        const { relative } = await checkVjp({
          opType: 'RotaryEmbedding',
          inputs,
          attributes: { ...attributes, interleaved },
          wrt: [0],
          opset: 23,
        })
        expect(relative).toBeLessThan(1e-4)
      })
    }
  }

  it('is not given for the angles', async () => {
    const [inputs] = forms['heads apart, by position']!
    const given = { opType: 'RotaryEmbedding', inputs, wrt: [0, 1, 2], opset: 23 }
    await expect(checkVjp(given)).rejects.toMatchObject({ code: 'operator-unsupported' })
  })

  itMeetsGolden('rotary', rotaryEmbeddingRules)
})
