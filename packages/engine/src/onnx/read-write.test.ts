import { create, toBinary } from '@bufbuild/protobuf'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EngineError } from '../errors.ts'
import { float, subgraph } from '../ir/attributes.ts'
import type { Attribute, Model, ValueType } from '../ir/graph.ts'
import {
  byteCount,
  type DataType,
  dataTypeCode,
  dataTypes,
  type Tensor,
  tensor,
  tensorFromBytes,
  toNumbers,
} from '../ir/tensor.ts'
import { graphOf, modelOf, node, randomTensor, runOnce } from '../testing/models.ts'
import { ModelProtoSchema, type SparseTensorProto, type TensorProto } from './onnx-pb.generated.ts'
import { readModel } from './read.ts'
import { writeModel } from './write.ts'

const small = modelOf({
  inputs: { x: ['batch', 3] },
  constants: { w: randomTensor(1, [3, 2]), b: randomTensor(2, [1, 2]) },
  nodes: [
    node('Gemm', ['x', 'w', 'b'], ['raw-scores'], { alpha: float(0.5) }),
    node('Softmax', ['raw-scores'], ['y'], { axis: -1 }),
  ],
  outputs: ['y'],
})

/** The code of the EngineError that reading throws, or null. Anything else it throws fails the test. */
function readCode(bytes: Uint8Array): string | null {
  try {
    readModel(bytes)
    return null
  } catch (error) {
    if (error instanceof EngineError) return error.code
    throw error
  }
}

const dims = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 })

const tensors: fc.Arbitrary<Tensor> = fc
  .record({ dtype: fc.constantFrom(...dataTypes), size: dims, fill: fc.infiniteStream(fc.nat(255)) })
  .map(({ dtype, size, fill }) => {
    const count = size.reduce((product, dim) => product * dim, 1)
    if (dtype === 'string') {
      return tensor(
        dtype,
        size,
        Array.from({ length: count }, () => String.fromCodePoint(fill.next().value + 0x100)),
      )
    }
    const bytes = Uint8Array.from({ length: byteCount(dtype, size) }, () => fill.next().value)
    return tensorFromBytes(dtype, size, bytes)
  })

const name = fc.string({ minLength: 1, maxLength: 8 })

const types: fc.Arbitrary<ValueType> = fc.letrec<{ type: ValueType; tensor: ValueType }>((tie) => ({
  tensor: fc
    .record({
      dtype: fc.constantFrom(...dataTypes),
      dims: fc.option(fc.array(fc.oneof(fc.nat(9), fc.constant(null), name), { maxLength: 3 }), {
        nil: undefined,
      }),
    })
    .map(({ dtype, dims: size }): ValueType => ({ kind: 'tensor', dtype, ...(size ? { dims: size } : {}) })),
  type: fc.oneof(
    { depthSize: 'small' },
    tie('tensor'),
    tie('type').map((element): ValueType => ({ kind: 'sequence', element })),
    tie('type').map((element): ValueType => ({ kind: 'optional', element })),
    tie('tensor').map((element): ValueType => ({ kind: 'map', dtype: 'int64', element })),
  ),
})).type

const attribute: fc.Arbitrary<Attribute> = fc.oneof(
  fc.float().map((value): Attribute => ({ kind: 'float', value })),
  fc.maxSafeInteger().map((value): Attribute => ({ kind: 'int', value })),
  name.map((value): Attribute => ({ kind: 'string', value })),
  tensors.map((value): Attribute => ({ kind: 'tensor', value })),
  fc.array(fc.float()).map((value): Attribute => ({ kind: 'floats', value })),
  fc.array(fc.maxSafeInteger()).map((value): Attribute => ({ kind: 'ints', value })),
  fc.array(name).map((value): Attribute => ({ kind: 'strings', value })),
  fc.array(tensors, { maxLength: 2 }).map((value): Attribute => ({ kind: 'tensors', value })),
  types.map((value): Attribute => ({ kind: 'type', value })),
  fc.constant(subgraph(graphOf({ nodes: [node('Relu', ['x'], ['y'])], outputs: ['y'] }))),
)

const models: fc.Arbitrary<Model> = fc
  .record({
    opset: fc.integer({ min: 1, max: 30 }),
    attributes: fc.dictionary(name, attribute, { maxKeys: 4 }),
    constants: fc.dictionary(name, tensors, { maxKeys: 4 }),
    values: fc.dictionary(name, types, { maxKeys: 3 }),
    metadata: fc.dictionary(name, name, { maxKeys: 2 }),
  })
  .map(({ opset, attributes, constants, values, metadata }) => {
    const base = modelOf({
      opset,
      constants,
      nodes: [{ ...node('Any', ['a', ''], ['b']), attributes }],
      outputs: ['b'],
    })
    return {
      ...base,
      metadata: new Map(Object.entries(metadata)),
      graph: { ...base.graph, types: new Map(Object.entries(values)) },
    }
  })

describe('reading and writing models', () => {
  it('gives back any model it wrote, and the same bytes for it', () => {
    fc.assert(
      fc.property(models, (model) => {
        const bytes = writeModel(model)
        const again = readModel(bytes)
        expect(plain(again)).toEqual(plain(model))
        expect(writeModel(again)).toEqual(bytes)
      }),
      { numRuns: 200 },
    )
  })

  it('writes what onnxruntime runs', async () => {
    const x = randomTensor(3, [4, 3])
    const { y } = await runOnce(readModel(writeModel(small)), { x })
    const w = toNumbers(small.graph.initializers.get('w')!)
    const b = toNumbers(small.graph.initializers.get('b')!)
    const values = toNumbers(x)
    for (let row = 0; row < 4; row++) {
      const z = [0, 1].map(
        (j) => 0.5 * [0, 1, 2].reduce((sum, k) => sum + values[row * 3 + k]! * w[k * 2 + j]!, 0) + b[j]!,
      )
      expect(y!.data[row * 2]).toBeCloseTo(1 / (1 + Math.exp(z[1]! - z[0]!)), 6)
    }
  })

  it('reads elements from the typed lists of every type that has one', () => {
    const lists: readonly [DataType, Partial<TensorProto>, number[]][] = [
      ['float32', { floatData: [1.5, -2] }, [1.5, -2]],
      ['float64', { doubleData: [1.1, -2] }, [1.1, -2]],
      ['int32', { int32Data: [-7, 8] }, [-7, 8]],
      ['int16', { int32Data: [-7, 8] }, [-7, 8]],
      ['int8', { int32Data: [-7, 8] }, [-7, 8]],
      ['uint8', { int32Data: [200, 8] }, [200, 8]],
      ['uint16', { int32Data: [60000, 8] }, [60000, 8]],
      ['bool', { int32Data: [1, 0] }, [1, 0]],
      ['float16', { int32Data: [0x3c00, 0xc000] }, [1, -2]],
      ['bfloat16', { int32Data: [0x3f80, 0xc000] }, [1, -2]],
      ['int64', { int64Data: [-7n, 8n] }, [-7, 8]],
      ['uint32', { uint64Data: [4_000_000_000n, 8n] }, [4_000_000_000, 8]],
      ['uint64', { uint64Data: [7n, 8n] }, [7, 8]],
    ]
    for (const [dtype, data, expected] of lists) {
      const read = readModel(protoWith({ ...data, dims: [2n], dataType: dataTypeCode(dtype) }))
      const constant = read.graph.initializers.get('c')!
      expect(constant.dtype).toBe(dtype)
      expect([...toNumbers(constant)], dtype).toEqual(expected)
    }
    const packed = readModel(
      protoWith({ dims: [3n], dataType: dataTypeCode('uint4'), int32Data: [0x21, 0x03] }),
    )
    expect(packed.graph.initializers.get('c')!.data).toEqual(Uint8Array.of(0x21, 3))
  })

  it('takes constants that old models list among their inputs out of the inputs', () => {
    const bytes = toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, {
        irVersion: 3n,
        opsetImport: [{ version: 7n }],
        graph: {
          input: [{ name: 'x' }, { name: 'c' }],
          initializer: [{ name: 'c', dataType: 1, floatData: [1] }],
        },
      }),
    )
    expect(readModel(bytes).graph.inputs).toEqual([{ name: 'x' }])
  })

  it('spreads sparse constants out, by flat positions and by coordinates', () => {
    const values = { name: 's', dims: [2n], dataType: 1, floatData: [5, 7] }
    const flat = { values, indices: { dims: [2n], dataType: 7, int64Data: [1n, 5n] }, dims: [2n, 3n] }
    const rows = {
      values,
      indices: { dims: [2n, 2n], dataType: 7, int64Data: [0n, 1n, 1n, 2n] },
      dims: [2n, 3n],
    }
    for (const sparse of [flat, rows]) {
      const read = readModel(sparseWith(sparse)).graph.initializers.get('s')!
      expect(read.dims).toEqual([2, 3])
      expect([...toNumbers(read)]).toEqual([0, 5, 0, 0, 0, 7])
    }
    const out = { values, indices: { dims: [2n], dataType: 7, int64Data: [1n, 6n] }, dims: [2n, 3n] }
    expect(() => readModel(sparseWith(out))).toThrow(/out of range/)
    const huge = { ...flat, dims: [2n ** 20n, 2n ** 20n] }
    expect(() => readModel(sparseWith(huge))).toThrow(/would take/)
  })

  it('says what is wrong with files that are not models', () => {
    const text = (value: string) => new TextEncoder().encode(value)
    const files: readonly [string, Uint8Array, RegExp][] = [
      ['model-not-onnx', text('hello, this is no model\n'), /text file/],
      ['model-not-onnx', text('<!DOCTYPE html><html>'), /HTML page/],
      ['model-not-onnx', text('version https://git-lfs.github.com/spec/v1\n'), /Git LFS/],
      ['model-not-onnx', text('{"a": 1}'), /text file/],
      ['model-not-onnx', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0xd, 0xa, 0x1a, 0xa, 0, 0, 0, 13), /PNG/],
      ['model-not-onnx', Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0), /ZIP/],
      ['model-not-onnx', Uint8Array.of(0x80, 4, 0x95, 1, 2, 3), /pickle/],
      ['model-not-onnx', Uint8Array.of(0x1f, 0x8b, 8, 0), /gzip/],
      ['model-not-onnx', Uint8Array.of(0x1c, 0, 0, 0, 0x54, 0x46, 0x4c, 0x33), /Lite/],
      ['model-not-onnx', new Uint8Array(64).fill(0xff), /not an ONNX model/],
      ['model-empty', new Uint8Array(0), /empty/],
      ['model-truncated', Uint8Array.of(8, 8), /no graph/],
    ]
    for (const [code, bytes, message] of files) {
      expect(readCode(bytes)).toBe(code)
      expect(() => readModel(bytes)).toThrow(message)
    }
  })

  it('gives a typed error wherever a model is cut off, byte by byte', () => {
    const bytes = writeModel(small)
    const codes = new Map<string | null, number>()
    for (let end = 0; end < bytes.length; end++) {
      const code = readCode(bytes.subarray(0, end))
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }
    expect(bytes.length).toBeGreaterThan(200)
    expect(codes.get('model-empty')).toBe(1)
    // Cut exactly after the graph, only the operator set is missing: then the model reads as damaged.
    expect(codes.get('model-invalid')).toBe(1)
    expect(codes.get('model-truncated')).toBe(bytes.length - 2)
  })

  it('gives a typed error or a model, never anything else, for damaged bytes', () => {
    const bytes = writeModel(small)
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        (edits) => {
          const damaged = bytes.slice()
          for (const [at, value] of edits) damaged[at] = value
          readCode(damaged)
        },
      ),
      { numRuns: 2000 },
    )
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (random) => void readCode(random)))
  })

  it('refuses tensors whose announced size is not backed by data, before making room for them', () => {
    const bad: readonly [Partial<TensorProto>, RegExp][] = [
      [{ dims: [2n ** 31n, 2n ** 31n], dataType: 1 }, /dimensions/],
      [
        { dims: [2n ** 40n], dataType: 1, floatData: [1] },
        /need 1099511627776 stored numbers, the file has 1/,
      ],
      [{ dims: [-4n], dataType: 1 }, /dimensions/],
      [{ dims: [2n ** 62n], dataType: 1 }, /out of range/],
      [{ dims: [3n], dataType: 1, rawData: new Uint8Array(11) }, /takes 12 bytes, got 11/],
      [{ dims: [2n], dataType: 8, stringData: [new Uint8Array(1)] }, /2 strings/],
      [{ dims: [1n], dataType: 77 }, /unknown element type 77/],
    ]
    for (const [proto, message] of bad) {
      expect(readCode(protoWith(proto))).toBe('model-invalid')
      expect(() => readModel(protoWith(proto))).toThrow(message)
    }
  })

  it('refuses graphs nested without end instead of overflowing the stack', () => {
    let nested = graphOf({ nodes: [], outputs: [] })
    for (let i = 0; i < 300; i++) {
      nested = graphOf({ nodes: [node('If', ['c'], [], { then_branch: subgraph(nested) })], outputs: [] })
    }
    const bytes = writeModel({ ...small, graph: nested })
    expect(readCode(bytes)).toBe('model-invalid')
    expect(() => readModel(bytes)).toThrow(/depth/)
  })

  it('keeps attributes apart that are called like parts of JavaScript objects', () => {
    const odd: Model = {
      ...small,
      graph: {
        ...small.graph,
        nodes: [
          { ...node('Any', [], ['y']), attributes: JSON.parse('{"__proto__":{"kind":"int","value":3}}') },
        ],
      },
    }
    const read = readModel(writeModel(odd)).graph.nodes[0]!.attributes
    expect(Object.entries(read)).toEqual([['__proto__', { kind: 'int', value: 3 }]])
    expect(Object.getPrototypeOf(read)).toBeNull()
  })

  it('refuses to write more weights than a file can hold', () => {
    const data = new Float32Array(0)
    const heavy: Tensor = { dtype: 'float32', dims: [2 ** 29], data }
    const model = modelOf({ constants: { heavy }, nodes: [], outputs: [] })
    expect(() => writeModel(model)).toThrow(/2 GiB/)
  })

  it('keeps "to the end" in whole-number attributes', () => {
    const model = modelOf({ nodes: [node('Slice', ['x'], ['y'], { ends: [2 ** 63] })], outputs: ['y'] })
    const read = readModel(writeModel(model)).graph.nodes[0]!.attributes.ends
    expect(read).toEqual({ kind: 'ints', value: [Number(2n ** 63n - 1n)] })
  })
})

/** A form that compares by content: typed arrays and maps as lists. */
function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return [value.constructor.name, ...(value as Uint8Array)].map(String)
  if (value instanceof Map) return ['Map', ...[...value].map(plain)]
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
}

function protoWith(constant: object): Uint8Array {
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [{ version: 18n }],
      graph: { initializer: [{ name: 'c', ...constant }] },
    }),
  )
}

function sparseWith(sparse: object): Uint8Array {
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [{ version: 18n }],
      graph: { sparseInitializer: [sparse as SparseTensorProto] },
    }),
  )
}
