import { describe, expect, it } from 'vitest'
import type { PlainAttribute } from '../../ir/attributes.ts'
import { float32, int64, type Tensor } from '../../ir/tensor.ts'
import { itMeetsGolden } from '../../testing/check-golden.ts'
import { checkVjp } from '../../testing/check-vjp.ts'
import { randomTensor } from '../../testing/models.ts'
import { lossRules } from './losses.ts'

const weights = float32([0.5, 2, 1.25, 0.75])
const reductions = ['none', 'mean', 'sum']
const targets: Readonly<Record<string, { dims: readonly number[]; at: Tensor; ignore?: number }>> = {
  'a row a sample': { dims: [3, 4], at: int64([1, 3, 0]) },
  'images, one class ignored': {
    dims: [2, 4, 3, 2],
    at: int64([1, 3, 0, 0, 2, 1, 2, 2, 0, 1, 3, 3], [2, 3, 2]),
    ignore: 2,
  },
  'rows, targets of no class ignored': { dims: [3, 4], at: int64([1, -1, 0]), ignore: -1 },
}

async function errorOf(
  opType: string,
  inputs: readonly Tensor[],
  attributes: Readonly<Record<string, PlainAttribute>>,
  seeded?: readonly number[],
): Promise<number> {
  const outputs = opType === 'SoftmaxCrossEntropyLoss' ? 2 : 1
  const given = { opType, inputs, attributes, wrt: [0], outputs }
  return (await checkVjp(seeded === undefined ? given : { ...given, seeded })).relative
}

describe('the rules of losses', () => {
  for (const opType of ['NegativeLogLikelihoodLoss', 'SoftmaxCrossEntropyLoss']) {
    for (const reduction of reductions) {
      for (const [name, { dims, at, ignore }] of Object.entries(targets)) {
        for (const weighted of [false, true]) {
          it(`give ${opType} of ${name}, ${reduction}${weighted ? ', weighted' : ''}, its gradient`, async () => {
            const inputs = [randomTensor(1, dims), at, ...(weighted ? [weights] : [])]
            const attributes = { reduction, ...(ignore === undefined ? {} : { ignore_index: ignore }) }
            expect(await errorOf(opType, inputs, attributes)).toBeLessThan(2e-3)
          })
        }
      }
    }
  }

  it('give SoftmaxCrossEntropyLoss its gradient by either output alone', async () => {
    const inputs = [randomTensor(1, [3, 4]), int64([1, 3, 0])]
    expect(await errorOf('SoftmaxCrossEntropyLoss', inputs, {}, [0])).toBeLessThan(2e-3)
    expect(await errorOf('SoftmaxCrossEntropyLoss', inputs, {}, [1])).toBeLessThan(2e-3)
  })

  itMeetsGolden('losses', lossRules)
})
