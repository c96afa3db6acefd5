import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { npy } from '../formats/numpy/samples.ts'
import { attributeProto, graphProto, modelProto, nodeProto, tensorProto } from '../formats/onnx/samples.ts'
import { bytes, text } from '../formats/protobuf/write.ts'
import { buildZip } from '../formats/zip/build-zip.ts'
import { diffModels } from './diff-models.ts'

let folder: string
let count = 0
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'failmode-diff-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const put = (content: Uint8Array | string): string => {
  const path = join(folder, `model-${count++}`)
  writeFileSync(path, content)
  return path
}
const floats = (...values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer)
const array = (values: readonly number[], descr = '<f4', body: Uint8Array = floats(...values)) =>
  npy(`{'descr': '${descr}', 'fortran_order': False, 'shape': (${values.length},), }`, body)
const npz = (arrays: Readonly<Record<string, Uint8Array>>) =>
  put(buildZip(Object.entries(arrays).map(([name, data]) => ({ name: `${name}.npy`, data }))))

describe('the difference of two models', () => {
  it('is none for the same bytes, and none in content for another way of writing', async () => {
    const path = npz({ w: array([1, 2]) })
    expect(await diffModels(path, path)).toMatchObject({ equal: 'bytes', unchanged: 1 })
    const other = put(buildZip([{ name: 'w.npy', data: array([1, 2]), method: 8 }]))
    expect(await diffModels(path, other)).toMatchObject({ equal: 'content', unchanged: 1, changed: [] })
    const graph = (tensor: Uint8Array, ...more: readonly Uint8Array[]) =>
      put(modelProto(graphProto({ nodes: [nodeProto('Relu')], initializers: [tensor] }), ...more))
    const raw = graph(tensorProto({ dims: [2], raw: floats(1, 2) }))
    const typed = graph(
      tensorProto({ dims: [2], more: [bytes(4, floats(1, 2))] }),
      text(2, 'another producer'),
    )
    expect(await diffModels(raw, typed)).toMatchObject({
      equal: 'content',
      formats: ['onnx', 'onnx'],
      graph: { equal: true },
    })
  })

  it('tells which tensors changed and by how much', async () => {
    const diff = await diffModels(
      npz({ w: array([3, 4, 0]), same: array([1]) }),
      npz({ w: array([3, 4.5, 0]), same: array([1]) }),
    )
    expect(diff).toMatchObject({ equal: 'no', unchanged: 1, added: [], removed: [], renamed: [] })
    expect(diff.changed).toHaveLength(1)
    // By hand: the difference is 0.5 in one of three; norms are 5 and sqrt(29.25), the product 27.
    expect(diff.changed[0]).toMatchObject({ name: 'w', first: { dtype: 'float32', shape: [3] } })
    const values = diff.changed[0]!.values!
    expect(values).toMatchObject({ count: 3, changed: 1, maxAbs: 0.5, relativeL2: 0.1 })
    expect(values.meanAbs).toBeCloseTo(0.5 / 3, 12)
    expect(values.cosine).toBeCloseTo(27 / (5 * Math.sqrt(29.25)), 12)
  })

  it('tells what was added, removed and renamed', async () => {
    const diff = await diffModels(
      npz({ a: array([1, 2]), gone: array([9]) }),
      npz({ b: array([1, 2]), come: array([7, 8]) }),
    )
    expect(diff.renamed).toEqual([{ from: 'a', to: 'b' }])
    expect(diff.removed).toEqual([{ name: 'gone', dtype: 'float32', shape: [1] }])
    expect(diff.added).toEqual([{ name: 'come', dtype: 'float32', shape: [2] }])
  })

  it('compares numbers of different types, and says nothing of values where shapes differ', async () => {
    // 1 and 0.1 as halves: 0x3c00 and 0x2e66, which is 0.0999755859375.
    const halves = array([0, 0], '<f2', Uint8Array.of(0x00, 0x3c, 0x66, 0x2e))
    const { changed } = await diffModels(npz({ w: array([1, 0.1]) }), npz({ w: halves }))
    expect(changed[0]).toMatchObject({
      first: { dtype: 'float32' },
      second: { dtype: 'float16' },
      values: { count: 2, changed: 1 },
    })
    expect(changed[0]!.values!.maxAbs).toBeCloseTo(Math.fround(0.1) - 0.0999755859375, 12)
    const shapes = await diffModels(npz({ w: array([1, 2]) }), npz({ w: array([1, 2, 3]) }))
    expect(shapes.changed[0]?.values).toBeNull()
  })

  it('is not blind to NaN', async () => {
    const { changed } = await diffModels(
      npz({ w: array([Number.NaN, 1]) }),
      npz({ w: array([Number.NaN, Number.NaN]) }),
    )
    expect(changed[0]!.values).toMatchObject({ changed: 1, maxAbs: Number.NaN })
  })

  it('tells which nodes of a graph changed', async () => {
    const graph = (group: number, more: readonly Uint8Array[] = []) =>
      put(
        modelProto(
          graphProto({
            nodes: [
              nodeProto('Conv', { attributes: [attributeProto('group', { whole: group })] }),
              nodeProto('Relu', { inputs: ['y'], outputs: ['z'] }),
              ...more,
            ],
            initializers: [tensorProto({ dims: [2], raw: floats(1, 2) })],
          }),
        ),
      )
    const diff = await diffModels(graph(1), graph(2, [nodeProto('Tanh', { inputs: ['z'], outputs: ['q'] })]))
    expect(diff).toMatchObject({ equal: 'no', changed: [], unchanged: 1 })
    expect(diff.graph).toEqual({
      equal: false,
      added: [{ output: 'q', what: 'Tanh' }],
      removed: [],
      changed: [{ output: 'y', what: 'group: 1 became 2' }],
    })
  })

  it('of what holds no tensors is an error that says what can be compared', async () => {
    await expect(diffModels(put('words'), npz({ w: array([1]) }))).rejects.toMatchObject({
      code: 'no-tensors',
    })
    await expect(diffModels(join(folder, 'none'), npz({ w: array([1]) }))).rejects.toMatchObject({
      code: 'file-unreadable',
    })
  })
})
