import { describe, expect, it } from 'vitest'
import { crossEntropy } from '../../gradients/losses.ts'
import { openGradients } from '../../gradients/open-gradients.ts'
import type { Node } from '../../ir/graph.ts'
import { type DataType, dataTypeCode, float32, int64, scalar, type Tensor } from '../../ir/tensor.ts'
import { modelOf, node, randomTensor } from '../../testing/models.ts'
import type { GradientNote } from '../differentiate.ts'

const dims = [3, 6]
const labels = int64([0, 2, 1])
const x = float32(
  Array.from(randomTensor(1, dims).data as Float32Array, (value) => 3 * value),
  dims,
)

/** A small net behind nodes that turn `x` into `z`. */
function netBehind(front: readonly Node[], constants: Readonly<Record<string, Tensor>> = {}) {
  return modelOf({
    inputs: { x: dims },
    constants: {
      ...constants,
      w: randomTensor(2, [6, 8]),
      b: randomTensor(3, [8]),
      v: randomTensor(4, [8, 4]),
    },
    nodes: [
      ...front,
      node('Gemm', ['z', 'w', 'b'], ['hidden']),
      node('Tanh', ['hidden'], ['bent']),
      node('MatMul', ['bent', 'v'], ['logits']),
    ],
    outputs: ['logits'],
  })
}

const plain = netBehind([node('Identity', ['x'], ['z'])])

async function gradientOf(
  model: ReturnType<typeof netBehind>,
  at: Tensor,
  straightThrough?: boolean,
): Promise<{ readonly gradient: readonly number[]; readonly notes: readonly GradientNote[] }> {
  const options = { loss: crossEntropy(), batch: 3, wrt: ['x'] }
  const session = await openGradients(model, {
    ...options,
    ...(straightThrough === undefined ? {} : { straightThrough }),
  })
  try {
    const { gradients } = await session.run({ x: at, labels })
    return { gradient: Array.from(gradients.x!), notes: session.notes }
  } finally {
    await session.close()
  }
}

function casts(...types: readonly DataType[]): readonly Node[] {
  return types.map((type, i) =>
    node('Cast', [i === 0 ? 'x' : `cast${i}`], [i === types.length - 1 ? 'z' : `cast${i + 1}`], {
      to: dataTypeCode(type),
    }),
  )
}

interface Front {
  readonly nodes: readonly Node[]
  /** What the front does to a number. */
  readonly value: (x: number) => number
  /** The operator that is named without the option, and where it is estimated with it. */
  readonly operator: string
}

const roundHalfEven = (value: number): number => {
  const down = Math.floor(value)
  const half = value - down
  return half === 0.5 ? down + (down % 2 === 0 ? 0 : 1) : Math.round(value)
}

const fronts: Readonly<Record<string, Front>> = {
  Round: { nodes: [node('Round', ['x'], ['z'])], value: roundHalfEven, operator: 'Round' },
  Floor: { nodes: [node('Floor', ['x'], ['z'])], value: Math.floor, operator: 'Floor' },
  Ceil: { nodes: [node('Ceil', ['x'], ['z'])], value: Math.ceil, operator: 'Ceil' },
  'Cast to int32 and back': { nodes: casts('int32', 'float32'), value: Math.trunc, operator: 'Cast' },
  'Cast to int64, to int8 and back': {
    nodes: casts('int64', 'int8', 'float32'),
    value: Math.trunc,
    operator: 'Cast',
  },
  'Cast to float64, to int16 and back': {
    nodes: casts('float64', 'int16', 'float64', 'float32'),
    value: Math.trunc,
    operator: 'Cast',
  },
}

describe('rounding in front of a net', () => {
  for (const [name, { nodes, value, operator }] of Object.entries(fronts)) {
    it(`by ${name} ends the gradient, and the error names ${operator} and the way out`, async () => {
      await expect(gradientOf(netBehind(nodes), x)).rejects.toMatchObject({
        code: 'gradient-absent',
        message: expect.stringContaining(`it ends at ${operator} (`),
        hint: expect.stringContaining('straightThrough'),
      })
    })

    it(`by ${name} is gone through on request: the gradient is the net's own at the rounded input`, async () => {
      const rounded = float32(Array.from(x.data as Float32Array, value), dims)
      const { gradient, notes } = await gradientOf(netBehind(nodes), x, true)
      const { gradient: want, notes: none } = await gradientOf(plain, rounded)
      gradient.forEach((entry, i) => {
        expect(entry).toBeCloseTo(want[i]!, 6)
      })
      expect(gradient.some((entry) => Math.abs(entry) > 0.01)).toBe(true)
      expect(none).toEqual([])
      expect(notes).toHaveLength(1)
      expect(notes[0]).toMatchObject({ operator, kind: 'straight-through' })
    })
  }

  it('leaves the gradient of a net without rounding as it is', async () => {
    expect(await gradientOf(plain, x, true)).toEqual(await gradientOf(plain, x))
  })

  it('lets a Sign through between -1 and 1 only', async () => {
    const { gradient, notes } = await gradientOf(netBehind([node('Sign', ['x'], ['z'])]), x, true)
    const at = Array.from(x.data as Float32Array)
    const { gradient: own } = await gradientOf(plain, float32(at.map(Math.sign), dims))
    at.forEach((value, i) => {
      expect(gradient[i]).toBeCloseTo(Math.abs(value) <= 1 ? own[i]! : 0, 6)
    })
    expect(at.some((value) => Math.abs(value) > 1) && at.some((value) => Math.abs(value) < 1)).toBe(true)
    expect(notes).toMatchObject([{ operator: 'Sign', kind: 'straight-through' }])
  })

  it('leaves what saturates without gradient', async () => {
    const front = [
      node('Clip', ['x', 'low', 'high'], ['clipped']),
      node('Mul', ['clipped', 'levels'], ['scaled']),
      node('Round', ['scaled'], ['whole']),
      node('Div', ['whole', 'levels'], ['z']),
    ]
    const constants = {
      low: scalar('float32', 0),
      high: scalar('float32', 1),
      levels: scalar('float32', 15),
    }
    const { gradient } = await gradientOf(netBehind(front, constants), x, true)
    ;(x.data as Float32Array).forEach((value, i) => {
      if (value < 0 || value > 1) expect(gradient[i]).toBeCloseTo(0, 12)
      else expect(gradient[i]).not.toBe(0)
    })
  })

  it('is named also where the gradient finds a way around it', async () => {
    const front = [node('Round', ['x'], ['whole']), node('Add', ['x', 'whole'], ['z'])]
    const { notes } = await gradientOf(netBehind(front), x)
    expect(notes).toMatchObject([{ operator: 'Round', output: 'whole', kind: 'blocked' }])
  })
})

describe('what is no rounding', () => {
  it('goes on ending the gradient: comparisons, positions, truth values', async () => {
    const zero = { zero: scalar('float32', 0) }
    const floats = { to: dataTypeCode('float32') }
    const comparison = [node('Greater', ['x', 'zero'], ['truth']), node('Cast', ['truth'], ['z'], floats)]
    await expect(gradientOf(netBehind(comparison, zero), x, true)).rejects.toMatchObject({
      code: 'gradient-absent',
      message: expect.stringContaining('Cast'),
    })
    const position = [
      node('ArgMax', ['x'], ['at'], { axis: 1 }),
      node('Cast', ['at'], ['number'], floats),
      node('Expand', ['number', 'size'], ['z']),
    ]
    await expect(gradientOf(netBehind(position, { size: int64(dims) }), x, true)).rejects.toMatchObject({
      code: 'gradient-absent',
      message: expect.stringContaining('ArgMax'),
    })
    const truth = [
      node('Cast', ['x'], ['truth'], { to: dataTypeCode('bool') }),
      node('Cast', ['truth'], ['z'], floats),
    ]
    await expect(gradientOf(netBehind(truth), x, true)).rejects.toMatchObject({ code: 'gradient-absent' })
  })
})
