import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  byteCount,
  type DataType,
  dataTypeCode,
  dataTypeOfCode,
  dataTypes,
  elementCount,
  float32,
  fromNumbers,
  int64,
  sameTensor,
  tensor,
  tensorBytes,
  tensorFromBytes,
  toNumbers,
  zeros,
} from './tensor.ts'

const dims = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 })
const rawTypes = dataTypes.filter((dtype) => dtype !== 'string')

describe('tensors', () => {
  it('have a distinct ONNX number for each of the 26 element types', () => {
    expect(dataTypes.map(dataTypeCode).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 26 }, (_, i) => i + 1),
    )
    for (const dtype of dataTypes) expect(dataTypeOfCode(dataTypeCode(dtype))).toBe(dtype)
    expect(dataTypeOfCode(0)).toBeUndefined()
    expect(dataTypeOfCode(99)).toBeUndefined()
  })

  it('survive going to bytes and back at any alignment', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...rawTypes),
        dims,
        fc.integer({ min: 0, max: 7 }),
        fc.infiniteStream(fc.nat(255)),
        (dtype, size, shift, stream) => {
          const count = byteCount(dtype, size)
          const store = new Uint8Array(count + shift)
          for (let i = 0; i < count; i++) store[shift + i] = stream.next().value
          const made = tensorFromBytes(dtype, size, store.subarray(shift))
          expect(tensorBytes(made)).toEqual(store.subarray(shift))
          expect(tensor(dtype, size, made.data)).toEqual(made)
        },
      ),
    )
  })

  it('share memory with aligned bytes and copy misaligned ones, also out of a Buffer', () => {
    const bytes = Buffer.alloc(12)
    const aligned = bytes.subarray((4 - (bytes.byteOffset % 4)) % 4).subarray(0, 8)
    expect(tensorFromBytes('float32', [2], aligned).data.length).toBe(2)
    expect((tensorFromBytes('float32', [2], aligned).data as Float32Array).buffer).toBe(bytes.buffer)
    const shifted = new Uint8Array(12).subarray(1, 9)
    expect((tensorFromBytes('float32', [2], shifted).data as Float32Array).buffer).not.toBe(shifted.buffer)
    expect(tensorFromBytes('float32', [2], Buffer.from(new ArrayBuffer(12), 1, 8)).data).toEqual(
      new Float32Array(2),
    )
  })

  it('turn numbers into elements and back for every type that holds numbers', () => {
    const types: readonly DataType[] = [
      'float32',
      'float64',
      'float16',
      'bfloat16',
      'int8',
      'int16',
      'int32',
      'int64',
      'uint8',
      'uint16',
      'uint32',
      'uint64',
    ]
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.array(fc.integer({ min: 0, max: 127 })), (dtype, values) => {
        expect([...toNumbers(fromNumbers(dtype, [values.length], values))]).toEqual(values)
      }),
    )
    expect(fromNumbers('bool', [3], [0, 2, -1]).data).toEqual(Uint8Array.of(0, 1, 1))
    for (const dtype of ['string', 'complex64', 'int4', 'float8e5m2'] as const) {
      expect(() => toNumbers(zeros(dtype, [2]))).toThrow(/not plain numbers/)
    }
  })

  it('pack four- and two-bit types and pair complex numbers', () => {
    expect(zeros('int4', [3, 3]).data.length).toBe(5)
    expect(zeros('uint2', [9]).data.length).toBe(3)
    expect(zeros('complex64', [3]).data.length).toBe(6)
    expect(byteCount('complex128', [2])).toBe(32)
  })

  it('saturate whole numbers that ONNX uses for "to the end"', () => {
    expect(int64([2 ** 63, -(2 ** 64)]).data).toEqual(BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n)))
  })

  it('count elements and refuse impossible sizes', () => {
    expect([[], [0], [2, 3], [5, 0, 7]].map(elementCount)).toEqual([1, 0, 6, 0])
    for (const bad of [[-1], [1.5], [2 ** 30, 2 ** 30], [Number.NaN], [0, 2 ** 40, 2 ** 40]]) {
      expect(() => elementCount(bad)).toThrow(/cannot have the dimensions/)
    }
  })

  it('refuse data of the wrong kind or length', () => {
    expect(() => tensor('float32', [2], new Float32Array(3))).toThrow(/length 2.*length 3/s)
    expect(() => tensor('int64', [2], new Float32Array(2))).toThrow(/BigInt64Array/)
    expect(() => tensor('string', [2], new Float32Array(2))).toThrow(/strings/)
  })

  it('are the same only with the same type, dimensions and bits', () => {
    const a = float32([1, 2])
    expect(sameTensor(a, float32([1, 2]))).toBe(true)
    expect(sameTensor(a, float32([1, 3]))).toBe(false)
    expect(sameTensor(a, float32([1, 2], [2, 1]))).toBe(false)
    expect(sameTensor(a, fromNumbers('float64', [2], [1, 2]))).toBe(false)
    expect(sameTensor(tensor('string', [1], ['a']), tensor('string', [1], ['b']))).toBe(false)
  })
})
