import { deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { Budget, defaultLimits, LimitReached } from '../scan/limits.ts'
import { inflate } from './inflate.ts'
import { deflateDecoder } from './inflate-deflate.ts'
import { memorySource } from './source.ts'

const raw = Buffer.from(Array.from({ length: 900_000 }, (_, i) => (i * i) >> 9))
const packed = memorySource(deflateRawSync(raw))

describe('inflate', () => {
  it('gives any range of a result that was kept in pieces', () => {
    const { source } = inflate(deflateDecoder, packed, new Budget(defaultLimits))
    for (const [offset, length] of [
      [0, 10],
      [65_530, 20],
      [0, 900_000],
      [300_000, 400_000],
      [899_999, 100],
      [900_000, 1],
    ] as const) {
      expect(Buffer.from(source.read(offset, length)).equals(raw.subarray(offset, offset + length))).toBe(
        true,
      )
    }
  })

  it('keeps what came before a limit and says which it was', () => {
    const { source, stopped } = inflate(
      deflateDecoder,
      packed,
      new Budget({ ...defaultLimits, inflatedBytes: 500_000 }),
    )
    expect(stopped).toBeInstanceOf(LimitReached)
    expect(source.size).toBeGreaterThan(100_000)
    expect(source.size).toBeLessThanOrEqual(500_000)
    expect(Buffer.from(source.read(0, source.size)).equals(raw.subarray(0, source.size))).toBe(true)
  })

  it('gives all that came before a fault, and where it lies', () => {
    const bytes = Buffer.from(packed.read(0, packed.size))
    const cut = inflate(
      deflateDecoder,
      memorySource(bytes.subarray(0, bytes.length >> 1)),
      new Budget(defaultLimits),
    )
    expect(cut.stopped?.message).toContain('ends in the middle')
    expect(cut.source.size).toBeGreaterThan(300_000)
    expect(Buffer.from(cut.source.read(0, cut.source.size)).equals(raw.subarray(0, cut.source.size))).toBe(
      true,
    )
  })
})
