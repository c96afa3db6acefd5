import { createRandom, FailmodeError, type SampleSet } from '@failmode/core'
import { describe, expect, test } from 'vitest'
import { errorOf, rejectionOf } from '../testing/arrays.ts'
import type { InputBlock } from './config-schema.ts'
import { type Answers, type InferOptions, inferConfig } from './infer-config.ts'
import { inputCandidates } from './input-candidates.ts'
import { validateConfig } from './validate-config.ts'

const classes = 6

/** Noisy pictures around one pattern a class, and the patterns. */
function pictures(sampleShape: readonly number[], count = 900, noise = 0.4) {
  const random = createRandom(11)
  const size = sampleShape.reduce((a, b) => a * b, 1)
  const clip = (value: number) => Math.min(1, Math.max(0, value))
  // Channels differ in brightness, so that their order matters.
  const plane = size / (sampleShape.length === 3 ? sampleShape[0]! : 1)
  const shade = (j: number) => 0.3 + 0.2 * Math.floor(j / plane)
  const patterns = Array.from({ length: classes }, () =>
    Float32Array.from({ length: size }, (_, j) => clip(shade(j) + 0.15 * random.normal())),
  )
  const labels = Int32Array.from({ length: count }, (_, i) => Math.floor((i * classes) / count))
  const data = new Float32Array(count * size)
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < size; j++)
      data[i * size + j] = clip(patterns[labels[i]!]![j]! + noise * random.normal())
  }
  const samples: SampleSet = {
    digest: '',
    count,
    sampleShape,
    labelled: true,
    labels,
    read(indices) {
      const rows = Array.from(indices, (i) => [...data.subarray(i * size, (i + 1) * size)])
      return { dims: [indices.length, ...sampleShape], data: Float32Array.from(rows.flat()) }
    },
  }
  return { samples, patterns, noise, size }
}

/** One sample as the model gets it: the formula of the documentation, written out for one number at a time. */
function feed(
  x: Float32Array,
  [c, h, w]: readonly [number, number, number],
  input: InputBlock,
): Float32Array {
  const out = new Float32Array(x.length)
  const [low, high] = input.range ?? [0, 1]
  for (let k = 0; k < c; k++) {
    for (let p = 0; p < h * w; p++) {
      const from = input.channels === 'BGR' ? c - 1 - k : k
      const value =
        (x[from * h * w + p]! * (high - low) + low - (input.mean?.[k] ?? 0)) / (input.std?.[k] ?? 1)
      out[input.layout === 'NHWC' ? p * c + k : k * h * w + p] = value
    }
  }
  return out
}

/** A model that was made for `truth`: the Gaussian classifier of the patterns, as seen through that input. */
function planted(shape: readonly [number, number, number], truth: InputBlock, { softmax = false } = {}) {
  const set = pictures(shape)
  const seen = set.patterns.map((pattern) => feed(pattern, shape, truth))
  const unit = feed(new Float32Array(set.size).fill(1), shape, truth)
  const zero = feed(new Float32Array(set.size), shape, truth)
  const asked: number[] = []
  const evaluate = async (input: InputBlock, indices: Int32Array): Promise<Answers> => {
    asked.push(indices.length)
    const { data } = set.samples.read(indices)
    const scores = Array.from(indices).flatMap((_, i) => {
      const x = feed(data.subarray(i * set.size, (i + 1) * set.size), shape, input)
      const logits = seen.map((pattern) =>
        pattern.reduce(
          (sum, value, j) => sum - ((x[j]! - value) / (unit[j]! - zero[j]!) / set.noise) ** 2 / 2,
          0,
        ),
      )
      if (!softmax) return logits
      const top = Math.max(...logits)
      const weights = logits.map((z) => Math.exp(z - top))
      const total = weights.reduce((a, b) => a + b, 0)
      return weights.map((weight) => weight / total)
    })
    return { data: scores, classes }
  }
  const order = truth.layout === 'NHWC' ? [shape[1], shape[2], shape[0]] : shape
  const dims = truth.layout === 'flat' ? ['N', set.size] : ['N', ...order]
  const options: InferOptions = {
    name: 'planted',
    onnx: 'm.onnx',
    model: { input: { dtype: 'float32', dims }, outputScale: 'unknown' },
    data: { test: { npy: { inputs: 'x.npy', labels: 'y.npy' } } },
    samples: set.samples,
    evaluate,
  }
  return { options, asked, set }
}

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }

describe('inferConfig', () => {
  // Statistics that differ little stay hard to tell apart on 900 samples, and the word for it has to say so.
  test.each<[readonly [number, number, number], InputBlock, string]>([
    [[3, 4, 5], { layout: 'NCHW', shape: [3, 4, 5], range: [0, 1] }, 'likely'],
    [[3, 4, 5], { layout: 'NCHW', shape: [3, 4, 5], range: [0, 1], ...imagenet }, 'sure'],
    [[3, 4, 5], { layout: 'NHWC', shape: [4, 5, 3], range: [0, 255] }, 'sure'],
    [[3, 4, 5], { layout: 'NHWC', shape: [4, 5, 3], range: [-1, 1] }, 'unsure'],
    [
      [3, 4, 5],
      {
        layout: 'NCHW',
        shape: [3, 4, 5],
        channels: 'BGR',
        range: [0, 255],
        mean: [103.939, 116.779, 123.68],
        std: [1, 1, 1],
      },
      'sure',
    ],
    [[3, 4, 5], { layout: 'NCHW', shape: [3, 4, 5], channels: 'BGR', range: [0, 1] }, 'likely'],
    [[1, 6, 6], { layout: 'flat', shape: [36], range: [0, 255] }, 'sure'],
    [[1, 6, 6], { layout: 'NCHW', shape: [1, 6, 6], range: [0, 1], mean: [0.1307], std: [0.3081] }, 'sure'],
  ])('finds how a model of %j was made to be fed: %j, and is %s', async (shape, truth, expected) => {
    const { options } = planted(shape, truth)
    const { config, sureness, winner } = await inferConfig(options)
    expect(config.model).toEqual({ onnx: 'm.onnx', input: truth, output: 'logits' })
    expect(winner.correct / winner.n).toBeGreaterThan(0.6)
    expect(sureness).toBe(expected)
    // What it writes is a configuration.
    expect(validateConfig(config, { file: 'x' }).config).toEqual(config)
    expect(config.labels).toEqual(['0', '1', '2', '3', '4', '5'])
  })

  test('measures the statistics of the data where no published ones are near', async () => {
    const { options, set } = planted([1, 6, 6], { layout: 'NCHW', shape: [1, 6, 6], range: [0, 1] })
    const { data } = set.samples.read(Array.from({ length: set.samples.count }, (_, i) => i))
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length
    const own = (await inferConfig(options)).rivals.find((rival) =>
      rival.candidate.name.includes('these data'),
    )
    expect(own!.candidate.input.mean![0]).toBeCloseTo(mean, 3)
  })

  test('tells probabilities from logits by the values', async () => {
    const { options } = planted(
      [3, 4, 5],
      { layout: 'NHWC', shape: [4, 5, 3], range: [0, 255] },
      { softmax: true },
    )
    const { config, explanation } = await inferConfig(options)
    expect(config.model).toMatchObject({ input: { range: [0, 255] }, output: 'probabilities' })
    expect(explanation.join(' ')).toContain('Output: probabilities.')
  })

  test('gives the hopeless candidates no more than the first samples, and the same answer each time', async () => {
    const { options, asked } = planted([3, 4, 5], { layout: 'NCHW', shape: [3, 4, 5], range: [0, 255] })
    const first = await inferConfig(options)
    const full = asked.filter((n) => n === 700).length
    expect(asked.filter((n) => n === 200).length).toBe(first.rivals.length + 1)
    expect(full).toBeLessThan(first.rivals.length / 2)
    expect(await inferConfig(options)).toEqual(first)
  })

  test('leaves out a candidate that the model refuses, and gives its reason when it refuses all', async () => {
    const { options } = planted([3, 4, 5], { layout: 'NCHW', shape: [3, 4, 5], range: [0, 1] })
    const refusal = new FailmodeError('model-failed', { message: 'no such values' })
    const picky = await inferConfig({
      ...options,
      evaluate: (input, indices) =>
        input.channels === 'BGR' ? Promise.reject(refusal) : options.evaluate(input, indices),
    })
    expect(picky.rivals.every((rival) => rival.candidate.input.channels !== 'BGR')).toBe(true)
    expect(await rejectionOf(inferConfig({ ...options, evaluate: () => Promise.reject(refusal) }))).toBe(
      refusal,
    )
    const nan = async (_: InputBlock, indices: Int32Array) => ({
      data: new Float32Array(indices.length * classes).fill(Number.NaN),
      classes,
    })
    expect((await rejectionOf(inferConfig({ ...options, evaluate: nan }))).code).toBe('model-failed')
    const broken = inferConfig({ ...options, evaluate: () => Promise.reject(new TypeError('a bug')) })
    await expect(broken).rejects.toThrow(TypeError)
  })

  test('refuses to write down what is no better than chance', async () => {
    const { options, set } = planted([3, 4, 5], { layout: 'NCHW', shape: [3, 4, 5], range: [0, 1] })
    const labels = Int32Array.from(createRandom(5).shuffle([...set.samples.labels!]))
    const error = await rejectionOf(inferConfig({ ...options, samples: { ...set.samples, labels } }))
    expect(error.code).toBe('inference-failed')
    expect(error.message).toContain('always naming the most frequent class gets')
  })

  test('refuses data without labels, labels beyond the classes, and shapes that do not fit', async () => {
    const { options, set } = planted([3, 4, 5], { layout: 'NCHW', shape: [3, 4, 5], range: [0, 1] })
    const unlabelled = { ...set.samples, labels: null, labelled: false }
    expect((await rejectionOf(inferConfig({ ...options, samples: unlabelled }))).code).toBe(
      'inference-failed',
    )
    const beyond = { ...set.samples, labels: set.samples.labels!.map((label) => label + 1) }
    expect((await rejectionOf(inferConfig({ ...options, samples: beyond }))).code).toBe('labels-invalid')
    const model = { ...options.model, input: { dtype: 'float32', dims: [1, 3, 224, 224] } }
    const error = await rejectionOf(inferConfig({ ...options, model }))
    expect(error.message).toContain('the model takes [1, 3, 224, 224] and the data have samples of [3, 4, 5]')
    expect((await rejectionOf(inferConfig({ ...options, labels: ['a', 'b'] }))).message).toContain(
      'the data have 2 classes',
    )
  })

  test('stops when it is told to', async () => {
    const { options } = planted([3, 4, 5], { layout: 'NCHW', shape: [3, 4, 5], range: [0, 1] })
    await expect(inferConfig({ ...options, signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    )
  })
})

describe('inputCandidates', () => {
  const statistics = { mean: [0.5], std: [0.2] }
  const layouts = (dims: readonly (number | string | null)[], sampleShape: readonly number[]) => {
    const found = inputCandidates({ dtype: 'float32', dims }, { sampleShape, ...statistics })
    return [...new Set(found.map(({ input }) => `${input.layout} ${input.shape!.join('x')}`))]
  }

  test('offers the layouts that the dimensions allow', () => {
    expect(layouts([1, 1, 28, 28], [1, 28, 28])).toEqual(['NCHW 1x28x28'])
    expect(layouts(['N', 28, 28, 1], [1, 28, 28])).toEqual(['NHWC 28x28x1'])
    expect(layouts([null, null, null, null], [3, 8, 9])).toEqual(['NCHW 3x8x9', 'NHWC 8x9x3'])
    expect(layouts(['N', 784], [1, 28, 28])).toEqual(['flat 784'])
    expect(layouts(['N', 28, 28], [1, 28, 28])).toEqual(['flat 28x28'])
    expect(layouts(['N', 30], [30])).toEqual(['flat 30'])
    expect(errorOf(() => layouts(['N', 3, 8, 8], [1, 8, 8])).code).toBe('inference-failed')
  })

  test('offers only the bytes as they are to a model that takes integers', () => {
    const found = inputCandidates(
      { dtype: 'uint8', dims: [1, 8, 8, 1] },
      { sampleShape: [1, 8, 8], ...statistics },
    )
    expect(found.map(({ input }) => input)).toEqual([{ layout: 'NHWC', shape: [8, 8, 1], range: [0, 255] }])
  })

  test('leaves the statistics of the data out when they are those of a published set', () => {
    const names = (mean: number) =>
      inputCandidates(
        { dtype: 'float32', dims: [1, 1, 8, 8] },
        { sampleShape: [1, 8, 8], mean: [mean], std: [0.31] },
      ).map(({ name }) => name)
    expect(names(0.1335).some((name) => name.includes('these data'))).toBe(false)
    expect(names(0.3).some((name) => name.includes('these data'))).toBe(true)
  })
})
