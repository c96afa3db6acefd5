import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arrays, errorOf } from '../testing/arrays.ts'
import { readIdx, writeIdx } from './idx.ts'

const read = (bytes: Uint8Array) => readIdx(bytes, { name: 'i.idx' })

test('an IDX file is read as the description of MNIST says', () => {
  const bytes = Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 255])
  expect(read(bytes)).toEqual({ dtype: 'uint8', shape: [2, 1, 2], data: Uint8Array.of(1, 2, 3, 255) })
  const wide = Uint8Array.from([0, 0, 0x0b, 1, 0, 0, 0, 2, 0xff, 0xfe, 1, 0])
  expect(read(wide)).toEqual({ dtype: 'int16', shape: [2], data: Int16Array.of(-2, 256) })
})

test('an IDX file gives back what was written', () => {
  const types = ['uint8', 'int8', 'int16', 'int32', 'float32', 'float64'] as const
  fc.assert(
    fc.property(arrays(types), (array) => {
      expect(read(writeIdx(array))).toEqual(array)
    }),
  )
  expect(() => writeIdx({ dtype: 'bool', shape: [0], data: new Uint8Array(0) })).toThrow(RangeError)
})

test('an IDX file that is cut off at any byte, or longer than it says, is refused', () => {
  const whole = writeIdx({ dtype: 'int32', shape: [2, 2], data: Int32Array.of(1, 2, 3, 4) })
  for (let length = 0; length < whole.length; length++) {
    expect(errorOf(() => read(whole.slice(0, length))).code).toBe('data-invalid')
  }
  expect(errorOf(() => read(Uint8Array.of(...whole, 0))).message).toContain('holds 17 bytes of numbers')
  expect(errorOf(() => read(Uint8Array.of(0x89, 0x50, 0x4e, 0x47))).message).toContain('is not an IDX file')
})
