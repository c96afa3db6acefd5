import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Budget, defaultLimits, LimitReached } from '../../scan/limits.ts'
import { memorySource, type Source } from '../../source/source.ts'
import { Malformed } from '../format.ts'
import { type Field, fields, readText, signed, varints } from './fields.ts'
import { bytes, fixed32, int, join, text } from './write.ts'

const budget = () => new Budget(defaultLimits)
const all = (message: Uint8Array): Field[] => [
  ...fields(memorySource(message), { from: 0, to: message.length }, budget()),
]

describe('fields of a protobuf message', () => {
  it('are given as the encoding guide has them', () => {
    // The guide's own examples: 150 in field 1, "testing" in field 2, a nested message in field 3.
    expect(all(Uint8Array.of(0x08, 0x96, 0x01))).toEqual([{ number: 1, at: 0, wire: 'varint', value: 150n }])
    const testing = Uint8Array.of(0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67)
    const [field] = all(testing)
    expect(field).toEqual({ number: 2, at: 0, wire: 'bytes', from: 2, to: 9 })
    expect(readText(memorySource(testing), field as { from: number; to: number })).toBe('testing')
    expect(all(Uint8Array.of(0x1a, 0x03, 0x08, 0x96, 0x01))).toMatchObject([{ number: 3, from: 2, to: 5 }])
  })

  it('hold negative numbers in ten bytes', () => {
    const [field] = all(int(4, -2n))
    expect(field).toMatchObject({ wire: 'varint', value: 0xfffffffffffffffen })
    expect(signed((field as { value: bigint }).value)).toBe(-2n)
  })

  it('come back whatever numbers and lengths they have', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            number: fc.integer({ min: 1, max: 2 ** 29 - 1 }),
            value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
          }),
        ),
        (list) => {
          expect(all(join(...list.map(({ number, value }) => int(number, value))))).toMatchObject(list)
        },
      ),
    )
  })

  it('pass bulk by its length without reading it', () => {
    let read = 0
    const bulk = 2 ** 40
    const head = join(int(1, 8n), Uint8Array.of(0x12, ...lengthOf(BigInt(bulk))))
    const tail = int(3, 7n)
    const source: Source = {
      size: head.length + bulk + tail.length,
      read(offset, length) {
        read += length
        const out = new Uint8Array(length)
        for (let i = 0; i < length; i++) {
          const at = offset + i
          out[i] =
            at < head.length ? head[at]! : at >= head.length + bulk ? tail[at - head.length - bulk]! : 0
        }
        return out
      },
    }
    expect([...fields(source, { from: 0, to: source.size }, budget())].map(({ number }) => number)).toEqual([
      1, 2, 3,
    ])
    expect(read).toBeLessThan(10_000)
  })

  it('are refused where they break the encoding', () => {
    expect(() => all(Uint8Array.of(0x08))).toThrow(Malformed)
    expect(() => all(Uint8Array.of(0x08, ...new Array<number>(11).fill(0x80), 1))).toThrow(/ten bytes/)
    expect(() => all(Uint8Array.of(0x12, 0x05, 1))).toThrow(/behind its message/)
    expect(() => all(Uint8Array.of(0x12, ...lengthOf(2n ** 64n - 1n)))).toThrow(/behind its message/)
    expect(() => all(Uint8Array.of(0x0b))).toThrow(/wire type 3/)
    expect(() => all(Uint8Array.of(0x00, 0x00))).toThrow(/number 0/)
    expect(() => all(fixed32(1, 5).subarray(0, 4))).toThrow(Malformed)
  })

  it('give repeated numbers alike whether packed or not', () => {
    const values = [0n, 127n, 128n, 2n ** 63n]
    const packed = bytes(1, join(...values.map((value) => Uint8Array.from(lengthOf(value)))))
    const read = (message: Uint8Array) =>
      all(message).flatMap((field) => [...varints(memorySource(message), field, budget())])
    expect(read(packed)).toEqual(values)
    expect(read(join(...values.map((value) => int(1, value))))).toEqual(values)
    expect(() => [...varints(memorySource(packed), all(packed)[0]!, budget(), { limit: 3 })]).toThrow(
      Malformed,
    )
  })

  it('hold only texts that are UTF-8 and of bounded length', () => {
    expect(() => readText(memorySource(Uint8Array.of(0xff)), { from: 0, to: 1 })).toThrow(Malformed)
    const long = text(1, 'a'.repeat(100))
    expect(() => readText(memorySource(long), { from: 2, to: 102 }, { limit: 99 })).toThrow(LimitReached)
  })
})

function lengthOf(value: bigint): number[] {
  return [...int(1, value)].slice(1)
}
