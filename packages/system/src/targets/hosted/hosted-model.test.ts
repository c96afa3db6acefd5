import { MessageChannel } from 'node:worker_threads'
import { FailmodeError, type ModelByAccess, type Tensor } from '@failmode/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SystemConfig } from '../../config/config-schema.ts'
import type { FunctionGradient, ModelFunctions } from '../../config/own-model-schema.ts'
import { errorOf, rejectionOf } from '../../testing/arrays.ts'
import type { ModelInput } from '../model-descriptor.ts'
import { inputMap } from '../model-input.ts'
import type { OpenModel } from '../opened-model.ts'
import { functionDigest } from './function-model.ts'
import { hostModel } from './host-model.ts'
import { connectHosted, type ModelHost, serveHosted } from './model-port.ts'
import { flatRows } from './raw-model.ts'

const { signal } = new AbortController()
type OwnModel = Extract<NonNullable<SystemConfig['model']>, { predict: unknown }>

async function host(model: OwnModel, rest: Partial<SystemConfig> = {}) {
  const config: SystemConfig = { name: 'own', task: 'image-classification', model, ...rest }
  const hosted = await hostModel(config, { folder: '.', signal })
  if (hosted === null) throw new Error('not hosted')
  return hosted
}

/** Two scores, the sum of a sample and its opposite. */
const sums = ({ data, dims }: Tensor): number[][] => {
  const size = data.length / (dims[0] as number)
  return Array.from({ length: dims[0] as number }, (_, i) => {
    const sum = data.subarray(i * size, (i + 1) * size).reduce((a, b) => a + b, 0)
    return [sum, -sum]
  })
}
const flat: Pick<OwnModel, 'input' | 'output'> = { input: { layout: 'flat', shape: [3] }, output: 'logits' }
const x: Tensor = { data: Float32Array.of(0.5, 0.25, 0.25, 0, 0, 0.5), dims: [2, 3] }

describe('a function as a model', () => {
  it('is known from what the configuration says and what it answers', async () => {
    const { descriptor } = await host({ predict: sums, ...flat })
    expect(descriptor.facts).toMatchObject({
      kind: 'function',
      access: ['label', 'score'],
      missingAccess: { gradient: expect.stringContaining('"gradient"') },
      sampleShape: [3],
      classes: 2,
      labels: ['0', '1'],
      output: 'logits',
    })
  })

  it('sees what the input block says that it takes', async () => {
    const seen: Tensor[] = []
    const predict = (batch: Tensor) => {
      seen.push(batch)
      return sums(batch)
    }
    const input: OwnModel['input'] = {
      layout: 'NHWC',
      shape: [1, 2, 3],
      range: [0, 255],
      mean: [1, 2, 3],
      std: [1, 2, 4],
      channels: 'BGR',
    }
    const hosted = await host({ predict, input, output: 'logits' })
    expect(hosted.descriptor.facts.sampleShape).toEqual([3, 1, 2])
    const model = await hosted.host({ signal })
    const sample = Float32Array.of(0, 0.2, 0.4, 0.6, 0.8, 1)
    await model.access('label').labels({ data: sample, dims: [1, 3, 1, 2] })
    // Blue first: (x * 255 - mean) / std of channel 2, 1, 0 at the first place, then at the second.
    const expected = [(204 - 1) / 1, (102 - 2) / 2, (0 - 3) / 4, (255 - 1) / 1, (153 - 2) / 2, (51 - 3) / 4]
    expect(seen.at(-1)?.dims).toEqual([1, 1, 2, 3])
    for (const [i, value] of expected.entries()) expect(seen.at(-1)?.data[i]).toBeCloseTo(value, 3)
  })

  it('sees whole numbers where it takes whole numbers', async () => {
    const seen: number[] = []
    const predict = (batch: Tensor) => {
      seen.splice(0, seen.length, ...batch.data)
      return sums(batch)
    }
    const input = {
      layout: 'flat' as const,
      shape: [3],
      range: [0, 255] as [number, number],
      dtype: 'uint8' as const,
    }
    const model = await (await host({ predict, input, output: 'logits' })).host({ signal })
    await model.access('score').scores({ data: Float32Array.of(0.5, 1.2, -0.1), dims: [1, 3] })
    expect(seen).toEqual([128, 255, 0])
  })

  it('gives classes, scores and gradients, and each only to who may have it', async () => {
    const gradient = (batch: Tensor): FunctionGradient => ({
      loss: sums(batch).map(([sum = 0]) => sum),
      gradient: batch.data.map(() => 1),
      scores: sums(batch),
    })
    const all = await (await host({ predict: sums, gradient, ...flat })).host({ signal })
    expect(await all.access('label').labels(x)).toEqual(Int32Array.of(0, 0))
    expect(await all.access('score').scores(x)).toEqual({
      kind: 'logits',
      data: Float32Array.of(1, -1, 0.5, -0.5),
      classes: 2,
    })
    const classes = { labels: Int32Array.of(0, 1) }
    expect(await all.access('gradient').gradient(x, 'margin', classes)).toEqual({
      loss: Float32Array.of(1, 0.5),
      gradient: new Float32Array(6).fill(1),
      scores: { kind: 'logits', data: Float32Array.of(1, -1, 0.5, -0.5), classes: 2 },
    })
    const labels = await host(
      { predict: (batch) => sums(batch).map(([sum = 0]) => Number(sum > 0.7)), ...flat, output: 'labels' },
      { labels: ['a', 'b'] },
    )
    const model = await labels.host({ signal })
    expect(await model.access('label').labels(x)).toEqual(Int32Array.of(1, 0))
    expect(labels.descriptor.facts.access).toEqual(['label'])
    expect(() => model.access('score')).toThrow(FailmodeError)
    expect(() => model.access('gradient')).toThrow('classes only')
  })

  it('is cut to the batch it takes, and each gradient gets its own classes', async () => {
    const calls: number[] = []
    const asked: number[][] = []
    const model = await (
      await host({
        predict: (batch) => {
          calls.push(batch.dims[0] as number)
          return sums(batch)
        },
        gradient: (batch, _, { labels, targets }) => {
          asked.push([...labels], [...(targets ?? [])])
          return { loss: [...labels], gradient: batch.data, scores: sums(batch) }
        },
        maxBatch: 2,
        ...flat,
      })
    ).host({ signal })
    calls.length = 0
    asked.length = 0
    const five: Tensor = { data: Float32Array.from({ length: 15 }, (_, i) => i / 15), dims: [5, 3] }
    const { data } = await model.access('score').scores(five)
    expect(calls).toEqual([2, 2, 1])
    for (let i = 0; i < 5; i++) expect(data[2 * i]).toBeCloseTo((9 * i + 3) / 15, 5)
    const classes = { labels: Int32Array.of(0, 1, 0, 1, 1), targets: Int32Array.of(1, 0, 1, 0, 0) }
    const { loss, gradient } = await model.access('gradient').gradient(five, 'class-difference', classes)
    expect(asked).toEqual([[0, 1], [1, 0], [0, 1], [1, 0], [1], [0]])
    expect([...loss]).toEqual([0, 1, 0, 1, 1])
    expect(gradient).toEqual(five.data)
  })

  it('with one number a sample is a score of the second of two classes', async () => {
    const predict = (batch: Tensor) => sums(batch).map(([sum = 0]) => sum / 2)
    const probability = await (await host({ predict, ...flat, output: 'probabilities' })).host({ signal })
    expect(await probability.access('score').scores(x)).toEqual({
      kind: 'probabilities',
      data: Float32Array.of(0.5, 0.5, 0.75, 0.25),
      classes: 2,
    })
    expect(await probability.access('label').labels(x)).toEqual(Int32Array.of(0, 0))
    const logit = await (await host({ predict, ...flat })).host({ signal })
    expect(await logit.access('label').labels(x)).toEqual(Int32Array.of(1, 1))
  })

  it('is called once at a time, and may write its answers into the same array', async () => {
    let inside = 0
    let most = 0
    const answers = new Float32Array(2)
    const predict = async ({ data }: Tensor) => {
      most = Math.max(most, ++inside)
      answers[0] = data[0] as number
      await new Promise((resolve) => setTimeout(resolve, 2))
      answers[1] = data[1] as number
      inside--
      return answers
    }
    const hosted = await host({ predict, maxBatch: 1, ...flat })
    const models = [await hosted.host({ signal }), await hosted.host({ signal })]
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        (models[i % 2] as OpenModel)
          .access('score')
          .scores({ data: Float32Array.of(i, -i, 0), dims: [1, 3] }),
      ),
    )
    expect(most).toBe(1)
    for (const [i, { data }] of results.entries()) expect(data).toEqual(Float32Array.of(i, -i))
  })

  it.each([
    [
      'no shape',
      { predict: sums, output: 'logits' as const },
      'config-invalid',
      '"model.input.shape" is missing',
    ],
    ['no output', { predict: sums, input: flat.input }, 'config-invalid', '"model.output" is missing'],
    [
      'tensors by name',
      { predict: sums, ...flat, output: undefined, outputs: { y: { role: 'prediction' as const } } },
      'config-invalid',
      '"model.outputs" names tensors',
    ],
    [
      'classes without names',
      { predict: sums, input: flat.input, output: 'labels' as const },
      'config-invalid',
      'their names are needed',
    ],
    [
      'classes that are scores',
      { predict: sums, input: flat.input, output: 'labels' as const },
      'model-mismatch',
      'answers with 2 numbers a sample',
      ['a', 'b'],
    ],
    [
      'too many names',
      { predict: sums, ...flat },
      'model-mismatch',
      '"labels" names 3 classes',
      ['a', 'b', 'c'],
    ],
    [
      'scores for probabilities',
      {
        predict: () => [
          [2, -1],
          [2, -1],
        ],
        ...flat,
        output: 'probabilities' as const,
      },
      'model-mismatch',
      'below 0 or above 1',
    ],
    [
      'one answer for a batch',
      { predict: () => [[1, 2]], ...flat },
      'model-failed',
      'gave scores for 1 samples, expected 2',
    ],
    [
      'not a number',
      {
        predict: () => [
          [1, Number.NaN],
          [1, 2],
        ],
        ...flat,
      },
      'model-failed',
      'NaN',
    ],
    ['nothing', { predict: () => undefined as never, ...flat }, 'model-failed', 'gave undefined as scores'],
    [
      'an error',
      { predict: () => Promise.reject(new Error('no weights')), ...flat },
      'model-failed',
      '"model.predict" failed: no weights',
    ],
    [
      'a gradient of another size',
      {
        predict: sums,
        gradient: (batch: Tensor) => ({ loss: [0, 0], gradient: [1, 1], scores: sums(batch) }),
        ...flat,
      },
      'model-failed',
      'gave 2 derivatives for 2 samples, expected 6',
    ],
    [
      'a gradient without a loss',
      {
        predict: sums,
        gradient: (batch: Tensor) => ({ gradient: batch.data, scores: sums(batch) }) as never,
        ...flat,
      },
      'model-failed',
      'gave undefined as losses',
    ],
    [
      'a gradient that fails',
      {
        predict: sums,
        gradient: () => {
          throw new Error('no graph')
        },
        ...flat,
      },
      'model-failed',
      '"model.gradient" failed: no graph',
    ],
  ] as const)('with %s is refused before anything is measured', async (_, model, code, words, labels?) => {
    const error = await rejectionOf(
      host(model as unknown as OwnModel, labels === undefined ? {} : { labels: [...labels] }),
    )
    expect(error.code).toBe(code)
    expect(error.message).toContain(words)
  })

  it('has a digest of its text and its version', () => {
    const one: ModelFunctions = { predict: sums }
    expect(functionDigest({ predict: sums })).toBe(functionDigest(one))
    expect(functionDigest({ predict: sums, version: '2' })).not.toBe(functionDigest(one))
    expect(functionDigest({ predict: (batch) => sums(batch) })).not.toBe(functionDigest(one))
  })

  it('of another kind is left to others', async () => {
    const config: SystemConfig = { name: 'a', task: 'image-classification', model: { onnx: 'm.onnx' } }
    expect(await hostModel(config, { folder: '.', signal })).toBeNull()
  })
})

describe('numbers of a stranger', () => {
  it('may lie in a row or in rows, of any numeric type', () => {
    const flat = Float32Array.of(1, 2, 3, 4)
    for (const value of [
      [1, 2, 3, 4],
      [
        [1, 2],
        [3, 4],
      ],
      flat,
      Float64Array.from(flat),
      BigInt64Array.of(1n, 2n, 3n, 4n),
      [Float32Array.of(1, 2), Int32Array.of(3, 4)],
    ]) {
      expect(flatRows(value, 2, 'scores')).toEqual(flat)
    }
    expect(flatRows(flat, 2, 'scores')).not.toBe(flat)
  })

  it.each([
    [[1, 2, 3], '3 scores for 2 samples'],
    [[], '0 scores for 2 samples'],
    [[[1], [2], [3]], 'scores for 3 samples, expected 2'],
    [[[], []], 'expected at least 1'],
    [[[1], 2], 'gave 2 scores for sample 1'],
    [[1, null], 'gave null among its scores'],
    [[1, undefined], 'gave undefined among its scores'],
    [{ length: 2 }, 'gave an object as scores'],
    ['12', 'gave "12" as scores'],
  ])('are refused as %j', (value, words) => {
    const { code, message } = errorOf(() => flatRows(value, 2, 'scores'))
    expect(code).toBe('model-failed')
    expect(message).toContain(words)
  })
})

describe('derivatives by the model input', () => {
  it('are pulled back by the transpose of the map', () => {
    const blocks = fc.record({
      layout: fc.constantFrom('NCHW' as const, 'NHWC' as const),
      reverseChannels: fc.boolean(),
      low: fc.integer({ min: -2, max: 0 }),
      high: fc.integer({ min: 1, max: 255 }),
      std: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 3 }),
      mean: fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 3, maxLength: 3 }),
      values: fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 48, maxLength: 48 }),
    })
    fc.assert(
      fc.property(blocks, ({ layout, reverseChannels, low, high, std, mean, values }) => {
        const input: ModelInput = {
          name: '',
          dtype: 'float32',
          layout,
          dims: [],
          range: [low, high],
          mean,
          std,
          reverseChannels,
        }
        const map = inputMap(input, [3, 2, 2])
        const v = Float32Array.from(values.slice(0, 24), (value) => value / 20)
        const g = Float32Array.from(values.slice(24))
        const [at, zero] = [new Float64Array(24), new Float64Array(24)]
        map.write(v, at, 2)
        map.write(new Float32Array(24), zero, 2)
        const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
          Array.from(a).reduce((sum, value, i) => sum + value * (b[i] as number), 0)
        // The linear part A of the map has <A v, g> = <v, A' g> for its transpose A' and no other.
        const forward = dot(
          at.map((value, i) => value - (zero[i] as number)),
          g,
        )
        const scale = at.reduce(
          (sum, value, i) => sum + Math.abs((value - (zero[i] as number)) * (g[i] as number)),
          1,
        )
        expect(Math.abs(forward - dot(v, map.pullBack(g, 2)))).toBeLessThan(1e-5 * scale)
      }),
      { numRuns: 200 },
    )
  })
})

describe('a model over a port', () => {
  const descriptorOf = async () =>
    (
      await host({
        predict: sums,
        gradient: (b) => ({ loss: [0, 0], gradient: b.data, scores: sums(b) }),
        ...flat,
      })
    ).descriptor

  async function connected(hostOf: ModelHost) {
    let close: (() => Promise<void>) | undefined
    const model = connectHosted(await descriptorOf(), ({ modelPort }) => {
      close = serveHosted(modelPort, hostOf)
    })
    return { model, close: () => close?.() }
  }

  it('answers as the model itself, of rows of a large array too', async () => {
    const hosted = await host({
      predict: sums,
      gradient: (b) => ({ loss: [0, 0], gradient: b.data, scores: sums(b) }),
      ...flat,
    })
    const { model, close } = await connected(hosted.host)
    const own = await hosted.host({ signal })
    const large = new Float32Array(3000)
    large.set(x.data, 1500)
    const view: Tensor = { data: large.subarray(1500, 1506), dims: [2, 3] }
    for (const input of [x, view]) {
      expect(await model.access('label').labels(input)).toEqual(await own.access('label').labels(x))
      expect(await model.access('score').scores(input)).toEqual(await own.access('score').scores(x))
      const classes = { labels: Int32Array.of(0, 1), targets: Int32Array.of(1, 0) }
      expect(await model.access('gradient').gradient(input, 'dlr', classes)).toEqual(
        await own.access('gradient').gradient(x, 'dlr', classes),
      )
    }
    // What was asked about is still the asker's.
    expect(x.data.length).toBe(6)
    await close()
    await model.close()
  })

  it('gives errors with their code and hint, and says what it does not offer', async () => {
    const failing =
      (code: 'model-failed' | 'target-unreachable'): ModelHost =>
      async () => {
        throw new FailmodeError(code, { message: 'away.', hint: 'Wait.' })
      }
    const { model, close } = await connected(failing('target-unreachable'))
    const error = await rejectionOf(model.access('label').labels(x))
    expect(error).toMatchObject({ code: 'target-unreachable', message: 'away.', hint: 'Wait.' })
    await close()
    await model.close()
    const { port1, port2 } = new MessageChannel()
    const labelsOnly = (await host({ predict: sums, ...flat })).descriptor
    const other = connectHosted(labelsOnly, () => {})
    expect(() => other.access('gradient' satisfies keyof ModelByAccess)).toThrow('no gradient access')
    await other.close()
    port1.close()
    port2.close()
  })

  it('opens the model once, when it is asked, and closes it', async () => {
    const events: string[] = []
    const { model, close } = await connected(async () => {
      events.push('open')
      const hosted = await host({ predict: sums, ...flat })
      const own = await hosted.host({ signal })
      return {
        access: own.access,
        close: async () => {
          events.push('close')
        },
      }
    })
    expect(events).toEqual([])
    await Promise.all([model.access('label').labels(x), model.access('label').labels(x)])
    await close()
    expect(events).toEqual(['open', 'close'])
    await model.close()
  })

  it('that is still being opened is given up on closing', async () => {
    let opening = false
    const { model, close } = await connected(
      (options) =>
        new Promise((_, reject) => {
          opening = true
          options.signal.addEventListener('abort', () =>
            reject(new FailmodeError('interrupted', { message: 'stopped.' })),
          )
        }),
    )
    void model.access('label').labels(x)
    while (!opening) await new Promise((resolve) => setTimeout(resolve, 2))
    await close()
    await model.close()
  })
})
