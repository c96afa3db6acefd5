import { describe, expect, it } from 'vitest'
import type { PlainAttribute } from '../../ir/attributes.ts'
import { fromNumbers, int64, scalar, type Tensor } from '../../ir/tensor.ts'
import { checkModel, checkVjp } from '../../testing/check-vjp.ts'
import { modelOf, node, randomTensor } from '../../testing/models.ts'

interface Case {
  readonly opType: string
  readonly inputs: readonly (Tensor | '')[]
  readonly attributes?: Readonly<Record<string, PlainAttribute>>
  readonly outputs?: number
  readonly seeded?: readonly number[]
  readonly step?: number
  /** Feed the indices instead of making them constant. */
  readonly fed?: boolean
}

const x = (...dims: number[]): Tensor => randomTensor(dims.length, dims)
const at = (dims: readonly number[], ...values: number[]): Tensor => int64(values, dims)
/** Numbers of both signs with |x| in [0.5, 1.5): away from zero, and in a mixed order. */
const apart = (seed: number, ...dims: number[]): Tensor => {
  const made = randomTensor(seed, dims)
  return { ...made, data: (made.data as Float32Array).map((value) => value + (value < 0 ? -0.5 : 0.5)) }
}
const bools = (...values: number[]): Tensor => fromNumbers('bool', [values.length], values)

const cases: Readonly<Record<string, Case>> = {
  'Gather of rows picked twice': { opType: 'Gather', inputs: [x(4, 3), at([2, 2], 3, 0, 0, -1)] },
  'Gather of one position': {
    opType: 'Gather',
    inputs: [x(2, 4, 3), at([], -2)],
    attributes: { axis: 1 },
  },
  'Gather of neighbours': {
    opType: 'Gather',
    inputs: [x(2, 4, 3), at([1, 3], 1, 2, 3)],
    attributes: { axis: -2 },
  },
  'Gather along the last axis': {
    opType: 'Gather',
    inputs: [x(2, 3, 4), at([5], 2, 2, 0, 3, -4)],
    attributes: { axis: 2 },
  },
  'Gather along a middle axis of long rows': {
    opType: 'Gather',
    inputs: [x(2, 4, 20), at([2, 2], 3, 1, -1, 0)],
    attributes: { axis: 1 },
  },
  'Gather by int32 positions': { opType: 'Gather', inputs: [x(4, 2), fromNumbers('int32', [3], [2, 0, 2])] },
  'Gather by positions that are fed': {
    opType: 'Gather',
    inputs: [x(4, 3), at([3], 3, -4, 3)],
    fed: true,
  },
  'Gather along a middle axis by positions that are fed': {
    opType: 'Gather',
    inputs: [x(2, 4, 3), fromNumbers('int32', [2, 2], [1, -1, 1, 2])],
    attributes: { axis: 1 },
    fed: true,
  },
  GatherElements: {
    opType: 'GatherElements',
    inputs: [x(3, 4), at([2, 4], 0, 1, -1, 2, 0, 1, 0, 1)],
  },
  'GatherElements along the last axis': {
    opType: 'GatherElements',
    inputs: [x(2, 3), at([2, 4], 0, 2, 2, -1, 1, 1, 1, 0)],
    attributes: { axis: -1 },
  },
  'GatherND of rows': { opType: 'GatherND', inputs: [x(3, 4, 2), at([3, 1], 2, 2, -3)] },
  'GatherND of numbers': { opType: 'GatherND', inputs: [x(3, 4), at([2, 2, 2], 0, 1, 2, 3, 0, 1, -1, -1)] },
  'GatherND with a batch axis': {
    opType: 'GatherND',
    inputs: [x(2, 3, 4), at([2, 2, 1], 0, 2, 1, 1)],
    attributes: { batch_dims: 1 },
  },
  'GatherND with two batch axes': {
    opType: 'GatherND',
    inputs: [x(2, 2, 3, 2), at([2, 2, 1], 0, 2, 1, -1)],
    attributes: { batch_dims: 2 },
  },
  ScatterElements: {
    opType: 'ScatterElements',
    inputs: [x(3, 4), at([2, 3], 0, 2, -1, 1, 0, 0), randomTensor(9, [2, 3])],
  },
  'ScatterElements with addition': {
    opType: 'ScatterElements',
    inputs: [x(3, 4), at([3, 3], 0, 0, 1, 3, 3, 3, -1, 0, 2), randomTensor(9, [3, 3])],
    attributes: { axis: 1, reduction: 'add' },
  },
  'ScatterElements with multiplication': {
    opType: 'ScatterElements',
    inputs: [apart(1, 3, 3), at([3, 2], 0, 0, 1, 2, 2, 2), apart(9, 3, 2)],
    attributes: { axis: 1, reduction: 'mul' },
    step: 2e-3,
  },
  'ScatterElements with maximum': {
    opType: 'ScatterElements',
    inputs: [apart(1, 3, 3), at([3, 2], 0, 0, 1, 2, 2, 2), apart(9, 3, 2)],
    attributes: { axis: 1, reduction: 'max' },
    step: 2e-3,
  },
  'ScatterElements with minimum': {
    opType: 'ScatterElements',
    inputs: [apart(1, 3, 3), at([3, 2], 0, 0, 1, 2, 2, 2), apart(9, 3, 2)],
    attributes: { axis: 1, reduction: 'min' },
    step: 2e-3,
  },
  'ScatterND of rows': {
    opType: 'ScatterND',
    inputs: [x(4, 3), at([2, 1], 2, 0), randomTensor(9, [2, 3])],
  },
  'ScatterND of numbers with addition': {
    opType: 'ScatterND',
    inputs: [x(3, 4), at([4, 2], 0, 1, 2, 2, 0, 1, -1, 0), randomTensor(9, [4])],
    attributes: { reduction: 'add' },
  },
  'ScatterND with multiplication': {
    opType: 'ScatterND',
    inputs: [apart(1, 3, 2), at([3, 1], 0, 2, 0), apart(9, 3, 2)],
    attributes: { reduction: 'mul' },
    step: 2e-3,
  },
  'ScatterND with maximum': {
    opType: 'ScatterND',
    inputs: [apart(1, 3, 2), at([3, 1], 0, 2, 0), apart(9, 3, 2)],
    attributes: { reduction: 'max' },
    step: 2e-3,
  },
  'Compress of rows': { opType: 'Compress', inputs: [x(4, 3), bools(1, 0, 0, 1)], attributes: { axis: 0 } },
  'Compress along a middle axis': {
    opType: 'Compress',
    inputs: [x(2, 4, 3), bools(0, 1, 1)],
    attributes: { axis: -2 },
  },
  'Compress of the flattened tensor': { opType: 'Compress', inputs: [x(2, 3), bools(0, 1, 1, 0, 1)] },
  'TopK values': {
    opType: 'TopK',
    inputs: [apart(4, 3, 6), int64([2])],
    outputs: 2,
    seeded: [0],
    step: 1e-3,
  },
  'TopK of the smallest along the first axis': {
    opType: 'TopK',
    inputs: [apart(5, 5, 3), int64([3])],
    attributes: { axis: 0, largest: 0, sorted: 0 },
    outputs: 2,
    seeded: [0],
    step: 1e-3,
  },
}

describe('rules of operators that pick by position', () => {
  for (const [name, given] of Object.entries(cases)) {
    it(`gives ${name} the gradient that finite differences give`, async () => {
      const { opType, inputs, attributes = {} } = given
      const { relative } = given.fed
        ? await checkModel(
            modelOf({
              inputs: Object.fromEntries(inputs.map((input, i) => [`x${i}`, input as Tensor])),
              nodes: [node(opType, ['x0', 'x1'], ['y'], attributes)],
              outputs: ['y'],
            }),
            Object.fromEntries(inputs.map((input, i) => [`x${i}`, input as Tensor])),
          )
        : await checkVjp(given)
      expect(relative).toBeLessThan(1e-3)
    })
  }

  it('follows a Compress whose mask depends on the input', async () => {
    const { relative } = await checkModel(
      modelOf({
        inputs: { x: [6] },
        constants: { zero: scalar('float32', 0), all: int64([0]) },
        nodes: [
          node('Greater', ['x', 'zero'], ['positive']),
          node('Compress', ['x', 'positive'], ['kept'], { axis: 0 }),
          node('Mul', ['kept', 'kept'], ['squared']),
          node('ReduceSum', ['squared', 'all'], ['y']),
        ],
        outputs: ['y'],
      }),
      { x: apart(7, 6) },
      { step: 1e-3 },
    )
    expect(relative).toBeLessThan(2e-3)
  })
})
