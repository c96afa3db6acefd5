import { describe, expect, it } from 'vitest'
import { toNumbers } from '../ir/tensor.ts'
import { loadModel } from '../onnx/load.ts'
import { openSession } from '../runtime/session.ts'
import { fixtures } from '../testing/fixtures.ts'
import { modelOf, node, randomTensor } from '../testing/models.ts'
import { lastLayer, withOnlyOutput } from './last-layer.ts'

describe('the last layer of a model', () => {
  it('is found in what exporters wrote, and its input gives the scores when it is multiplied by hand', async () => {
    let byHand = 0
    for (const fixture of fixtures()) {
      if (fixture.scale !== 'logits') continue
      const model = await loadModel(fixture.path)
      const layer = lastLayer(model, fixture.output)
      if (layer === null) continue
      const user = model.graph.nodes.find(
        ({ opType, inputs }) => inputs[0] === layer.input && (opType === 'Gemm' || opType === 'MatMul'),
      )
      const weights = model.graph.initializers.get(user?.inputs[1] ?? '')
      if (user?.opType !== 'Gemm' || weights?.dtype !== 'float32' || user.outputs[0] !== fixture.output)
        continue
      const session = await openSession(withOnlyOutput(model, layer.input, 'before:last'))
      const embedding = (await session.run(fixture.inputs))['before:last']
      await session.close()
      const x = toNumbers(embedding!)
      const [n, width] = embedding!.dims as [number, number]
      const w = toNumbers(weights)
      const bias = model.graph.initializers.get(user.inputs[2] ?? '')
      const b = bias === undefined ? null : toNumbers(bias)
      const transposed = user.attributes.transB?.value === 1
      const classes = weights.dims[transposed ? 0 : 1] as number
      const expected = toNumbers(fixture.values)
      for (let i = 0; i < n; i++) {
        for (let k = 0; k < classes; k++) {
          let sum = b?.[k] ?? 0
          for (let j = 0; j < width; j++)
            sum += x[i * width + j]! * w[transposed ? k * width + j : j * classes + k]!
          expect(sum, `${fixture.name}, row ${i}, class ${k}`).toBeCloseTo(expected[i * classes + k]!, 3)
        }
      }
      byHand += 1
    }
    expect(byHand).toBeGreaterThan(10)
  }, 60_000)

  it('is not taken from products of two values that both depend on the sample', () => {
    const model = modelOf({
      inputs: { x: ['n', 4] },
      constants: { w: randomTensor(1, [4, 4]) },
      nodes: [
        node('MatMul', ['x', 'w'], ['q']),
        node('Transpose', ['q'], ['k']),
        node('MatMul', ['q', 'k'], ['scores']),
        node('Softmax', ['scores'], ['y']),
      ],
      outputs: ['y'],
    })
    expect(lastLayer(model, 'y')).toEqual({ input: 'x', channels: 'last' })
  })

  it('is null where nothing is multiplied by constants', () => {
    const model = modelOf({ inputs: { x: ['n', 4] }, nodes: [node('Softmax', ['x'], ['y'])], outputs: ['y'] })
    expect(lastLayer(model, 'y')).toBeNull()
  })
})
