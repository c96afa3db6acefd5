import { describe, expect, it } from 'vitest'
import { modelOf, node, randomTensor, runOnce } from '../testing/models.ts'
import { graphBuilder } from './graph-builder.ts'
import { float32, int64, scalar } from './tensor.ts'

describe('the graph builder', () => {
  it('builds a graph that onnxruntime runs', async () => {
    const builder = graphBuilder()
    const x = builder.input('x', 'float32', ['batch', 3])
    const doubled = builder.node('Mul', [x, builder.constant(scalar('float32', 2))])
    const [left, right] = builder.nodes('Split', [doubled, builder.constant(int64([1, 2]))], 2, { axis: 1 })
    builder.output(left!)
    builder.output(right!, 'right')
    const result = await runOnce(builder.finish(), { x: float32([1, 2, 3], [1, 3]) })
    expect(result[left!]!.data).toEqual(Float32Array.of(2))
    expect(result.right!.data).toEqual(Float32Array.of(4, 6))
  })

  it('never hands out a name twice, also not one of the model it starts from', () => {
    const base = modelOf({ inputs: { x: [1] }, nodes: [node('Relu', ['x'], ['Relu'])], outputs: ['Relu'] })
    const builder = graphBuilder(base)
    const names = [
      builder.node('Relu', ['x']),
      builder.node('Relu', ['x']),
      builder.unique('x'),
      builder.unique(''),
    ]
    expect(new Set([...names, 'x', 'Relu']).size).toBe(6)
    expect(() => builder.node('Relu', ['x'], {}, { as: 'x' })).toThrow(/already taken/)
  })

  it('stores equal small constants once and large ones as often as asked', () => {
    const builder = graphBuilder()
    expect(builder.constant(int64([1, 2]))).toBe(builder.constant(int64([1, 2])))
    expect(builder.constant(int64([1, 2]))).not.toBe(builder.constant(int64([1, 2], [2, 1])))
    expect(builder.constant(float32([0]))).not.toBe(builder.constant(float32([-0])))
    const large = randomTensor(1, [100])
    expect(builder.constant(large)).not.toBe(builder.constant(large))
  })

  it('leaves the model it starts from untouched', () => {
    const base = modelOf({ inputs: { x: [1] }, nodes: [node('Relu', ['x'], ['y'])], outputs: ['y'] })
    const builder = graphBuilder(base, { withoutOutputs: true })
    builder.output(builder.node('Neg', ['y']), 'z')
    expect(builder.finish().graph.outputs.map((output) => output.name)).toEqual(['z'])
    expect(base.graph.nodes).toHaveLength(1)
    expect(base.graph.outputs.map((output) => output.name)).toEqual(['y'])
  })
})
