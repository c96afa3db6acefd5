import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DataSpec } from '../config/config-schema.ts'
import { errorOf, rejectionOf } from '../testing/arrays.ts'
import { writeIdx } from './idx.ts'
import { writeNpy } from './npy.ts'
import { writeNpz } from './npz.ts'
import { openData, toSampleSet } from './open-data.ts'
import type { DType, NumberArray, RawArray } from './raw-array.ts'
import type { RawSamples } from './read-samples.ts'
import { type StoreOptions, storeSamples } from './stored-samples.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failmode-data-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function put(path: string, bytes: Uint8Array | string): Promise<string> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), bytes)
  return path
}

const array = (dtype: DType, shape: readonly number[], data: NumberArray): RawArray => ({
  dtype,
  shape,
  data,
})
const bytes = (shape: readonly number[], ...values: number[]) =>
  array('uint8', shape, Uint8Array.from(values))
const floats = (shape: readonly number[], ...values: number[]) =>
  array('float32', shape, Float32Array.from(values))
const raw = (inputs: RawArray, labels: RawSamples['labels'] = null): RawSamples => ({
  name: 'x.npy',
  inputs,
  labelsName: 'y.npy',
  labels,
  classNames: null,
  layout: null,
})
const store = (inputs: RawArray, options: StoreOptions = {}) =>
  toSampleSet(storeSamples(raw(inputs), options))
const label = (count: number, labels: NonNullable<RawSamples['labels']>, classes?: readonly string[]) =>
  storeSamples(raw(bytes([count, 1], ...new Array(count).fill(0)), labels), { labels: classes })

describe('samples in unit space', () => {
  test('bytes are divided by 255, stay bytes in memory, and are read as floats', () => {
    const stored = storeSamples(raw(bytes([2, 1, 2], 0, 51, 255, 102)))
    expect(stored.storage).toMatchObject({ kind: 'u8', values: { byteLength: 4 } })
    const set = toSampleSet(stored)
    expect(set.sampleShape).toEqual([1, 1, 2])
    expect(set.read([1, 0, 1])).toEqual({
      dims: [3, 1, 1, 2],
      data: Float32Array.of(1, 102 / 255, 0, 51 / 255, 1, 102 / 255),
    })
    expect(() => set.read([2])).toThrow(RangeError)
    expect(() => set.read([-1])).toThrow(RangeError)
  })

  test('a value range says which numbers are 0 and 1', () => {
    expect([...store(floats([1, 3], -1, 0, 1), { valueRange: [-1, 1] }).read([0]).data]).toEqual([0, 0.5, 1])
    expect([...store(bytes([1, 3], 0, 8, 16), { valueRange: [0, 16] }).read([0]).data]).toEqual([0, 0.5, 1])
    const integers = array('int64', [1, 2], Float64Array.of(0, 255))
    expect([...store(integers, { valueRange: [0, 255] }).read([0]).data]).toEqual([0, 1])
    expect([...store(array('bool', [1, 2], Uint8Array.of(0, 1))).read([0]).data]).toEqual([0, 1])
  })

  test('floats outside unit space are refused with the range that would hold them', () => {
    const error = errorOf(() => store(floats([2, 2], 0.5, 0, 0.25, 254)))
    expect(error.code).toBe('data-mismatch')
    expect(error.message).toBe(
      'x.npy holds 254 at [1, 1], but float32 data are taken to lie in [0, 1]; the data run from 0 to 254.',
    )
    expect(error.hint).toContain('"valueRange": [0, 255]')
    expect(errorOf(() => store(floats([1, 2], -0.9, 0))).hint).toContain('[-1, 1]')
    expect(errorOf(() => store(floats([1, 2], -3.5, 900))).hint).toContain('[-4, 900]')
    expect(errorOf(() => store(floats([1, 1], 2), { valueRange: [-1, 1] })).message).toContain(
      'outside "valueRange" [-1, 1]',
    )
  })

  test('what rounding put outside is taken as the end of the range', () => {
    expect([...store(floats([1, 2], -5e-7, 1 + 5e-7)).read([0]).data]).toEqual([0, 1])
    expect(errorOf(() => store(floats([1, 1], 1 + 3e-6))).code).toBe('data-mismatch')
  })

  test('NaN and infinity are refused and the first of them is named', () => {
    const error = errorOf(() => store(floats([2, 2, 2], 0, 0, 0, 0, 0, Number.NaN, Number.NaN, 0)))
    expect(error.code).toBe('data-invalid')
    expect(error.message).toContain('holds NaN at [1, 0, 1]')
    expect(errorOf(() => store(floats([1, 1], Number.POSITIVE_INFINITY), { valueRange: [0, 9] })).code).toBe(
      'data-invalid',
    )
  })

  test('no samples are refused', () => {
    expect(errorOf(() => store(bytes([0, 28, 28]))).code).toBe('data-empty')
    expect(errorOf(() => store(floats([3, 0]))).code).toBe('data-empty')
    expect(errorOf(() => store(floats([], 1))).code).toBe('data-invalid')
  })
})

describe('the order of dimensions', () => {
  const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)
  const numbered = (shape: readonly number[]) =>
    bytes(shape, ...Array.from({ length: count(shape) }, (_, i) => i % 256))

  test.each([
    [[1, 4, 5], undefined, undefined, [1, 4, 5]],
    [[1, 4, 5, 1], undefined, undefined, [1, 4, 5]],
    [[1, 1, 4, 5], undefined, undefined, [1, 4, 5]],
    [[1, 4, 5, 3], undefined, undefined, [3, 4, 5]],
    [[1, 3, 4, 5], undefined, undefined, [3, 4, 5]],
    [[1, 4, 5, 2], 'NHWC', undefined, [2, 4, 5]],
    [[1, 3, 5, 3], 'NHWC', undefined, [3, 3, 5]],
    [[1, 3, 5, 3], undefined, [3, 5, 3], [3, 5, 3]],
    [[1, 6, 5, 4], undefined, [4, 6, 5], [4, 6, 5]],
    [[1, 20], undefined, [1, 4, 5], [1, 4, 5]],
    [[1, 60], 'NCHW', [3, 4, 5], [3, 4, 5]],
    [[1, 20], undefined, undefined, [20]],
    [[1, 4, 5], undefined, [20], [1, 4, 5]],
    [[7], undefined, undefined, [1]],
  ] as const)('of %j with layout %s for a model of %j gives %j', (shape, layout, sampleShape, expected) => {
    expect(store(numbered(shape), { layout, sampleShape }).sampleShape).toEqual(expected)
  })

  test.each([
    [[1, 3, 4, 3], undefined],
    [[1, 4, 5, 6], undefined],
    [
      [1, 60],
      [3, 4, 5],
    ],
  ] as const)('of %j for a model of %j has to be said', (shape, sampleShape) => {
    const error = errorOf(() => store(numbered(shape), { sampleShape }))
    expect(error.code).toBe('data-mismatch')
    expect(error.hint).toContain('"layout": "NCHW"')
  })

  test('that does not fit the model is refused', () => {
    const error = errorOf(() => store(numbered([1, 28, 28]), { sampleShape: [3, 32, 32] }))
    expect(error.message).toBe('x.npy has samples of shape [1, 28, 28], the model takes [3, 32, 32].')
    expect(errorOf(() => store(numbered([1, 4, 5]), { sampleShape: [21] })).code).toBe('data-mismatch')
    expect(errorOf(() => store(numbered([1, 1, 1, 2, 2]))).message).toContain(
      'expected samples of 1 to 3 dimensions',
    )
  })

  test('with channels last is turned to channels first, pixel by pixel', () => {
    const shape = fc.tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 2, max: 5 }),
      fc.integer({ min: 2, max: 5 }),
      fc.constantFrom(1, 3),
    )
    fc.assert(
      fc.property(shape, fc.boolean(), ([n, h, w, c], asBytes) => {
        const values = Array.from({ length: n * h * w * c }, (_, i) => (i * 37) % 256)
        const inputs = asBytes
          ? bytes([n, h, w, c], ...values)
          : floats([n, h, w, c], ...values.map((v) => v / 255))
        const { data } = store(inputs, { layout: 'NHWC' }).read(Array.from({ length: n }, (_, i) => i))
        for (let i = 0; i < n; i++)
          for (let y = 0; y < h; y++)
            for (let x = 0; x < w; x++)
              for (let k = 0; k < c; k++) {
                const expected = Math.fround(values[((i * h + y) * w + x) * c + k]! / 255)
                expect(data[((i * c + k) * h + y) * w + x]).toBe(expected)
              }
      }),
    )
  })
})

describe('labels', () => {
  const classes = ['cat', 'dog', 'owl']
  const labelsOf = (...given: Parameters<typeof label>) => [...toSampleSet(label(...given)).labels!]

  test('are indices of any type that hold whole numbers, in a row or a column', () => {
    expect(labelsOf(3, array('int64', [3], Float64Array.of(2, 0, 1)), classes)).toEqual([2, 0, 1])
    expect(labelsOf(2, array('float32', [2, 1], Float32Array.of(2, 0)), classes)).toEqual([2, 0])
    expect(labelsOf(2, bytes([2], 0, 200))).toEqual([0, 200])
  })

  test('are names of classes, or indices as text', () => {
    expect(labelsOf(3, ['owl', 'cat', 'owl'], classes)).toEqual([2, 0, 2])
    expect(labelsOf(2, ['2', '0'], classes)).toEqual([2, 0])
    expect(labelsOf(2, ['2', '1'], ['1', '2'])).toEqual([1, 0])
  })

  test('are rows of zeros and a single one', () => {
    expect(labelsOf(2, bytes([2, 3], 0, 0, 1, 1, 0, 0), classes)).toEqual([2, 0])
    for (const row of [
      [0, 0, 0],
      [1, 1, 0],
      [0, 2, 0],
      [0.5, 0.5, 0],
    ]) {
      const error = errorOf(() => label(2, floats([2, 3], 1, 0, 0, ...row), classes))
      expect(error.code).toBe('labels-invalid')
      expect(error.message).toContain('row 1')
    }
    expect(errorOf(() => label(1, bytes([1, 2], 0, 1), classes)).message).toContain(
      'rows of 2 numbers, expected 3',
    )
  })

  test.each([
    [
      'beyond the classes',
      array('int32', [3], Int32Array.of(0, 7, 9)),
      'y.npy has the label 7 in row 1 (counted from 0), expected a whole number from 0 to 2.',
    ],
    ['counted from 1', array('int32', [3], Int32Array.of(1, 2, 3)), 'has the label 3 in row 2'],
    ['below 0', array('int32', [3], Int32Array.of(0, -1, 0)), 'has the label -1 in row 1'],
    ['broken', floats([3], 0, 1.5, 0), 'has the label 1.5 in row 1'],
    ['not a number', floats([3], 0, Number.NaN, 0), 'has the label NaN in row 1'],
    [
      'of another name',
      ['cat', 'dgo', 'owl'],
      'has the label "dgo" in row 1 (counted from 0), expected one of "cat", "dog", "owl".',
    ],
    ['of the wrong shape', bytes([3, 2, 2], ...new Array(12).fill(0)), 'has the shape [3, 2, 2]'],
  ] as const)('that are %s are refused and the first one named', (_, labels, message) => {
    const error = errorOf(() => label(3, labels, classes))
    expect(error.code).toBe('labels-invalid')
    expect(error.message).toContain(message)
    expect(error.hint).toBeTruthy()
  })

  test('have to be as many as the samples', () => {
    const error = errorOf(() => label(3, bytes([2], 0, 1), classes))
    expect(error).toMatchObject({
      code: 'data-mismatch',
      message: 'y.npy has 2 labels for the 3 samples of x.npy.',
    })
  })

  test('in words need the classes to be listed, and the error lists them', () => {
    const error = errorOf(() => label(2, ['yes', 'no']))
    expect(error.code).toBe('labels-invalid')
    expect(error.hint).toContain('"labels": ["no", "yes"]')
  })
})

describe('the digest', () => {
  const digest = (inputs: RawArray, options?: StoreOptions) => storeSamples(raw(inputs), options).facts.digest

  test('is that of the samples, whatever file they came from', async () => {
    const pixels = bytes([2, 2, 2], 1, 2, 3, 4, 5, 6, 7, 8)
    const labels = bytes([2], 1, 0)
    const npy = {
      inputs: await put('x.npy', writeNpy(pixels)),
      labels: await put('y.npy.gz', gzipSync(writeNpy(labels))),
    }
    const idx = {
      inputs: await put('x.idx.gz', gzipSync(writeIdx(pixels))),
      labels: await put('y.idx', writeIdx(labels)),
    }
    const npz = { file: await put('d.npz', writeNpz({ x: pixels, y: labels })), inputs: 'x', labels: 'y' }
    for (const [i, name] of ['b', 'a'].entries()) {
      const image = sharp(pixels.data.slice(i * 4, i * 4 + 4) as Uint8Array, {
        raw: { width: 2, height: 2, channels: 1 },
      })
      await put(`images/${name}/0.png`, await image.toColourspace('b-w').png().toBuffer())
    }
    const open = (spec: DataSpec) => openData(spec, { folder, name: 'test', labels: ['a', 'b'] })
    const digests = [await open({ npy }), await open({ idx }), await open({ npz })].map(
      ({ facts }) => facts.digest,
    )
    expect(new Set(digests).size).toBe(1)
    // The folder holds the same two pictures the other way round.
    const pictures = toSampleSet(await open({ images: { folder: 'images' } }))
    expect([...pictures.read([1, 0]).data]).toEqual([...toSampleSet(await open({ npy })).read([0, 1]).data])
    expect([...pictures.labels!]).toEqual([0, 1])
  })

  test('changes with a pixel, the shape, the range, the type and the labels', () => {
    const digests = [
      digest(bytes([2, 2], 1, 2, 3, 4)),
      digest(bytes([2, 2], 1, 2, 3, 5)),
      digest(bytes([1, 4], 1, 2, 3, 4)),
      digest(bytes([2, 2], 1, 2, 3, 4), { valueRange: [0, 5] }),
      digest(floats([2, 2], 1 / 255, 2 / 255, 3 / 255, 4 / 255)),
      storeSamples(raw(bytes([2, 2], 1, 2, 3, 4), bytes([2], 0, 1))).facts.digest,
      storeSamples(raw(bytes([2, 2], 1, 2, 3, 4), bytes([2], 1, 0))).facts.digest,
    ]
    expect(new Set(digests).size).toBe(digests.length)
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/)
  })
})

describe('openData', () => {
  test('reads a table of pictures', async () => {
    const rows = ['label,p0,p1,p2,p3', '7,0,51,102,255', '3,255,0,0,0']
    const csv = { file: await put('m.csv', rows.join('\n')), label: 'label', shape: [1, 2, 2] }
    const set = toSampleSet(
      await openData({ csv, valueRange: [0, 255] }, { folder, name: 'test', sampleShape: [1, 2, 2] }),
    )
    expect([...set.labels!]).toEqual([7, 3])
    expect(set.read([0])).toEqual({ dims: [1, 1, 2, 2], data: Float32Array.of(0, 51 / 255, 102 / 255, 1) })
    const error = await rejectionOf(openData({ csv: { ...csv, shape: [1, 3, 3] } }, { folder, name: 'test' }))
    expect(error.message).toContain('has 4 numbers a row, but "shape" [1, 3, 3] needs 9')
  })

  test('names the data set, the file and what to do in every error', async () => {
    const file = await put('cut.npy', writeNpy(bytes([4, 4], ...new Array(16).fill(1))).slice(0, -3))
    const cut = await rejectionOf(openData({ npy: { inputs: file } }, { folder, name: 'train' }))
    expect(cut.code).toBe('data-invalid')
    expect(cut.message).toMatch(/^data "train": cut\.npy holds 13 bytes of numbers/)
    const missing = await rejectionOf(openData({ npy: { inputs: 'no.npy' } }, { folder, name: 'test' }))
    expect(missing).toMatchObject({
      code: 'file-not-found',
      message: 'data "test": there is no file no.npy.',
    })
    const gzip = await put('cut.npy.gz', gzipSync(writeNpy(bytes([1, 1], 1))).subarray(0, 30))
    const damaged = await rejectionOf(openData({ npy: { inputs: gzip } }, { folder, name: 'test' }))
    expect(damaged).toMatchObject({
      code: 'data-invalid',
      message: expect.stringContaining('is not a whole gzip file'),
    })
    const directory = await rejectionOf(openData({ npy: { inputs: '.' } }, { folder, name: 'test' }))
    expect(directory.code).toBe('file-unreadable')
  })

  test.each(['parquet', 'arff', 'jsonl', 'audio'])('says that %s is not in this version', async (format) => {
    const spec = { [format]: format === 'audio' ? { folder: 'a' } : { file: 'a' } } as unknown as DataSpec
    const error = await rejectionOf(openData(spec, { folder, name: 'test' }))
    expect(error).toMatchObject({
      code: 'config-invalid',
      message: `"data.test.${format}" is not in this version.`,
    })
  })

  test('says that the schema of a table is not in this version', async () => {
    const spec: DataSpec = { csv: { file: 'm.csv' }, schema: { age: { min: 0 } } }
    expect((await rejectionOf(openData(spec, { folder, name: 'test' }))).message).toContain(
      '"data.test.schema"',
    )
  })

  test('stops when it is told to', async () => {
    const file = await put('big.npy', writeNpy(bytes([10, 10], ...new Array(100).fill(1))))
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(openData({ npy: { inputs: file } }, { folder, name: 'test', signal })).rejects.toThrow(
      'enough',
    )
  })

  test('gives samples that another thread reads without a copy', async () => {
    const stored = storeSamples(raw(bytes([2, 2], 0, 255, 51, 102), bytes([2], 1, 0)))
    const code = `
      const { parentPort } = require('node:worker_threads')
      parentPort.once('message', ({ storage, labels }) => {
        new Uint8Array(storage.values)[0] = 255
        parentPort.postMessage([...new Int32Array(labels)])
      })`
    const worker = new Worker(code, { eval: true })
    const answer = new Promise((resolve) => worker.once('message', resolve))
    worker.postMessage(stored)
    expect(await answer).toEqual([1, 0])
    await worker.terminate()
    // What the thread wrote is seen here: the memory is one and the same.
    expect(toSampleSet(stored).read([0]).data[0]).toBe(1)
  })
})

describe('metadata', () => {
  const inputs = floats([3, 2], 0, 1, 0.5, 0.5, 1, 0)

  test('is read from a table beside the data, as text, with empty cells as unknown', async () => {
    await put('meta/x.npy', writeNpy(inputs))
    const file = await put('meta/x.csv', 'weather,site\nrain,north\n,south\nsun,north\n')
    const stored = await openData(
      { npy: { inputs: 'meta/x.npy' }, metadata: { file } },
      { folder, name: 'test' },
    )
    expect(stored.facts.metadata).toEqual(['weather', 'site'])
    expect(stored.metadata).toEqual({ weather: ['rain', null, 'sun'], site: ['north', 'south', 'north'] })
    const bare = await openData({ npy: { inputs: 'meta/x.npy' } }, { folder, name: 'test' })
    expect(bare.facts.metadata).toBeUndefined()
    // A run that is resumed with other metadata is another run.
    expect(bare.facts.digest).not.toBe(stored.facts.digest)
  })

  test('comes from columns of a table, which are then no features', async () => {
    const file = await put('meta/t.csv', 'a,site,b,class\n0.1,north,0.2,0\n0.3,south,0.4,1\n')
    const stored = await openData(
      { csv: { file, label: 'class' }, metadata: { columns: ['site'] } },
      { folder, name: 'test' },
    )
    expect(stored.facts.sampleShape).toEqual([2])
    expect(stored.metadata).toEqual({ site: ['north', 'south'] })
  })

  test('names the files of a folder of pictures', async () => {
    const png = await sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } })
      .png()
      .toBuffer()
    await put('meta/pictures/cat/rain-1.png', png)
    await put('meta/pictures/dog/sun-1.png', png)
    const stored = await openData({ images: { folder: 'meta/pictures' } }, { folder, name: 'test' })
    expect(stored.metadata).toEqual({ file: ['cat/rain-1.png', 'dog/sun-1.png'] })
  })

  test('is refused with another number of rows, a column that is not there, and columns of what is no table', async () => {
    await put('meta/x.npy', writeNpy(inputs))
    const short = await put('meta/short.csv', 'weather\nrain\n')
    const open = (metadata: NonNullable<DataSpec['metadata']>) =>
      rejectionOf(openData({ npy: { inputs: 'meta/x.npy' }, metadata }, { folder, name: 'test' }))
    expect((await open({ file: short })).message).toContain('1 rows for the 3 samples')
    expect(await open({ file: short, columns: ['wether'] })).toMatchObject({
      code: 'data-mismatch',
      hint: 'Did you mean "weather"?',
    })
    expect((await open({ columns: ['weather'] })).code).toBe('config-invalid')
  })

  test('keeps a column that is called like something every object has', async () => {
    await put('meta/x.npy', writeNpy(inputs))
    const file = await put('meta/odd.csv', '__proto__,constructor\na,b\na,b\na,b\n')
    const stored = await openData(
      { npy: { inputs: 'meta/x.npy' }, metadata: { file } },
      { folder, name: 'test' },
    )
    expect(stored.facts.metadata).toEqual(['__proto__', 'constructor'])
  })
})

describe('more pictures than memory is meant for', () => {
  test('go through a file and are the same samples, in every thread', async () => {
    for (let i = 0; i < 11; i++) {
      const pixels = Uint8Array.from({ length: 4 * 3 * 3 }, (_, j) => (i * 37 + j * 11) % 256)
      const png = await sharp(pixels, { raw: { width: 4, height: 3, channels: 3 } })
        .png()
        .toBuffer()
      await put(`many/${i % 2 === 0 ? 'a' : 'b'}/${i}.png`, png)
    }
    const spec: DataSpec = { images: { folder: 'many' } }
    const small = await openData(spec, { folder, name: 'test', sampleShape: [3, 3, 4] })
    const large = await openData(spec, { folder, name: 'test', sampleShape: [3, 3, 4], mostInMemory: 100 })
    expect([small.storage.kind, large.storage.kind]).toEqual(['u8', 'file'])
    expect(large.facts).toEqual(small.facts)
    const order = [7, 0, 10, 7]
    expect(toSampleSet(large).read(order)).toEqual(toSampleSet(small).read(order))
    expect(toSampleSet(large).labels).toEqual(toSampleSet(small).labels)
    if (large.storage.kind !== 'file') throw new Error('not a file')
    const worker = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads')
       const bytes = new Uint8Array(36)
       require('node:fs').readSync(workerData, bytes, 0, 36, 3 * 36)
       parentPort.postMessage(bytes)`,
      { eval: true, workerData: large.storage.descriptor },
    )
    const bytes = await new Promise<Uint8Array>((done) => worker.once('message', done))
    await worker.terminate()
    const third = toSampleSet(small).read([3]).data
    expect(Float32Array.from(bytes, (byte) => byte / 255)).toEqual(third)
  })
})
