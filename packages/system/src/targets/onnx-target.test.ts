import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom, FailmodeError, type ModelByAccess, sizeOf, type Tensor } from '@failmode/core'
import {
  type DataType,
  type Dimension,
  describeModel,
  float32,
  type GraphBuilder,
  graphBuilder,
  type Model,
  openSession,
  writeModel,
  zeroFeeds,
} from '@failmode/engine'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeOnnx, type OnnxSpec, toDescriptor } from './describe-onnx.ts'
import type { OnnxDescriptor } from './model-descriptor.ts'
import { modelDigest } from './model-digest.ts'
import { openOnnx } from './onnx-target.ts'
import type { OpenModel } from './opened-model.ts'

let folder: string
const opened: OpenModel[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failmode-target-'))
})
afterAll(async () => {
  for (const model of opened) await model.close()
  await rm(folder, { recursive: true })
})

const classes = 3
/** Weights of an input number k and a class c: small, all different, of both signs. */
const weight = (k: number, c: number) => (((k * 7 + c * 5) % 11) - 5) / 8
const bias = (c: number) => (c - 1) / 4

interface Linear {
  readonly dims: readonly Dimension[]
  readonly dtype?: DataType
  readonly width?: number
  /** What follows the scores; gives the name of the output. */
  readonly head?: (builder: GraphBuilder, scores: string) => string
}

/** `flatten(x) @ weight + bias`, and whatever `head` adds. */
function linear({ dims, dtype = 'float32', width = classes, head = (_, scores) => scores }: Linear): Model {
  const builder = graphBuilder()
  const size = sizeOf(dims.slice(1) as number[])
  let x = builder.input('x', dtype, dims)
  if (dtype !== 'float32') x = builder.node('Cast', [x], { to: 1 })
  const w = Float32Array.from({ length: size * width }, (_, i) => weight(Math.floor(i / width), i % width))
  const b = Float32Array.from({ length: width }, (_, c) => bias(c))
  const flat = builder.node('Flatten', [x], { axis: 1 })
  const product = builder.node('MatMul', [flat, builder.constant(float32(w, [size, width]))])
  const scores = builder.node('Add', [product, builder.constant(float32(b, [width]))])
  builder.output(head(builder, scores), 'y')
  return builder.finish()
}

function withArgMax(builder: GraphBuilder, scores: string): string {
  return builder.node('ArgMax', [scores], { axis: 1, keepdims: 0 })
}

let files = 0
async function save(model: Model): Promise<string> {
  const path = join(folder, `${files++}.onnx`)
  await writeFile(path, writeModel(model))
  return path
}

type Place = (c: number, y: number, x: number) => number
type Affine = (c: number) => readonly [scale: number, offset: number]

type Block = Partial<Pick<OnnxSpec, 'input' | 'output' | 'labels'>>

function specOf(path: string, block: Block): OnnxSpec {
  return { path, name: 'model.onnx', task: 'image-classification', ...block }
}

/** As `describeOnnx`, without the child process, which the tests below of `describeOnnx` itself pay for. */
async function describeHere(model: Model, block: Block = {}): Promise<OnnxDescriptor> {
  const path = await save(model)
  const session = await openSession(model)
  const shapes = async (batch: number) => {
    const feeds = zeroFeeds(model, { batch })
    const outputs = await session.run(feeds)
    const plain = (tensors: typeof feeds) =>
      Object.fromEntries(Object.entries(tensors).map(([name, { dtype, dims }]) => [name, { dtype, dims }]))
    return { inputs: plain(feeds), outputs: plain(outputs) }
  }
  const verified = { ran: true, reason: '', openMs: 0, runMs: 0, batches: true, ...(await shapes(1)) }
  await session.close()
  const digest = await modelDigest(path, model)
  const description = describeModel(model)
  return toDescriptor(specOf(path, block), { model, description, verified, digest }, description.inputs[0]!)
}

async function open<A extends keyof ModelByAccess>(
  descriptor: OnnxDescriptor,
  access: A,
): Promise<ModelByAccess[A]> {
  const model = await openOnnx(descriptor, { threads: 1 })
  opened.push(model)
  return model.access(access)
}

/** Multiples of 1/255, as pictures hold them, so that a model that takes bytes loses nothing. */
function pictures(count: number, sampleShape: readonly number[]): Tensor {
  const random = createRandom('pictures')
  const data = Float32Array.from({ length: count * sizeOf(sampleShape) }, () => random.int(256) / 255)
  return { data, dims: [count, ...sampleShape] }
}

/** The scores by the definition, one number of the input at a time. `place` is where (c, y, x) lies in the input. */
function closedForm(
  x: Tensor,
  options: {
    readonly place?: (c: number, y: number, x: number) => number
    readonly toModel?: (value: number, c: number) => number
    readonly width?: number
  } = {},
): number[][] {
  const [count, channels, height, width] = x.dims as [number, number, number, number]
  const { place = (c, y, i) => (c * height + y) * width + i, toModel = (value) => value } = options
  return Array.from({ length: count }, (_, n) =>
    Array.from({ length: options.width ?? classes }, (_, k) => {
      let sum = bias(k)
      for (let c = 0; c < channels; c++) {
        for (let y = 0; y < height; y++) {
          for (let i = 0; i < width; i++) {
            const value = x.data[((n * channels + c) * height + y) * width + i]!
            sum += weight(place(c, y, i), k) * toModel(value, c)
          }
        }
      }
      return sum
    }),
  )
}

const argmax = (row: readonly number[]) => row.indexOf(Math.max(...row))

async function expectScores(descriptor: OnnxDescriptor, x: Tensor, expected: number[][]): Promise<void> {
  const { data, classes: width } = await (await open(descriptor, 'score')).scores(x)
  const largest = Math.max(...expected.flat().map(Math.abs))
  for (const [n, row] of expected.entries()) {
    for (const [k, value] of row.entries()) {
      expect(Math.abs(data[n * width + k]! - value) / largest, `sample ${n}, class ${k}`).toBeLessThan(2e-6)
    }
  }
  const labels = await (await open(descriptor, 'label')).labels(x)
  expect([...labels]).toEqual(expected.map(argmax))
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => null,
    (cause: unknown) => cause,
  )
  expect(error).toBeInstanceOf(FailmodeError)
  return `${(error as FailmodeError).code}: ${(error as FailmodeError).message}`
}

const shape = [3, 2, 4] as const
const range = [-1, 3] as const
const mean = [0.1, 0.2, 0.4]
const std = [0.5, 2, 0.25]
const toModel = (value: number, c: number) => (value * (range[1] - range[0]) + range[0] - mean[c]!) / std[c]!

describe('the ONNX target', () => {
  it('feeds a plain model what is in unit space', async () => {
    const x = pictures(5, shape)
    await expectScores(await describeHere(linear({ dims: ['n', ...shape] })), x, closedForm(x))
  })

  it('maps unit space by range, mean and std of each channel', async () => {
    const x = pictures(5, shape)
    const descriptor = await describeHere(linear({ dims: ['n', ...shape] }), {
      input: { layout: 'NCHW', range: [...range], mean, std },
    })
    await expectScores(descriptor, x, closedForm(x, { toModel }))
  })

  it('takes one mean and std for all channels', async () => {
    const x = pictures(3, shape)
    const descriptor = await describeHere(linear({ dims: ['n', ...shape] }), {
      input: { mean: [0.3], std: [0.2] },
    })
    await expectScores(descriptor, x, closedForm(x, { toModel: (value) => (value - 0.3) / 0.2 }))
  })

  it('puts the channels last for NHWC, after the map', async () => {
    const x = pictures(5, shape)
    const descriptor = await describeHere(linear({ dims: ['n', 2, 4, 3] }), {
      input: { layout: 'NHWC', range: [...range], mean, std },
    })
    expect(descriptor.facts.sampleShape).toEqual(shape)
    await expectScores(descriptor, x, closedForm(x, { toModel, place: (c, y, i) => (y * 4 + i) * 3 + c }))
  })

  it('guesses NHWC where only the last dimension can be channels', async () => {
    const descriptor = await describeHere(linear({ dims: ['n', 6, 5, 3] }))
    expect(descriptor.input.layout).toBe('NHWC')
    expect(descriptor.facts.sampleShape).toEqual([3, 6, 5])
  })

  it('takes flat rows as C,H,W and still maps by channel', async () => {
    const x = pictures(5, shape)
    const descriptor = await describeHere(linear({ dims: ['n', 24] }), {
      input: { layout: 'flat', shape: [...shape], range: [...range], mean, std },
    })
    expect(descriptor.facts.sampleShape).toEqual(shape)
    await expectScores(descriptor, x, closedForm(x, { toModel }))
  })

  it('turns the colours round for BGR, with mean and std in the order of the model', async () => {
    const x = pictures(4, shape)
    const descriptor = await describeHere(linear({ dims: ['n', ...shape] }), {
      input: { channels: 'BGR', mean, std },
    })
    // Model channel c holds colour 2 - c, so colour c lies at 2 - c and is mapped by the numbers of 2 - c.
    const expected = closedForm(x, {
      place: (c, y, i) => ((2 - c) * 2 + y) * 4 + i,
      toModel: (value, c) => (value - mean[2 - c]!) / std[2 - c]!,
    })
    await expectScores(descriptor, x, expected)
  })

  it.each(['float64', 'float16', 'uint8', 'int32', 'int64'] as const)(
    'feeds a model that takes %s',
    async (dtype) => {
      const x = pictures(6, shape)
      const descriptor = await describeHere(linear({ dims: ['n', ...shape], dtype }), {
        input: { range: [0, 255] },
      })
      expect(descriptor.input.dtype).toBe(dtype)
      // Whole numbers up to 255 are exact in every one of these types.
      await expectScores(descriptor, x, closedForm(x, { toModel: (value) => Math.round(value * 255) }))
    },
  )

  it('rounds to the nearest byte and stays within bytes', async () => {
    const descriptor = await describeHere(linear({ dims: ['n', 1, 1, 2], dtype: 'uint8' }), {
      input: { range: [-20, 275] },
    })
    const data = Float32Array.of(0, 1, 0.5, 0.1)
    const x = { data, dims: [2, 1, 1, 2] }
    const byte = (value: number) => Math.min(255, Math.max(0, Math.round(value * 295 - 20)))
    await expectScores(descriptor, x, closedForm(x, { toModel: byte }))
  })

  it.each([1, 4])('cuts the samples into calls of a fixed batch of %i and pads the last', async (batch) => {
    const descriptor = await describeHere(linear({ dims: [batch, ...shape] }))
    expect(descriptor.batch).toEqual({ fixed: true, size: batch })
    for (const count of [1, 4, 6]) {
      const x = pictures(count, shape)
      await expectScores(descriptor, x, closedForm(x))
    }
  })

  it('cuts many samples into several calls and keeps their order', async () => {
    const descriptor = await describeHere(linear({ dims: ['n', ...shape] }))
    expect(descriptor.batch).toEqual({ fixed: false, size: 256 })
    for (const count of [256, 600]) {
      const x = pictures(count, shape)
      await expectScores(descriptor, x, closedForm(x))
    }
  })

  it('reads probabilities and keeps their name', async () => {
    const x = pictures(4, shape)
    const model = linear({
      dims: ['n', ...shape],
      head: (builder, scores) => builder.node('Softmax', [scores], { axis: 1 }),
    })
    const descriptor = await describeHere(model)
    expect(descriptor.facts.output).toBe('probabilities')
    const expected = closedForm(x).map((row) => {
      const sum = row.reduce((total, value) => total + Math.exp(value), 0)
      return row.map((value) => Math.exp(value) / sum)
    })
    await expectScores(descriptor, x, expected)
    expect((await (await open(descriptor, 'score')).scores(x)).kind).toBe('probabilities')
  })

  it('makes two classes of a single sigmoid', async () => {
    const x = pictures(12, shape)
    const model = linear({
      dims: ['n', ...shape],
      width: 1,
      head: (builder, scores) => builder.node('Sigmoid', [scores]),
    })
    const expected = closedForm(x, { width: 1 }).map(([value]) => {
      const p = 1 / (1 + Math.exp(-value!))
      return [1 - p, p]
    })
    const descriptor = await describeHere(model)
    expect(descriptor.facts).toMatchObject({ classes: 2, labels: ['0', '1'], output: 'probabilities' })
    expect(new Set(expected.map(argmax)).size, 'both classes are among the expected').toBe(2)
    await expectScores(descriptor, x, expected)
  })

  it('makes two classes of a single logit', async () => {
    const x = pictures(12, shape)
    const descriptor = await describeHere(linear({ dims: ['n', ...shape], width: 1 }))
    expect(descriptor.facts.output).toBe('logits')
    await expectScores(
      descriptor,
      x,
      closedForm(x, { width: 1 }).map(([value]) => [0, value!]),
    )
  })

  it('reads a model that answers with classes only, and gives no scores of it', async () => {
    const x = pictures(20, shape)
    const descriptor = await describeHere(linear({ dims: ['n', ...shape], head: withArgMax }), {
      output: 'labels',
      labels: ['a', 'b', 'c'],
    })
    expect(descriptor.facts.access).toEqual(['label'])
    const labels = await (await open(descriptor, 'label')).labels(x)
    expect([...labels]).toEqual(closedForm(x).map(argmax))
    expect(new Set(labels).size).toBeGreaterThan(1)
    expect(await codeOf(open(descriptor, 'score'))).toMatch(/^model-failed: .*no score access.*classes only/)
  })

  it('refuses a class that the configuration does not name', async () => {
    const head: Linear['head'] = (builder, scores) =>
      builder.node('Add', [
        withArgMax(builder, scores),
        builder.constant({ dtype: 'int64', dims: [], data: BigInt64Array.of(2n) }),
      ])
    const descriptor = await describeHere(linear({ dims: ['n', ...shape], head }), {
      output: 'labels',
      labels: ['a', 'b', 'c'],
    })
    const model = await open(descriptor, 'label')
    expect(await codeOf(model.labels(pictures(20, shape)))).toMatch(/^model-failed: .*class \d.*0 to 2/)
  })

  it('shows nothing but classes through label access', async () => {
    const descriptor = await describeHere(linear({ dims: ['n', ...shape] }))
    const model = await open(descriptor, 'label')
    expect(Object.keys(model)).toEqual(['labels'])
    expect(await model.labels(pictures(2, shape))).toBeInstanceOf(Int32Array)
  })

  it('gives what goes into the last layer, one row a sample, averaged over places', async () => {
    const builder = graphBuilder()
    const x = builder.input('x', 'float32', ['n', 2, 3, 4])
    const scale = builder.constant(float32(Float32Array.of(2, -1), [1, 2, 1, 1]))
    const inner = builder.node('Mul', [x, scale])
    const kernel = builder.constant(float32(new Float32Array(classes * 2).fill(1), [classes, 2, 1, 1]))
    const scores = builder.node('Conv', [inner, kernel])
    builder.output(builder.node('Flatten', [builder.node('GlobalAveragePool', [scores])], { axis: 1 }), 'y')
    const described = await describeHere(builder.finish())
    const descriptor = { ...described, facts: { ...described.facts, access: ['weights'] as const } }
    const samples = pictures(3, [2, 3, 4])
    const { data, width } = await (await open(descriptor, 'weights')).embeddings(samples)
    expect(width).toBe(2)
    for (let row = 0; row < 3; row++) {
      for (const [c, factor] of [
        [0, 2],
        [1, -1],
      ] as const) {
        const own = samples.data.subarray((row * 2 + c) * 12, (row * 2 + c + 1) * 12)
        const mean = own.reduce((sum, value) => sum + value, 0) / 12
        expect(data[row * 2 + c]).toBeCloseTo(factor * mean, 5)
      }
    }
  })

  it('gives no gradients of a model that was found to have none', async () => {
    const descriptor = await describeHere(linear({ dims: ['n', ...shape] }))
    expect(await codeOf(open(descriptor, 'gradient'))).toMatch(/^model-failed: .*no gradient access/)
  })

  it.each<[string, readonly Dimension[], OnnxSpec['input'], Place, Affine]>([
    ['as it is', ['n', ...shape], {}, (c, y, i) => (c * 2 + y) * 4 + i, () => [1, 0]],
    [
      'by range, mean and std',
      ['n', ...shape],
      { range: [...range], mean, std },
      (c, y, i) => (c * 2 + y) * 4 + i,
      (c) => [4 / std[c]!, (-1 - mean[c]!) / std[c]!],
    ],
    [
      'with channels last',
      ['n', 2, 4, 3],
      { layout: 'NHWC', mean, std },
      (c, y, i) => (y * 4 + i) * 3 + c,
      (c) => [1 / std[c]!, -mean[c]! / std[c]!],
    ],
    [
      'as flat rows of a fixed batch',
      [4, 24],
      { layout: 'flat', shape: [...shape], std },
      (c, y, i) => (c * 2 + y) * 4 + i,
      (c) => [1 / std[c]!, 0],
    ],
    [
      'with blue first',
      ['n', ...shape],
      { channels: 'BGR', mean, std },
      (c, y, i) => ((2 - c) * 2 + y) * 4 + i,
      (c) => [1 / std[2 - c]!, -mean[2 - c]! / std[2 - c]!],
    ],
  ])(
    'gives the gradient of the cross-entropy in unit space for a model fed %s',
    async (_, dims, input, place, affine) => {
      const described = await describeHere(linear({ dims }), { ...(input === undefined ? {} : { input }) })
      const descriptor = {
        ...described,
        facts: { ...described.facts, access: [...described.facts.access, 'gradient' as const] },
      }
      const model = await open(descriptor, 'gradient')
      for (const count of [1, 7]) {
        const x = pictures(count, shape)
        const labels = Int32Array.from({ length: count }, (_, n) => n % classes)
        const { loss, gradient, scores } = await model.gradient(x, 'cross-entropy', { labels })
        const logits = closedForm(x, {
          place,
          toModel: (value, c) => value * affine(c)[0] + affine(c)[1],
        })
        for (const [n, row] of logits.entries()) {
          const top = Math.max(...row)
          const sum = row.reduce((total, value) => total + Math.exp(value - top), 0)
          const p = row.map((value) => Math.exp(value - top) / sum)
          const label = labels[n]!
          expect([...scores.data.subarray(n * classes, (n + 1) * classes)].map((v) => v - row[0]!)).toEqual(
            row.map((v) => expect.closeTo(v - row[0]!, 3)),
          )
          expect(loss[n]).toBeCloseTo(Math.log(sum) + top - row[label]!, 3)
          for (let c = 0; c < 3; c++) {
            for (let at = 0; at < 8; at++) {
              const k = place(c, Math.floor(at / 4), at % 4)
              const expected =
                affine(c)[0] *
                p.reduce((total, value, j) => total + (value - (j === label ? 1 : 0)) * weight(k, j), 0)
              expect(gradient[(n * 3 + c) * 8 + at], `sample ${n}, channel ${c}, ${at}`).toBeCloseTo(
                expected,
                4,
              )
            }
          }
        }
      }
    },
  )

  // log(x) of a sample that is dark all over: -Infinity, and with the weights of both signs NaN.
  const withLog = (dims: readonly Dimension[]) => {
    const builder = graphBuilder()
    const x = builder.node('Log', [builder.input('x', 'float32', dims)])
    const flat = builder.node('Flatten', [x], { axis: 1 })
    const w = Float32Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? 1 : -1))
    builder.output(builder.node('MatMul', [flat, builder.constant(float32(w, [4, 2]))]), 'y')
    return builder.finish()
  }

  it.each([
    ['an open batch', 'n' as const],
    ['a padded batch', 4],
  ])('refuses scores that are not finite and names the sample, with %s', async (_, batch) => {
    const descriptor = await describeHere(withLog([batch, 1, 2, 2]))
    const x = { data: new Float32Array(6 * 4).fill(0.5), dims: [6, 1, 2, 2] }
    expect((await (await open(descriptor, 'score')).scores(x)).data.every(Number.isFinite)).toBe(true)
    x.data.fill(0, 5 * 4, 6 * 4)
    const gradients = { ...descriptor.facts, access: [...descriptor.facts.access, 'gradient' as const] }
    const labels = new Int32Array(6)
    const score = await open(descriptor, 'score')
    const label = await open(descriptor, 'label')
    const gradient = await open({ ...descriptor, facts: gradients }, 'gradient')
    for (const ask of [
      () => score.scores(x),
      () => label.labels(x),
      () => gradient.gradient(x, 'margin', { labels }),
    ]) {
      expect(await codeOf(ask())).toMatch(/^model-failed: .*(NaN|Infinity) for sample 5 of a batch.*finite/)
    }
  })

  it('refuses samples of another size', async () => {
    const model = await open(await describeHere(linear({ dims: ['n', ...shape] })), 'label')
    expect(await codeOf(model.labels(pictures(2, [3, 2, 5])))).toMatch(
      /^data-mismatch: .*\[3, 2, 5\].*\[3, 2, 4\]/,
    )
  })

  it('refuses a file that was replaced after it was described', async () => {
    const descriptor = await describeHere(linear({ dims: ['n', ...shape] }))
    const other = linear({ dims: ['n', ...shape], head: (builder, y) => builder.node('Neg', [y]) })
    await writeFile(descriptor.path, writeModel(other))
    expect(await codeOf(openOnnx(descriptor, { threads: 1 }))).toMatch(/^run-changed: /)
  })
})

describe('describing an ONNX file', () => {
  it('finds shape, classes and an open batch, also where the configuration repeats the shape', async () => {
    const path = await save(linear({ dims: ['n', ...shape] }))
    const plain = await describeOnnx(specOf(path, {}))
    const said = await describeOnnx(specOf(path, { input: { layout: 'NCHW', shape: [...shape] } }))
    expect(plain.facts).toMatchObject({ sampleShape: shape, classes, output: 'logits', maxBatch: 256 })
    expect(plain.batch).toEqual({ fixed: false, size: 256 })
    expect(said).toEqual(plain)
  })

  it('finds a batch that the inside of the model fixes', async () => {
    const builder = graphBuilder()
    const x = builder.input('x', 'float32', ['n', 1, 2, 2])
    const to = builder.constant({ dtype: 'int64', dims: [2], data: BigInt64Array.of(1n, 4n) })
    builder.output(builder.node('Reshape', [x, to]), 'y')
    const descriptor = await describeOnnx(specOf(await save(builder.finish()), {}))
    expect(descriptor.batch).toEqual({ fixed: true, size: 1 })
    const samples = pictures(3, [1, 2, 2])
    const scores = await (await open(descriptor, 'score')).scores(samples)
    expect([...scores.data]).toEqual([...samples.data])
  })

  const image = ['n', ...shape] as const
  const twoInputs = () => {
    const builder = graphBuilder()
    const sum = builder.node('Add', [
      builder.input('a', 'float32', image),
      builder.input('b', 'float32', image),
    ])
    builder.output(builder.node('Flatten', [sum], { axis: 1 }), 'y')
    return builder.finish()
  }
  const oneRowInAll = () =>
    linear({
      dims: [2, ...shape],
      head: (builder, y) =>
        builder.node(
          'ReduceSum',
          [y, builder.constant({ dtype: 'int64', dims: [1], data: BigInt64Array.of(0n) })],
          { keepdims: 1 },
        ),
    })
  const truths = () => {
    const builder = graphBuilder()
    builder.output(builder.node('Not', [builder.input('x', 'bool', ['n', 3])]), 'y')
    return builder.finish()
  }
  const openSides = () => {
    const builder = graphBuilder()
    const x = builder.input('x', 'float32', ['n', 3, 'h', 'w'])
    const pooled = builder.node('GlobalAveragePool', [x])
    builder.output(builder.node('Flatten', [pooled], { axis: 1 }), 'y')
    return builder.finish()
  }

  it.each<[string, () => Model, Block, RegExp]>([
    [
      'a shape of another size',
      () => linear({ dims: image }),
      { input: { shape: [3, 4, 4] } },
      /shape" is \[3, 4, 4\].*\[3, 2, 4\]/,
    ],
    [
      'a shape of the same size in another order',
      () => linear({ dims: image }),
      { input: { shape: [3, 4, 2] } },
      /shape" is \[3, 4, 2\].*\[3, 2, 4\]/,
    ],
    [
      'a layout that needs three dimensions',
      () => linear({ dims: ['n', 24] }),
      { input: { layout: 'NCHW' } },
      /NCHW.*1 dimension/,
    ],
    [
      'means of another number of channels',
      () => linear({ dims: image }),
      { input: { mean: [0, 0] } },
      /mean" has 2 numbers, expected 3/,
    ],
    [
      'names of another number of classes',
      () => linear({ dims: image }),
      { labels: ['a', 'b'] },
      /names 2 classes.*3/,
    ],
    [
      'classes without names',
      () => linear({ dims: image, head: withArgMax }),
      { output: 'labels' },
      /names are needed/,
    ],
    ['two inputs', twoInputs, {}, /2 inputs \(a, b\)/],
    ['one row for the whole batch', oneRowInAll, {}, /one row per sample/],
    ['an input that takes no numbers', truths, {}, /takes bool/],
    ['a size that nobody gives', openSides, {}, /size of a sample/],
  ])('refuses %s', async (_, model, block, words) => {
    const path = await save(model())
    const said = await codeOf(describeOnnx(specOf(path, block)))
    expect(said).toMatch(/^model-mismatch: model\.onnx/)
    expect(said).toMatch(words)
  })

  it('takes the size from the configuration where the model leaves it open', async () => {
    const path = await save(openSides())
    const descriptor = await describeOnnx(specOf(path, { input: { layout: 'NCHW', shape: [3, 5, 6] } }))
    expect(descriptor.facts).toMatchObject({ sampleShape: [3, 5, 6], classes: 3 })
    // And it takes many samples in a call, as the model does.
    expect(descriptor.batch.fixed).toBe(false)
    const x = pictures(2, [3, 5, 6])
    const { data } = await (await open(descriptor, 'score')).scores(x)
    const means = [0, 1, 2].map((c) => x.data.subarray(30 * c, 30 * (c + 1)).reduce((a, b) => a + b) / 30)
    for (const [c, value] of means.entries()) expect(data[c]).toBeCloseTo(value, 5)
  })
})
