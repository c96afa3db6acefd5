import { describe, expect, it } from 'vitest'
import { normalize, specialize } from '../normalize/normalize.ts'
import { checkGolden, type Emit, goldenCases } from '../testing/check-golden.ts'
import { modelOf, node } from '../testing/models.ts'
import { prepareForGradients } from './prepare-for-gradients.ts'

describe('gradients of recurrent layers that PyTorch gave', () => {
  /** Lengths are int32 in ONNX and int64 in the stored case. */
  const emit: Emit = (builder, inputs, { opType, attributes, outputGradients }) => {
    const given = inputs.map((name, i) => (i === 4 && name ? builder.node('Cast', [name], { to: 6 }) : name))
    return builder.nodes(opType, given, outputGradients.length, attributes)
  }
  for (const golden of goldenCases('recurrent')) {
    it(`are met for ${golden.name}`, async () => {
      expect(await checkGolden(golden, { emit })).toBeLessThan(1e-5)
    })
  }
})

describe('preparing for gradients', () => {
  it('leaves a model without any of its concerns as it is', async () => {
    const model = modelOf({ inputs: { x: [2] }, nodes: [node('Relu', ['x'], ['y'])], outputs: ['y'] })
    const source = await specialize(await normalize(model))
    expect(await prepareForGradients(source)).toBe(source)
  })
})
