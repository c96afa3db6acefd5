import { crc32, deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { arrays, errorOf } from '../testing/arrays.ts'
import { writeNpy } from './npy.ts'
import { npzNames, readNpz, writeNpz } from './npz.ts'
import type { RawArray } from './raw-array.ts'

const name = 'd.npz'
const read = (bytes: Uint8Array, ...wanted: string[]) => readNpz(bytes, { name, wanted })
const u8 = (...values: number[]): RawArray => ({
  dtype: 'uint8',
  shape: [values.length],
  data: Uint8Array.from(values),
})

/** numpy 2.4.6: savez_compressed(b, x=arange(4, dtype='u1').reshape(2, 2), y=array([0, 1])) */
const fromNumpy = Buffer.from(
  'UEsDBC0AAAAIAAAAIQBcIt3W//////////8FABQAeC5ucHkBABAAhAAAAAAAAABKAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loF5Taqiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CkaaOgq1CmQDLgZGJmYAUEsDBC0AAAAIAAAAIQB+avvJ//////////8FABQAeS5ucHkBABAAkAAAAAAAAABJAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TaaGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6mjoKtQoUAC4GKGCE0gBQSwECLQMtAAAACAAAACEAXCLd1koAAACEAAAABQAAAAAAAAAAAAAAgAEAAAAAeC5ucHlQSwECLQMtAAAACAAAACEAfmr7yUkAAACQAAAABQAAAAAAAAAAAAAAgAGBAAAAeS5ucHlQSwUGAAAAAAIAAgBmAAAAAQEAAAAA',
  'base64',
)

/** A zip with one entry whose directory says whatever is given. */
function zip(content: Uint8Array, lies: { size?: number; crc?: number; method?: number } = {}): Uint8Array {
  const packed = deflateRawSync(content)
  const file = Buffer.from('x.npy')
  const local = Buffer.alloc(30)
  const entry = Buffer.alloc(46)
  const end = Buffer.alloc(22)
  local.writeUInt32LE(0x04034b50, 0)
  local.writeUInt16LE(lies.method ?? 8, 8)
  local.writeUInt16LE(file.length, 26)
  entry.writeUInt32LE(0x02014b50, 0)
  entry.writeUInt16LE(lies.method ?? 8, 10)
  entry.writeUInt32LE(lies.crc ?? crc32(content), 16)
  entry.writeUInt32LE(packed.length, 20)
  entry.writeUInt32LE(lies.size ?? content.length, 24)
  entry.writeUInt16LE(file.length, 28)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(entry.length + file.length, 12)
  end.writeUInt32LE(local.length + file.length + packed.length, 16)
  return Buffer.concat([local, file, packed, entry, file, end])
}

describe('readNpz', () => {
  test('reads what numpy writes, by either form of the name', () => {
    expect(npzNames(fromNumpy, { name })).toEqual(['x', 'y'])
    const [y, x] = read(fromNumpy, 'y', 'x.npy')
    expect(x).toEqual({ dtype: 'uint8', shape: [2, 2], data: Uint8Array.of(0, 1, 2, 3) })
    expect(y).toEqual({ dtype: 'int64', shape: [2], data: Float64Array.of(0, 1) })
  })

  test('gives back what was written, the same bytes each time', () => {
    fc.assert(
      fc.property(arrays(), arrays(), (x, y) => {
        const bytes = writeNpz({ x, y })
        expect(read(bytes, 'x', 'y')).toEqual([x, y])
        expect(writeNpz({ x, y })).toEqual(bytes)
      }),
      { numRuns: 50 },
    )
  })

  test('leaves arrays alone that nobody asked for, pickles among them', () => {
    const bytes = zipSync({ 'x.npy': writeNpy(u8(1)), 'evil.npy': Buffer.from('cos\nsystem\n') })
    expect(read(bytes, 'x')).toEqual([u8(1)])
    expect(errorOf(() => read(bytes, 'evil')).code).toBe('data-invalid')
  })

  test('names the arrays that are there when one is missing', () => {
    const error = errorOf(() => read(writeNpz({ x_test: u8(1), y_test: u8(2) }), 'x_tets'))
    expect(error.code).toBe('data-mismatch')
    expect(error.message).toBe('d.npz holds no array "x_tets", expected one of "x_test", "y_test".')
    expect(error.hint).toBe('Did you mean "x_test"?')
  })

  test('refuses a file that is cut off at any byte', () => {
    const whole = writeNpz({ x: u8(1, 2, 3) })
    for (let length = 0; length < whole.length; length++) {
      expect(errorOf(() => read(whole.slice(0, length), 'x')).code).toBe('data-invalid')
    }
  })

  test('notices a change of any byte of the content by its checksum', () => {
    const content = writeNpy(u8(1, 2, 3, 4))
    const bytes = zipSync({ 'x.npy': content }, { level: 0 })
    const start = Buffer.from(bytes).indexOf(Buffer.from(content))
    for (let at = start; at < start + content.length; at++) {
      const damaged = bytes.slice()
      damaged[at] = damaged[at]! ^ 1
      expect(errorOf(() => read(damaged, 'x')).message).toContain('checksum')
    }
  })

  test('refuses a directory that lies about sizes', () => {
    const content = writeNpy(u8(...new Array(1000).fill(7)))
    expect(read(zip(content), 'x')).toHaveLength(1)
    expect(errorOf(() => read(zip(content, { size: 2 ** 31 }), 'x')).message).toContain(
      'declares 2147483648 bytes',
    )
    expect(errorOf(() => read(zip(content, { size: content.length - 1 }), 'x')).code).toBe('data-invalid')
    expect(errorOf(() => read(zip(content, { size: content.length + 1 }), 'x')).code).toBe('data-invalid')
    expect(errorOf(() => read(zip(content, { crc: 1 }), 'x')).message).toContain('checksum')
    expect(errorOf(() => read(zip(content, { method: 99 }), 'x')).code).toBe('data-invalid')
  })

  test('refuses a zip of very many entries and one with the same name twice', () => {
    const many = Object.fromEntries(Array.from({ length: 1025 }, (_, i) => [`${i}.npy`, new Uint8Array(1)]))
    expect(errorOf(() => npzNames(zipSync(many), { name })).message).toContain('more than 1024 entries')
    const twice = zipSync({ x: writeNpy(u8(1)), 'x.npy': writeNpy(u8(2)) })
    expect(errorOf(() => read(twice, 'x')).message).toContain('holds "x" 2 times')
  })
})
