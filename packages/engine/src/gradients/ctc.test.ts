import { describe, expect, it } from 'vitest'
import { float32, int64, type Tensor } from '../ir/tensor.ts'
import { modelOf, node, randomTensor } from '../testing/models.ts'
import { ctc } from './ctc.ts'
import { openGradients } from './open-gradients.ts'

// z = x + 0, so that the gradient with respect to x is that of the loss itself.
const identity = (dims: readonly number[]) =>
  modelOf({
    inputs: { x: dims },
    constants: { zero: float32([0]) },
    nodes: [node('Add', ['x', 'zero'], ['z'])],
    outputs: ['z'],
  })

interface Case {
  readonly labels: readonly (readonly number[])[]
  readonly labelLengths: readonly number[]
  readonly inputLengths: readonly number[]
}

async function ctcOf(
  x: Tensor,
  { labels, labelLengths, inputLengths }: Case,
  options: { readonly layout?: 'batch-first' | 'time-first'; readonly blank?: number } = {},
) {
  const maxLabels = labels[0]!.length
  const session = await openGradients(identity(x.dims), { loss: ctc({ maxLabels, ...options }) })
  const result = await session.run({
    x,
    labels: int64(labels.flat(), [labels.length, maxLabels]),
    labelLengths: int64(labelLengths),
    inputLengths: int64(inputLengths),
  })
  const kept = { loss: [...result.loss], gradient: [...result.gradients.x!] }
  await session.close()
  return kept
}

/** The sum over all ways to write a class at each time whose collapsed form is the labels. */
function byHand(rows: readonly (readonly number[])[], labels: readonly number[], blank: number): number {
  const shares = rows.map((row) => {
    const total = row.reduce((sum, value) => sum + Math.exp(value), 0)
    return row.map((value) => Math.exp(value) / total)
  })
  const classes = rows[0]!.length
  let sum = 0
  for (let code = 0; code < classes ** rows.length; code++) {
    const path = rows.map((_, t) => Math.floor(code / classes ** t) % classes)
    const collapsed = path.filter((label, t) => label !== blank && label !== path[t - 1])
    if (collapsed.join() === labels.join()) sum += path.reduce((p, label, t) => p * shares[t]![label]!, 1)
  }
  return -Math.log(sum)
}

const rowsOf = (x: Tensor, n: number, length: number): number[][] => {
  const [, time, classes] = x.dims as [number, number, number]
  return Array.from({ length }, (_, t) =>
    Array.from((x.data as Float32Array).subarray((n * time + t) * classes, (n * time + t + 1) * classes)),
  )
}

const cases: Case = {
  labels: [
    [1, 2, 0],
    [2, 2, 0],
    [1, 0, 0],
    [0, 0, 0],
    [2, 1, 2],
  ],
  labelLengths: [2, 2, 1, 0, 3],
  inputLengths: [5, 4, 2, 5, 3],
}

describe('the CTC loss', () => {
  const x = randomTensor(3, [5, 5, 3])

  it('is the sum over all alignments, for repeated, missing and tight labels and different lengths', async () => {
    const { loss } = await ctcOf(x, cases)
    for (const [n, length] of cases.inputLengths.entries()) {
      const labels = cases.labels[n]!.slice(0, cases.labelLengths[n])
      expect(loss[n]).toBeCloseTo(byHand(rowsOf(x, n, length), labels, 0), 4)
    }
  })

  it('takes another class for the blank', async () => {
    const labels = [[0, 1, 0]]
    const one = randomTensor(4, [1, 5, 3])
    const { loss } = await ctcOf(one, { labels, labelLengths: [3], inputLengths: [5] }, { blank: 2 })
    expect(loss[0]).toBeCloseTo(byHand(rowsOf(one, 0, 5), [0, 1, 0], 2), 4)
  })

  it('has the gradient of its slopes, none beyond the length of a sample', async () => {
    const { gradient } = await ctcOf(x, cases)
    const step = 1e-2
    const data = x.data as Float32Array
    for (let i = 0; i < data.length; i += 1) {
      const at = async (sign: number) => {
        const moved = float32(
          data.map((value, j) => (j === i ? value + sign * step : value)),
          x.dims,
        )
        return (await ctcOf(moved, cases)).loss.reduce((a, b) => a + b)
      }
      if (i % 7 === 0)
        expect(Math.abs(((await at(1)) - (await at(-1))) / (2 * step) - gradient[i]!)).toBeLessThan(2e-3)
      const [n, t] = [Math.floor(i / 15), Math.floor(i / 3) % 5]
      if (t >= cases.inputLengths[n]!) expect(gradient[i]).toBe(0)
    }
  })

  it('is nothing, and pulls at nothing, where the labels do not fit', async () => {
    // Two equal labels need a blank between: three steps.
    const one = randomTensor(5, [2, 2, 3])
    const { loss, gradient } = await ctcOf(one, {
      labels: [
        [1, 1],
        [1, 2],
      ],
      labelLengths: [2, 2],
      inputLengths: [2, 2],
    })
    expect(loss[0]).toBe(0)
    expect(gradient.slice(0, 6)).toEqual([0, 0, 0, 0, 0, 0])
    expect(loss[1]).toBeCloseTo(byHand(rowsOf(one, 1, 2), [1, 2], 0), 4)
  })

  // torch.nn.CTCLoss(blank=0, reduction='none', zero_infinity=True) of PyTorch 2.15 on log_softmax of these scores,
  // torch.manual_seed(0), randint(-20, 21, (7, 4, 5)) / 10; gradient of the second sample of the sum of the losses.
  const scores = [
    -1.9, 0.4, -0.3, -1.1, 0.6, 0.9, 0.7, 1.4, -0.8, -1.9, 1.0, -1.5, -0.3, 1.3, -1.0, 1.2, 1.5, 1.7, 0.3,
    -1.9, -0.7, 0.1, -1.5, 0.2, 0.6, 1.3, 1.7, -1.3, 0.6, -1.6, 0.6, -0.7, -0.1, 0.8, -0.6, -1.0, -0.2, 1.2,
    -1.2, 1.8, -2.0, -0.9, -1.9, -1.7, -1.8, 0.3, 1.6, -1.4, 1.0, 0.2, -1.8, 1.2, -0.3, 0.8, 1.6, 1.4, -1.5,
    -1.7, -2.0, -0.7, -0.3, 0.6, -1.9, 1.0, -1.0, 0.3, 1.0, -0.8, 1.8, -1.6, -1.5, -1.0, 2.0, -0.3, -1.8, 1.3,
    0.7, 0.3, 1.2, -1.6, -1.6, 1.3, -0.9, 1.8, -1.6, -2.0, 1.3, 1.4, 1.3, 1.9, 0.4, 1.9, -0.6, -2.0, -1.8,
    0.5, -0.5, 1.2, -1.4, 1.3, -0.9, 2.0, -1.7, 0.7, -1.3, -0.8, -0.6, 0.6, 0.0, -1.5, -1.1, 0.0, -1.4, -1.8,
    0.7, 0.9, 1.5, 0.1, 1.2, -1.4, 0.9, -0.6, 1.3, 1.6, -1.0, 1.7, -0.7, -0.5, 1.0, -0.9, -0.7, 1.1, -1.5,
    -0.3, 1.2, -0.8, -2.0, 0.8, 1.4, 1.5,
  ]
  const theirs = [6.653878, 7.043564, 11.459085, 7.538146]
  const theirGradient = [
    0.164203, 0.220626, -0.450444, 0.049228, 0.016387, -0.572465, 0.478501, -0.082964, 0.159279, 0.017649,
    -0.753167, 0.472204, -0.094633, 0.259151, 0.116444, -0.612113, 0.252417, -0.220817, 0.561765, 0.018748,
    -0.004623, 0.201443, -0.765318, 0.201443, 0.367054, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
  ]

  it('agrees with PyTorch, with time first', async () => {
    const { loss, gradient } = await ctcOf(
      float32(scores, [7, 4, 5]),
      {
        labels: [
          [1, 2, 3],
          [2, 2, 0],
          [4, 0, 0],
          [1, 1, 1],
        ],
        labelLengths: [3, 2, 1, 3],
        inputLengths: [7, 5, 7, 6],
      },
      { layout: 'time-first' },
    )
    for (const [n, value] of theirs.entries()) expect(loss[n]).toBeCloseTo(value, 4)
    const second = gradient.filter((_, i) => Math.floor(i / 5) % 4 === 1)
    for (const [i, value] of theirGradient.entries()) expect(second[i]).toBeCloseTo(value, 4)
  })

  it('has a size of graph that long sequences can be trained with', async () => {
    const long = randomTensor(6, [2, 200, 29])
    const labels = Array.from({ length: 2 }, (_, n) =>
      Array.from({ length: 30 }, (_, i) => 1 + ((i * 7 + n) % 28)),
    )
    const { loss, gradient } = await ctcOf(long, { labels, labelLengths: [30, 12], inputLengths: [200, 150] })
    expect(loss.every((value) => Number.isFinite(value) && value > 100)).toBe(true)
    // Every row of the gradient sums to zero: what one class gains, others lose.
    for (let row = 0; row < 400; row++) {
      const sum = gradient.slice(29 * row, 29 * row + 29).reduce((a, b) => a + b, 0)
      expect(Math.abs(sum)).toBeLessThan(2e-3)
    }
  })

  it('refuses scores of two axes and a blank that is no class', async () => {
    const options = { labels: [[1]], labelLengths: [1], inputLengths: [1] }
    await expect(ctcOf(randomTensor(1, [1, 3]), options)).rejects.toMatchObject({ code: 'graph-invalid' })
    await expect(ctcOf(randomTensor(1, [1, 2, 3]), options, { blank: 3 })).rejects.toMatchObject({
      code: 'graph-invalid',
    })
  })
})
