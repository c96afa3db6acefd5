import { createRandom } from '@failmode/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sampleSet } from '../testing/memory-system.ts'
import { indexCopies } from './copies.ts'

const shape = [1, 16, 16]
const random = createRandom('copies')
const noisy = (base: (at: number) => number, strength: number, name: string) => {
  const stream = random.split(name)
  return Array.from({ length: 256 }, (_, at) => base(at) + strength * (stream.uniform() - 0.5))
}
/** A bump at a place of its own. */
const picture = (i: number) =>
  noisy(
    (at) => 0.2 + 0.6 * Math.exp(-(((at % 16) - (i % 16)) ** 2 + (Math.floor(at / 16) - (i % 11)) ** 2) / 8),
    0.1,
    `p${i}`,
  )
const pictures = Array.from({ length: 60 }, (_, i) => picture(i))
const index = indexCopies(sampleSet(pictures, { shape, labels: null }), 0.995)
const find = (values: readonly number[]) => index.find(Float32Array.from(values))

describe('looking for copies of pictures', () => {
  it('finds each picture itself, exactly', () => {
    for (const [of, values] of pictures.entries()) expect(find(values)).toEqual({ of, exact: true })
  })

  it('finds it lighter, darker, and with a little noise', () => {
    const own = pictures[7]!
    expect(find(own.map((value) => 0.6 * value + 0.3))).toEqual({ of: 7, exact: false })
    expect(find(own.map((value) => 0.9 * value))).toEqual({ of: 7, exact: false })
    expect(find(noisy((at) => own[at]!, 0.03, 'again'))).toEqual({ of: 7, exact: false })
    // Saved with 32 grey levels.
    expect(find(own.map((value) => Math.round(value * 31) / 31))).toEqual({ of: 7, exact: false })
  })

  it('does not take a shifted, turned or mirrored picture, or another one like it, for a copy', () => {
    const own = pictures[7]!
    expect(find(own.map((_, at) => own[(at + 1) % 256]!))).toBeNull()
    expect(find(own.map((_, at) => own[Math.floor(at / 16) + (at % 16) * 16]!))).toBeNull()
    expect(find(picture(7).map((value, at) => value + 0.3 * Math.sin(at)))).toBeNull()
    expect(find(picture(900))).toBeNull()
  })

  it('takes pictures of one colour for copies only when the colour is the same', () => {
    const plain = indexCopies(sampleSet([new Array(256).fill(0.5)], { shape, labels: null }), 0.995)
    expect(plain.find(new Float32Array(256).fill(0.5))).toEqual({ of: 0, exact: true })
    expect(plain.find(new Float32Array(256).fill(0.6))).toBeNull()
  })

  it('finds the same as comparing every pair in full', () => {
    const correlation = (a: readonly number[], b: readonly number[]) => {
      const mean = (x: readonly number[]) => x.reduce((sum, v) => sum + v, 0) / x.length
      const [ma, mb] = [mean(a), mean(b)]
      let [ab, aa, bb] = [0, 0, 0]
      for (let i = 0; i < a.length; i++) {
        ab += (a[i]! - ma) * (b[i]! - mb)
        aa += (a[i]! - ma) ** 2
        bb += (b[i]! - mb) ** 2
      }
      return ab / Math.sqrt(aa * bb)
    }
    fc.assert(
      fc.property(
        fc.nat(59),
        fc.double({ min: 0, max: 0.3, noNaN: true }),
        fc.nat(),
        (of, strength, name) => {
          const changed = noisy((at) => pictures[of]![at]!, strength, `q${name}`)
          const best = pictures.findIndex((other) => correlation(changed, other) >= 0.995)
          // Closer to the limit than float32 can tell, either answer is right.
          if (Math.abs(correlation(changed, pictures[of]!) - 0.995) < 1e-4) return
          expect(find(changed)?.of ?? -1).toBe(best)
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('looking for copies of rows', () => {
  it('finds those with the same numbers only', () => {
    const rows = indexCopies(
      sampleSet(
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
        { shape: [3], labels: null },
      ),
      0.995,
    )
    expect(rows.find(Float32Array.of(4, 5, 6))).toEqual({ of: 1, exact: true })
    expect(rows.find(Float32Array.of(8, 10, 12))).toBeNull()
    expect(rows.find(Float32Array.of(4, 5, 6), (of) => of < 1)).toBeNull()
  })
})
