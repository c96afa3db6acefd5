import { describe, expect, it } from 'vitest'
import type { PlainAttribute } from '../../ir/attributes.ts'
import { float32, int64, scalar, type Tensor } from '../../ir/tensor.ts'
import { checkModel, checkVjp } from '../../testing/check-vjp.ts'
import { modelOf, node, randomTensor } from '../../testing/models.ts'

interface Case {
  readonly opType: string
  readonly inputs: readonly (Tensor | '')[]
  readonly attributes?: Readonly<Record<string, PlainAttribute>>
  readonly outputs?: number
  readonly seeded?: readonly number[]
  readonly wrt?: readonly number[]
  readonly opset?: number
}

const x = (...dims: number[]): Tensor => randomTensor(dims.length, dims)
const ints = (...values: number[]): Tensor => int64(values)

const cases: Readonly<Record<string, Case>> = {
  'Reshape with a copied and an open size': { opType: 'Reshape', inputs: [x(2, 3, 4), ints(0, -1)] },
  'Reshape to a scalar': { opType: 'Reshape', inputs: [x(1, 1), int64([], [0])] },
  'Flatten at the second axis': { opType: 'Flatten', inputs: [x(2, 3, 4)] },
  'Flatten at a negative axis': { opType: 'Flatten', inputs: [x(2, 3, 4)], attributes: { axis: -1 } },
  'Squeeze of named axes': { opType: 'Squeeze', inputs: [x(1, 3, 1, 2), ints(0, -2)] },
  'Squeeze of all axes': { opType: 'Squeeze', inputs: [x(1, 3, 1, 2)] },
  Unsqueeze: { opType: 'Unsqueeze', inputs: [x(3, 2), ints(0, -1)] },
  'Transpose with a permutation': {
    opType: 'Transpose',
    inputs: [x(2, 3, 4, 5)],
    attributes: { perm: [2, 0, 3, 1] },
  },
  'Transpose without one': { opType: 'Transpose', inputs: [x(2, 3, 4)] },
  Identity: { opType: 'Identity', inputs: [x(2, 3)] },
  'Dropout outside training': { opType: 'Dropout', inputs: [x(2, 3), scalar('float32', 0.5)], wrt: [0] },
  'Expand with leading axes': { opType: 'Expand', inputs: [x(3, 1), ints(2, 3, 4)] },
  'Expand to smaller sizes': { opType: 'Expand', inputs: [x(3, 4), ints(2, 1, 1)] },
  'Tile of some axes': { opType: 'Tile', inputs: [x(2, 3, 4), ints(3, 1, 2)] },
  'Tile of none': { opType: 'Tile', inputs: [x(2, 3), ints(1, 1)] },
  'Concat of three': {
    opType: 'Concat',
    inputs: [x(2, 3, 4), x(2, 1, 4), x(2, 5, 4)],
    attributes: { axis: -2 },
  },
  'Concat of which one is constant': {
    opType: 'Concat',
    inputs: [x(2, 3), x(2, 2), x(2, 1)],
    attributes: { axis: 1 },
    wrt: [0, 2],
  },
  'Split into named sizes': {
    opType: 'Split',
    inputs: [x(2, 7), ints(3, 1, 3)],
    attributes: { axis: -1 },
    outputs: 3,
  },
  'Split of which one output counts': {
    opType: 'Split',
    inputs: [x(2, 7), ints(3, 1, 3)],
    attributes: { axis: 1 },
    outputs: 3,
    seeded: [1],
  },
  'Split of which two outputs count': {
    opType: 'Split',
    inputs: [x(2, 7), ints(3, 1, 3)],
    attributes: { axis: 1 },
    outputs: 3,
    seeded: [0, 2],
  },
  'Split into equal parts of which the last is smaller': {
    opType: 'Split',
    inputs: [x(7, 2)],
    attributes: { num_outputs: 3 },
    outputs: 3,
  },
  'Split in the form of operator set 13': {
    opType: 'Split',
    inputs: [x(6, 2)],
    outputs: 2,
    opset: 13,
  },
  'Slice with ends past the end': {
    opType: 'Slice',
    inputs: [x(4, 5, 6), ints(1, -3), ints(100, -1), ints(2, 0)],
  },
  'Slice with steps': {
    opType: 'Slice',
    inputs: [x(3, 7, 8), ints(1, 0), ints(7, 8), ints(1, 2), ints(2, 3)],
  },
  'Slice with a step that ends short of the axis': {
    opType: 'Slice',
    inputs: [x(9), ints(0), ints(7), ints(0), ints(3)],
  },
  'Slice with steps backwards': {
    opType: 'Slice',
    inputs: [x(3, 7, 8), ints(-1, 6), ints(-100, 0), ints(1, 2), ints(-1, -2)],
  },
  'Slice backwards by a step': {
    opType: 'Slice',
    inputs: [x(2, 9), ints(7), ints(1), ints(-1), ints(-3)],
  },
  'Slice without axes': { opType: 'Slice', inputs: [x(3, 4), ints(1, 1), ints(3, 3)] },
  'Slice of nothing beside a whole axis': {
    opType: 'Slice',
    inputs: [x(3, 4), ints(0), ints(100), ints(0)],
  },
  'Pad with a value that counts': {
    opType: 'Pad',
    inputs: [x(2, 3), ints(1, 0, 2, 3), scalar('float32', 0.5)],
  },
  'Pad that also cuts': { opType: 'Pad', inputs: [x(4, 5), ints(-1, 2, 1, -2), scalar('float32', 0.5)] },
  'Pad of named axes': { opType: 'Pad', inputs: [x(2, 3, 4), ints(1, 2), '', ints(-1)] },
  'Pad by reflection': {
    opType: 'Pad',
    inputs: [x(2, 1, 9, 8), ints(0, 0, 2, 1, 0, 0, 1, 3)],
    attributes: { mode: 'reflect' },
  },
  'Pad by reflection across the whole axis': {
    opType: 'Pad',
    inputs: [x(2, 4), ints(0, 3, 0, 3)],
    attributes: { mode: 'reflect' },
  },
  'Pad by repeating the edge': {
    opType: 'Pad',
    inputs: [x(2, 5, 6), ints(1, 0, 4, 0, 3, 1)],
    attributes: { mode: 'edge' },
  },
  'Pad by repeating the edge, cutting at the other': {
    opType: 'Pad',
    inputs: [x(6, 7), ints(-2, 3, 3, -1)],
    attributes: { mode: 'edge' },
  },
  'Pad by wrapping': {
    opType: 'Pad',
    inputs: [x(2, 5, 6), ints(0, 2, 1, 0, 3, 4)],
    attributes: { mode: 'wrap' },
    opset: 19,
  },
  'Pad by wrapping named axes': {
    opType: 'Pad',
    inputs: [x(2, 5, 6), ints(2, 3), '', ints(1)],
    attributes: { mode: 'wrap' },
    opset: 19,
  },
  'CenterCropPad by odd amounts': {
    opType: 'CenterCropPad',
    inputs: [x(5, 8, 3), ints(8, 5)],
    attributes: { axes: [0, 1] },
  },
  'CenterCropPad of all axes': { opType: 'CenterCropPad', inputs: [x(4, 7), ints(7, 4)] },
  'DepthToSpace, depth first': {
    opType: 'DepthToSpace',
    inputs: [x(2, 18, 2, 4)],
    attributes: { blocksize: 3 },
  },
  'DepthToSpace, column first': {
    opType: 'DepthToSpace',
    inputs: [x(2, 8, 3, 2)],
    attributes: { blocksize: 2, mode: 'CRD' },
  },
  SpaceToDepth: { opType: 'SpaceToDepth', inputs: [x(2, 3, 4, 6)], attributes: { blocksize: 2 } },
  'Trilu above the diagonal': { opType: 'Trilu', inputs: [x(2, 4, 5), int64([1], [])] },
  'Trilu below it': { opType: 'Trilu', inputs: [x(4, 3)], attributes: { upper: 0 } },
  ReverseSequence: { opType: 'ReverseSequence', inputs: [x(4, 3, 2), ints(2, 4, 1)] },
  'ReverseSequence, batch first': {
    opType: 'ReverseSequence',
    inputs: [x(3, 4), ints(2, 4, 3)],
    attributes: { batch_axis: 0, time_axis: 1 },
  },
  'CastLike to its own type': { opType: 'CastLike', inputs: [x(2, 3), float32([0])], wrt: [0] },
}

describe('rules of operators that move values', () => {
  for (const [name, given] of Object.entries(cases)) {
    it(`gives ${name} the gradient that finite differences give`, async () => {
      // These maps are linear, so the differences are exact but for rounding.
      const { relative } = await checkVjp(given)
      expect(relative).toBeLessThan(1e-4)
    })
  }

  it('takes a gradient through another float type, back in the first one', async () => {
    const model = modelOf({
      inputs: { x: [2, 3] },
      nodes: [
        node('Cast', ['x'], ['wide'], { to: 11 }),
        node('Mul', ['wide', 'wide'], ['squared']),
        node('CastLike', ['squared', 'x'], ['y']),
      ],
      outputs: ['y'],
    })
    expect((await checkModel(model, { x: x(2, 3) })).relative).toBeLessThan(1e-4)
  })

  it('ends a gradient at a cast to whole numbers, and says so', async () => {
    const model = modelOf({
      inputs: { x: [2, 3] },
      nodes: [node('Cast', ['x'], ['whole'], { to: 7 }), node('Cast', ['whole'], ['y'], { to: 1 })],
      outputs: ['y'],
    })
    await expect(checkModel(model, { x: x(2, 3) })).rejects.toMatchObject({
      code: 'gradient-absent',
      message: expect.stringContaining('Cast (it converts from or to whole numbers'),
    })
  })

  it('ends a gradient at a Dropout in training, and says so', async () => {
    const given: Case = {
      opType: 'Dropout',
      inputs: [x(2, 3), scalar('float32', 0.5), scalar('bool', 1)],
      wrt: [0],
    }
    await expect(checkVjp(given)).rejects.toMatchObject({ code: 'gradient-absent' })
  })
})
