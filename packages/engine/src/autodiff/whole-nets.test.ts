// Whole networks by real exporters against the gradients that their own frameworks gave. A gradient is compared by
// direction and by signs, since one activation within rounding of a kink may change single entries at will.
import { describe, expect, it } from 'vitest'
import type { Loss } from '../gradients/loss.ts'
import { crossEntropy, userSeed } from '../gradients/losses.ts'
import { openGradients } from '../gradients/open-gradients.ts'
import { int64, type Tensor } from '../ir/tensor.ts'
import { loadModel } from '../onnx/load.ts'
import { openSession, type Tensors } from '../runtime/session.ts'
import { agreement, crossEntropySeed, type Fixture, fixtures } from '../testing/fixtures.ts'
import { relativeError } from '../testing/models.ts'

interface Limits {
  readonly values: number
  readonly cosine: number
  readonly signs: number
  /** Entries below this part of the largest have no sign that counts. */
  readonly floor: number
}

const usual: Limits = { values: 1e-4, cosine: 0.9999, signs: 0.999, floor: 1e-7 }

const others: Readonly<Record<string, Limits>> = {
  // Where onnxruntime has float16 kernels for the processor, activations are rounded to 11 bits on the way.
  'cnn-fp16.dynamo-18': { values: 5e-3, cosine: 0.9999, signs: 0.99, floor: 1e-3 },
}

const all = fixtures()
const differentiable = all.filter(({ gradient }) => gradient !== undefined)

describe('whole networks', () => {
  it('are there, of every family', () => {
    expect(all.length).toBeGreaterThan(50)
  })

  for (const fixture of differentiable) {
    it(`${fixture.name} gives the values and the gradient of its own framework`, async () => {
      const limits = others[fixture.name] ?? usual
      const values = await forward(fixture)
      expect(relativeError(values, fixture.values)).toBeLessThan(limits.values)
      const seed = crossEntropySeed(values, fixture.labels, fixture.scale)
      const { gradient, notes } = await backward(fixture, userSeed(fixture.output), { seed })
      expectAgreement(gradient, fixture, limits)
      expect(notes.some(({ kind }) => kind === 'straight-through')).toBe(fixture.straightThrough)
    })
  }
})

describe('the cross-entropy of a whole network', () => {
  // A loss on logits, also where a softmax follows them in the file.
  const names = ['keras-dense', 'sklearn-mlp', 'resnet', 'encoder', 'keras-attention']
  for (const fixture of differentiable.filter(({ name }) => names.includes(name.split('.')[0]!))) {
    it(`is that of ${fixture.name}'s own framework, with its gradient`, async () => {
      const { gradient, loss } = await backward(fixture, crossEntropy(), { labels: int64(fixture.labels) })
      expectAgreement(gradient, fixture, usual)
      const want = crossEntropyOf(fixture)
      loss.forEach((value, i) => {
        expect(Math.abs(value - want[i]!)).toBeLessThan(1e-4 * Math.max(1, want[i]!))
      })
    })
  }
})

describe('networks without a gradient', () => {
  for (const fixture of all.filter(({ blockedBy }) => blockedBy !== undefined)) {
    it(`${fixture.name} gives its values, and says which operator prevents the gradient`, async () => {
      const values = await forward(fixture)
      expect(relativeError(values, fixture.values)).toBeLessThan(1e-5)
      const opening = loadModel(fixture.path).then((model) =>
        openGradients(model, { loss: userSeed(fixture.output), dims: dimsOf(fixture.inputs) }),
      )
      await expect(opening).rejects.toMatchObject({
        code: 'gradient-absent',
        message: expect.stringContaining(fixture.blockedBy!),
      })
    })
  }
})

const dimsOf = (inputs: Tensors) =>
  Object.fromEntries(Object.entries(inputs).map(([name, { dims }]) => [name, dims]))

async function forward({ path, inputs, output }: Fixture): Promise<Tensor> {
  const session = await openSession(await loadModel(path))
  try {
    return (await session.run(inputs, { outputs: [output] }))[output]!
  } finally {
    await session.close()
  }
}

async function backward({ path, inputs, output, wrt }: Fixture, loss: Loss, feeds: Tensors) {
  const model = await loadModel(path)
  const session = await openGradients(model, { loss, output, wrt: [wrt!], dims: dimsOf(inputs) })
  try {
    const result = await session.run({ ...inputs, ...feeds })
    return { gradient: result.gradients[wrt!]!, loss: result.loss, notes: session.notes }
  } finally {
    await session.close()
  }
}

function expectAgreement(gradient: Float32Array, fixture: Fixture, limits: Limits): void {
  const { cosine, signs } = agreement(gradient, fixture.gradient!.data as Float32Array, limits.floor)
  expect(cosine).toBeGreaterThanOrEqual(limits.cosine)
  expect(signs).toBeGreaterThanOrEqual(limits.signs)
}

function crossEntropyOf({ values, labels, scale }: Fixture): readonly number[] {
  const classes = values.dims[1]!
  const data = values.data as Float32Array
  return labels.map((label, i) => {
    const row = Array.from(data.subarray(i * classes, (i + 1) * classes))
    if (scale === 'probabilities') return -Math.log(row[label]!)
    const largest = Math.max(...row)
    return largest + Math.log(row.reduce((sum, z) => sum + Math.exp(z - largest), 0)) - row[label]!
  })
}
