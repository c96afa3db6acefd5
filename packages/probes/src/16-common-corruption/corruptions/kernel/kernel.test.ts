import { createRandom } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { signed, unsigned } from './assemble.ts'
import { kernelWith } from './kernel.ts'

/** What the bytes of a LEB128 number stand for, by its definition. */
function decoded(bytes: readonly number[], { sign }: { readonly sign: boolean }): number {
  const value = bytes.reduce((sum, byte, i) => sum + (byte % 128) * 128 ** i, 0)
  return sign && bytes.at(-1)! % 128 >= 64 ? value - 128 ** bytes.length : value
}

describe('LEB128', () => {
  // The two long ones are the worked examples of the DWARF and Wikipedia descriptions.
  it.each([
    [0, [0]],
    [127, [0x7f]],
    [128, [0x80, 1]],
    [16_383, [0xff, 0x7f]],
    [16_384, [0x80, 0x80, 1]],
    [624_485, [0xe5, 0x8e, 0x26]],
    [2 ** 32 - 1, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])('of %i without a sign', (n, bytes) => {
    expect(unsigned(n)).toEqual(bytes)
    expect(decoded(bytes, { sign: false })).toBe(n)
  })

  it.each([
    [0, [0]],
    [63, [0x3f]],
    [64, [0xc0, 0]],
    [-1, [0x7f]],
    [-64, [0x40]],
    [-65, [0xbf, 0x7f]],
    [-123_456, [0xc0, 0xbb, 0x78]],
    [2 ** 31 - 1, [0xff, 0xff, 0xff, 0xff, 0x07]],
    [-(2 ** 31), [0x80, 0x80, 0x80, 0x80, 0x78]],
  ])('of %i with a sign', (n, bytes) => {
    expect(signed(n)).toEqual(bytes)
    expect(decoded(bytes, { sign: true })).toBe(n)
  })
})

describe('cut', () => {
  it.each([0, 5e-4])('is its definition in 32-bit arithmetic, to the bit, with slack %d', (slack) => {
    const levels = Array.from({ length: 256 }, (_, level) => level / 255)
    const beside = levels.flatMap((x) => [x - 1e-6, x + 1e-6, x - slack / 255, x - (2 * slack) / 255])
    const edges = [0, -0, 1, slack, -slack, 1 - slack, -1e-9, -3, 1 + 1e-6, 7, -Infinity, Infinity]
    const random = createRandom(3)
    const x = Float32Array.from([
      ...edges,
      ...levels,
      ...beside,
      ...Array.from({ length: 2000 }, () => 1.4 * random.uniform() - 0.2),
    ])
    expect(x.length % 4).toBe(0)
    const expected = x.map((value) => {
      const level = Math.fround(Math.fround(value * 255) + Math.fround(slack))
      return Math.floor(Math.min(255, Math.max(0, level))) / 255
    })
    const { numbers, cut } = kernelWith(x.length + 8)
    numbers.fill(0.3)
    numbers.set(x, 4)
    cut(16, 16 + 4 * x.length, slack)
    expect(numbers.slice(4, 4 + x.length)).toEqual(expected)
    // Nothing before or behind is touched.
    const outside = [...numbers.slice(0, 4), ...numbers.slice(4 + x.length, 8 + x.length)]
    expect(outside).toEqual(Array.from({ length: 8 }, () => Math.fround(0.3)))
  })
})

describe('correlate', () => {
  it.each([
    { groups: 1, rows: 1, wide: 4 },
    { groups: 3, rows: 5, wide: 12 },
  ])('is a plain loop in 32-bit arithmetic, to the bit: %o', ({ groups, rows, wide }) => {
    const random = createRandom(6)
    const { fround } = Math
    const across = wide + 7
    const planeAt = 16 * groups
    const outAt = planeAt + 4 * Math.ceil(((rows + 3) * across) / 4)
    const { numbers, correlate } = kernelWith(outAt + rows * wide + 4)
    const words = new Int32Array(numbers.buffer)
    for (let i = planeAt; i < outAt + rows * wide + 4; i++) numbers[i] = 2 * random.uniform() - 1
    const start = (tap: number) => (tap >> 3) * 16 + (tap & 7)
    for (let tap = 0; tap < 8 * groups; tap++) {
      words[start(tap)] = 4 * (random.int(3) * across + random.int(8))
      numbers[start(tap) + 8] = 2 * random.uniform() - 1
    }

    const expected = numbers.slice(outAt, outAt + rows * wide + 4)
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < wide; x++) {
        for (let group = 0; group < groups; group++) {
          const term = (i: number) => {
            const at = start(8 * group + i)
            return fround(numbers[at + 8]! * numbers[planeAt + y * across + x + words[at]! / 4]!)
          }
          const pair = (i: number) => fround(term(i) + term(i + 1))
          const former = fround(pair(0) + pair(2))
          const latter = fround(pair(4) + pair(6))
          const at = y * wide + x
          expected[at] = fround(fround(expected[at]! + former) + latter)
        }
      }
    }
    correlate(0, 4 * planeAt, 4 * planeAt, 4 * across, 4 * outAt, rows, 4 * wide)
    expect(numbers.slice(outAt, outAt + rows * wide + 4)).toEqual(expected)
  })
})
