import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ggufFile } from '../formats/gguf/samples.ts'
import { writeHdf5 } from '../formats/hdf5/testing/write-hdf5.ts'
import { npy } from '../formats/numpy/samples.ts'
import {
  attributeProto,
  externalTensor,
  graphProto,
  modelProto,
  nodeProto,
  tensorProto,
} from '../formats/onnx/samples.ts'
import { bytes, int, text as textField } from '../formats/protobuf/write.ts'
import { torchZip } from '../formats/pytorch/samples.ts'
import { allSamples } from '../formats/testing/all-samples.ts'
import { mutantRandom, mutate } from '../formats/testing/mutate.ts'
import { assemble, global, proto, text } from '../formats/testing/opcodes.ts'
import { buildZip } from '../formats/zip/build-zip.ts'
import { ScannerError } from '../scanner-error.ts'
import { withTensors } from './read-tensors.ts'
import { tensorDigest, weightsDigest } from './tensor.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'failmode-tensors-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const put = (content: Uint8Array | string, name = 'model'): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
interface Read {
  readonly format: string
  readonly graph: string | null
  readonly skipped: readonly { readonly name: string; readonly why: string }[]
  readonly tensors: Readonly<
    Record<
      string,
      {
        readonly dtype: string
        readonly shape: readonly number[]
        readonly hex: string
        readonly digest: string
      }
    >
  >
}
async function read(content: Uint8Array): Promise<Read | null> {
  return await withTensors(put(content), ({ format, graph, skipped, tensors }) => ({
    format,
    graph,
    skipped,
    tensors: Object.fromEntries(
      tensors.map((tensor) => [
        tensor.name,
        {
          dtype: tensor.dtype,
          shape: tensor.shape,
          hex: Buffer.concat([...tensor.read()]).toString('hex'),
          digest: tensorDigest(tensor),
        },
      ]),
    ),
  }))
}

const values = Float32Array.of(1, -2.5, 3, 0.125, 5, 6)
const raw = new Uint8Array(values.buffer)
const hex = Buffer.from(raw).toString('hex')
const safetensors = (tensors: Record<string, { dtype: string; shape: number[]; data: Uint8Array }>) => {
  let at = 0
  const header: Record<string, unknown> = {}
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [at, at + data.length] }
    at += data.length
  }
  const json = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(json.length))
  return Buffer.concat([length, json, ...Object.values(tensors).map(({ data }) => data)])
}
const array = (descr: string, shape: string, body: Uint8Array, fortran = 'False') =>
  npy(`{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`, body)
/** A state dict of one tensor over one storage of six numbers. */
const torch = ({
  offset = 0,
  size = [2, 3],
  stride = [3, 1],
  storage = raw as Uint8Array,
  order = 'little',
} = {}) =>
  torchZip({
    pickle: assemble(
      proto(2),
      global('collections', 'OrderedDict'),
      ')R(',
      text('layer.weight'),
      global('torch._utils', '_rebuild_tensor_v2'),
      '((',
      text('storage'),
      global('torch', 'FloatStorage'),
      text('0'),
      text('cpu'),
      'K\x06tQK',
      offset,
      'K',
      size[0]!,
      'K',
      size[1]!,
      '\x86K',
      stride[0]!,
      'K',
      stride[1]!,
      '\x86\x89',
      global('collections', 'OrderedDict'),
      ')RtRu.',
    ),
    storages: { 0: storage },
    more: order === 'little' ? [] : [{ name: 'archive/byteorder', data: order }],
  })
const onnx = (tensor: Uint8Array, ...more: readonly Uint8Array[]) =>
  modelProto(graphProto({ nodes: [nodeProto('Relu')], initializers: [tensor] }), ...more)

describe('the tensors of a file', () => {
  it('have the same digest in every format', async () => {
    const expected = createHash('sha256')
      .update('failmode tensor 1\nfloat32 [2,3]\n')
      .update(raw)
      .digest('hex')
    const files: Record<string, Uint8Array> = {
      safetensors: safetensors({ w: { dtype: 'F32', shape: [2, 3], data: raw } }),
      npz: buildZip([{ name: 'w.npy', data: array('<f4', '(2, 3)', raw), method: 8 }]),
      numpy: array('<f4', '(2, 3)', raw),
      onnx: onnx(tensorProto({ name: 'w', dims: [2, 3], raw })),
      gguf: ggufFile({
        tensors: [{ name: 'w', shape: [3, 2] }],
        body: Buffer.concat([raw, Buffer.alloc(8)]),
      }),
      pytorch: torch(),
    }
    for (const [format, bytes] of Object.entries(files)) {
      const found = await read(bytes)
      expect(found?.format).toBe(format)
      expect(
        Object.values(found!.tensors).map(({ digest }) => digest),
        format,
      ).toEqual([expected])
    }
    const h5 = await read(writeHdf5({ datasets: { w: { values: [...values] } } }))
    expect(h5?.tensors).toMatchObject({ w: { dtype: 'float32', hex } })
  })

  it('are put in one order and coding', async () => {
    const swapped = Buffer.from(raw).swap32()
    expect((await read(array('>f4', '(2, 3)', swapped)))?.tensors['']).toMatchObject({
      dtype: 'float32',
      hex,
    })
    // Column order: the first index runs fastest.
    const columns = new Uint8Array(Float32Array.of(1, 0.125, -2.5, 5, 3, 6).buffer)
    expect((await read(array('<f4', '(2, 3)', columns, 'True')))?.tensors['']).toMatchObject({
      shape: [2, 3],
      hex,
    })
    const { tensors } = (await read(torch({ size: [3, 2], stride: [1, 3] })))!
    expect(tensors['layer.weight']).toMatchObject({
      shape: [3, 2],
      hex: Buffer.from(columns).toString('hex'),
    })
    expect(
      (await read(torch({ offset: 4, size: [1, 2], stride: [2, 1] })))!.tensors['layer.weight']?.hex,
    ).toBe(hex.slice(32))
    expect((await read(torch({ storage: swapped, order: 'big' })))!.tensors['layer.weight']?.hex).toBe(hex)
  })

  it('of ONNX are read raw, typed, packed and from another file', async () => {
    const floats = tensorProto({ name: 'w', dims: [2, 3], more: [bytes(4, raw)] })
    expect((await read(onnx(floats)))?.tensors.w).toMatchObject({ hex })
    const ints = tensorProto({ name: 'w', type: 7, dims: [2], more: [int(7, 5), int(7, 300)] })
    expect((await read(onnx(ints)))?.tensors.w).toMatchObject({
      dtype: 'int64',
      hex: '05000000000000002c01000000000000',
    })
    const halves = tensorProto({ name: 'w', type: 10, dims: [2], more: [int(5, 0x3c00), int(5, 0xc000)] })
    expect((await read(onnx(halves)))?.tensors.w).toMatchObject({ dtype: 'float16', hex: '003c00c0' })
    put(raw, 'weights.bin')
    const outside = externalTensor(
      { location: 'weights.bin', offset: '0', length: '24' },
      { name: 'w', dims: [2, 3] },
    )
    expect((await read(onnx(outside)))?.tensors.w).toMatchObject({ hex })
  })

  it('that cannot be read are named with the reason', async () => {
    expect((await read(torch({ size: [4, 3] })))?.skipped).toEqual([
      { name: 'layer.weight', why: 'it reaches beyond its storage' },
    ])
    expect(
      (await read(onnx(externalTensor({ location: '../x.bin' }, { name: 'w' }))))?.skipped[0]?.why,
    ).toMatch(/not here/)
    const chunked = writeHdf5({ datasets: { w: { values: [], filter: 1 } } })
    expect((await read(chunked))?.skipped[0]?.why).toMatch(/chunks/)
  })

  it('are null where the file holds none, and an error where it is broken', async () => {
    expect(await read(Buffer.from('words\n'))).toBeNull()
    await expect(read(safetensors({ w: { dtype: 'F32', shape: [9], data: raw } }))).rejects.toMatchObject({
      code: 'model-unreadable',
    })
    await expect(withTensors(join(folder, 'none'), () => 1)).rejects.toMatchObject({
      code: 'file-unreadable',
    })
  })

  it('of a gigabyte take no more memory than those of a megabyte', async () => {
    const length = 300 * 2 ** 20
    const header = Buffer.from(
      JSON.stringify({ w: { dtype: 'U8', shape: [length], data_offsets: [0, length] } }),
    )
    const head = Buffer.alloc(8)
    head.writeBigUInt64LE(BigInt(header.length))
    const path = put(Buffer.concat([head, header]))
    const { truncateSync } = await import('node:fs')
    truncateSync(path, head.length + header.length + length)
    const before = process.memoryUsage().arrayBuffers
    let most = 0
    await withTensors(path, ({ tensors }) => {
      for (const piece of tensors[0]!.read())
        most = Math.max(most, process.memoryUsage().arrayBuffers - before + piece.length * 0)
    })
    expect(most).toBeLessThan(100 * 2 ** 20)
  })
})

describe('the digest of all weights', () => {
  it('does not depend on the order, and depends on names and digests', () => {
    const one = new Map([
      ['a', '1'],
      ['b', '2'],
    ])
    expect(weightsDigest(one)).toBe(
      weightsDigest(
        new Map([
          ['b', '2'],
          ['a', '1'],
        ]),
      ),
    )
    expect(weightsDigest(one)).not.toBe(
      weightsDigest(
        new Map([
          ['a', '2'],
          ['b', '1'],
        ]),
      ),
    )
    expect(weightsDigest(one)).not.toBe(weightsDigest(new Map([['a', '1']])))
  })
})

describe('the digest of an ONNX graph', () => {
  const graph = async (...nodes: readonly Uint8Array[]) =>
    (
      await read(
        modelProto(graphProto({ nodes, initializers: [tensorProto({ name: 'w', dims: [2, 3], raw })] })),
      )
    )?.graph
  const conv = (group: number) =>
    nodeProto('Conv', { attributes: [attributeProto('group', { whole: group })] })

  it('stays when only the way of writing changes', async () => {
    const plain = await read(onnx(tensorProto({ name: 'w', dims: [2, 3], raw })))
    const typed = await read(onnx(tensorProto({ name: 'w', dims: [2, 3], more: [bytes(4, raw)] })))
    const signed = await read(
      onnx(
        tensorProto({ name: 'w', dims: [2, 3], raw }),
        textField(2, 'another producer'),
        textField(6, 'a comment'),
      ),
    )
    expect(typed?.graph).toBe(plain?.graph)
    expect(signed?.graph).toBe(plain?.graph)
    const other = await read(onnx(tensorProto({ name: 'w', dims: [2, 3], raw: new Uint8Array(24) })))
    expect(other?.graph).toBe(plain?.graph)
    expect(other?.tensors.w?.digest).not.toBe(plain?.tensors.w?.digest)
  })

  it('changes with an operator, an attribute, an edge or a shape', async () => {
    const base = await graph(conv(1))
    expect(await graph(conv(1))).toBe(base)
    for (const other of [
      await graph(conv(2)),
      await graph(nodeProto('Relu')),
      await graph(conv(1), nodeProto('Relu', { inputs: ['y'], outputs: ['z'] })),
      (await read(onnx(tensorProto({ name: 'w', dims: [3, 2], raw }))))?.graph,
    ]) {
      expect(other).not.toBe(base)
    }
  })
})

describe('broken files', () => {
  it('give an error that says so, or what could be read, and nothing else', async () => {
    const kinds = allSamples().filter(({ format }) =>
      /^(?:gguf|numpy|zip|onnx|safetensors|pytorch|hdf5|keras)$/.test(format),
    )
    expect(kinds).toHaveLength(8)
    const random = mutantRandom('tensors')
    for (const { files } of kinds) {
      for (let i = 0; i < 250; i++) {
        try {
          await read(mutate(files, random))
        } catch (error) {
          if (!(error instanceof ScannerError && error.code === 'model-unreadable')) throw error
        }
      }
    }
  })
})
