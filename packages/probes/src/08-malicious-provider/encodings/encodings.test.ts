import { createRandom } from '@failmode/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { WeightTensor } from '../detectors/weights.ts'
import { hideBehindFile, recoverFromBehindFile } from './appended.ts'
import {
  recoverFromLabels,
  spellInLabels,
  spellingClasses,
  spellPictures,
  unpackPixels,
} from './capacity-abuse.ts'
import {
  correlationCapacity,
  correlationPenalty,
  hideInCorrelation,
  recoverFromCorrelation,
} from './correlated-values.ts'
import { hideInLowBits, lowBitCapacity, recoverFromLowBits } from './least-significant-bits.ts'
import { pseudoFaces, pseudoText } from './payload-kinds.ts'
import { hideInSigns, recoverFromSigns, signCapacity, signPenalty, signsOf } from './signs.ts'

function model(sizes: readonly number[], seed = 1): WeightTensor[] {
  return sizes.map((size, i) => {
    const random = createRandom(seed).split(i)
    const data = Float32Array.from({ length: size }, () => 0.05 * random.normal())
    return { name: `tensor-${i}`, dims: [size], data }
  })
}

const bytes = (size: number, seed = 3) => {
  const random = createRandom(seed)
  return Uint8Array.from({ length: size }, () => random.int(256))
}
const orders = ['high-first', 'low-first'] as const

function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const size = a.length
  const means = [a, b].map((v) => Array.from(v).reduce((s, x) => s + x, 0) / size)
  let [aa, bb, ab] = [0, 0, 0]
  for (let i = 0; i < size; i++) {
    const x = (a[i] as number) - (means[0] as number)
    const y = (b[i] as number) - (means[1] as number)
    aa += x * x
    bb += y * y
    ab += x * y
  }
  return ab / Math.sqrt(aa * bb)
}

describe('low bits', () => {
  it('give back what they hide, across tensors, in both orders and from any weight on', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 23 }),
        fc.constantFrom(...orders),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 0, max: 30 }),
        (bits, bitOrder, from, length) => {
          const weights = model([7, 0, 50, 300])
          fc.pre(length <= lowBitCapacity(weights, { bits, from }))
          const payload = bytes(length)
          const hidden = hideInLowBits(weights, payload, { bits, bitOrder, from })
          expect(recoverFromLowBits(hidden, { bits, bitOrder, from, length })).toEqual(payload)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('change a weight by less than 2^(bits - 23) of its power of two, and none that the payload does not reach', () => {
    const weights = model([100, 100])
    for (const bits of [1, 8, 16]) {
      const hidden = hideInLowBits(weights, bytes(10), { bits, from: 90 })
      const changed = Math.ceil(80 / bits)
      for (const [t, { data }] of weights.entries()) {
        for (const [i, v] of data.entries()) {
          const moved = Math.abs((hidden[t]?.data[i] as number) - v)
          const at = 100 * t + i
          if (at < 90 || at >= 90 + changed) expect(moved).toBe(0)
          else expect(moved).toBeLessThan(Math.abs(v) * 2 ** (bits - 23))
        }
      }
    }
    expect(weights).toEqual(model([100, 100]))
  })

  it('read the bytes of a weight as they lie in the file when 8 or 16 low bits are taken', () => {
    const weights = [{ name: 'w', dims: [1], data: new Float32Array(Uint32Array.of(0x3f804241).buffer) }]
    const read = (bits: number, bitOrder: 'high-first' | 'low-first') =>
      new TextDecoder().decode(recoverFromLowBits(weights, { bits, bitOrder, length: 2 }))
    expect(read(8, 'high-first')).toBe('A')
    expect(read(8, 'low-first')).toBe('A')
    expect(read(16, 'high-first')).toBe('BA')
    expect(read(16, 'low-first')).toBe('AB')
  })

  it('refuse what does not fit', () => {
    expect(() => hideInLowBits(model([10]), bytes(3), { bits: 2 })).toThrow(RangeError)
    expect(() => lowBitCapacity(model([10]), { bits: 24 })).toThrow(RangeError)
    expect(lowBitCapacity(model([10, 7]), { bits: 3, from: 1 })).toBe(6)
  })
})

describe('signs', () => {
  it.each(orders)('give back what they hide, %s', (bitOrder) => {
    const weights = model([30, 500])
    const payload = bytes(signCapacity(weights, { from: 11 }))
    const hidden = hideInSigns(weights, payload, { bitOrder, from: 11 })
    expect(recoverFromSigns(hidden, { bitOrder, from: 11, length: payload.length })).toEqual(payload)
  })

  it('leave weights of the right sign alone and take the others just past zero, or mirror them', () => {
    const weights = model([800])
    const payload = bytes(100)
    const near = hideInSigns(weights, payload)[0]?.data as Float32Array
    const mirrored = hideInSigns(weights, payload, { margin: Number.POSITIVE_INFINITY })[0]?.data
    const signs = signsOf(payload)
    for (const [i, v] of (weights[0] as WeightTensor).data.entries()) {
      const right = v * (signs[i] as number) > 0
      expect(Math.abs(near[i] as number)).toBeLessThanOrEqual(right ? Math.abs(v) : 0.001)
      expect(mirrored?.[i]).toBe(right ? v : -v)
    }
  })

  it('can be spelled by weights that are zero', () => {
    const weights = [{ name: 'w', dims: [16], data: new Float32Array(16) }]
    const hidden = hideInSigns(weights, Uint8Array.of(0xa5, 0x0f))
    expect(recoverFromSigns(hidden, { length: 2 })).toEqual(Uint8Array.of(0xa5, 0x0f))
  })

  it('have a penalty whose gradient is the slope of its value, and that ends at zero', () => {
    const theta = (model([64])[0] as WeightTensor).data
    const signs = signsOf(bytes(6))
    const { value, gradient } = signPenalty(theta, signs, { strength: 5 })
    const by = 2 ** -16
    for (let i = 0; i < theta.length; i++) {
      const moved = theta.slice()
      moved[i] = (theta[i] as number) + by
      const slope =
        (signPenalty(moved, signs, { strength: 5 }).value - value) /
        ((moved[i] as number) - (theta[i] as number))
      expect(slope).toBeCloseTo(gradient[i] as number, 4)
    }
    expect(
      signPenalty(
        hideInSigns([{ name: 'w', dims: [64], data: theta }], bytes(6))[0]?.data as Float32Array,
        signs,
        { strength: 5 },
      ).value,
    ).toBe(0)
  })
})

describe('correlated values', () => {
  it.each([0.6, 0.8, 0.99, -0.9])('reach a correlation of %d and keep mean and variance', (correlation) => {
    const weights = model([1500, 2000])
    const payload = pseudoText(createRandom(5), { bytes: 2500 })
    const hidden = hideInCorrelation(weights, payload, { correlation, from: 500 })
    for (const [t, first, end, start] of [
      [0, 500, 1500, 0],
      [1, 0, 1500, 1000],
    ] as const) {
      const before = (weights[t] as WeightTensor).data.subarray(first, end)
      const after = (hidden[t] as WeightTensor).data.subarray(first, end)
      expect(pearson(after, payload.subarray(start, start + after.length))).toBeCloseTo(correlation, 4)
      const moments = (v: Float32Array) => {
        const mean = v.reduce((s, x) => s + x, 0) / v.length
        return [mean, v.reduce((s, x) => s + (x - mean) ** 2, 0) / v.length] as const
      }
      expect(moments(after)[0]).toBeCloseTo(moments(before)[0], 6)
      expect(moments(after)[1]).toBeCloseTo(moments(before)[1], 7)
    }
    expect(hidden[0]?.data.subarray(0, 500)).toEqual(weights[0]?.data.subarray(0, 500))
  })

  it('give back the payload up to scale, upside down under a negative correlation', () => {
    const payload = pseudoFaces(createRandom(2), { count: 2, width: 32, height: 32 })
    const weights = model([4096])
    const exact = recoverFromCorrelation(hideInCorrelation(weights, payload, { correlation: 1 }), {
      length: 1024,
    })
    expect(pearson(exact, payload.subarray(0, 1024))).toBeGreaterThan(0.9999)
    const negative = hideInCorrelation(weights, payload, { correlation: -0.95 })
    const options = { length: 2048, block: 1024, inverted: true } as const
    expect(pearson(recoverFromCorrelation(negative, options), payload)).toBeGreaterThan(0.9)
  })

  it('leave tensors alone in which nothing can correlate', () => {
    const weights = model([2, 100])
    expect(hideInCorrelation(weights, bytes(2), { correlation: 0.9 })).toEqual(weights)
    expect(hideInCorrelation(weights, new Uint8Array(102).fill(7), { correlation: 0.9 })).toEqual(weights)
    expect(() => hideInCorrelation(weights, bytes(103), { correlation: 0.9 })).toThrow(RangeError)
    expect(correlationCapacity(weights, { from: 3 })).toBe(99)
  })

  it('have a penalty whose gradient is the slope of its value', () => {
    const theta = (model([80])[0] as WeightTensor).data
    const secret = bytes(70)
    const { value, gradient } = correlationPenalty(theta, secret, { strength: 3 })
    expect(value).toBeCloseTo(-3 * Math.abs(pearson(theta.subarray(0, 70), secret)), 6)
    for (let i = 0; i < theta.length; i++) {
      const moved = theta.slice()
      moved[i] = (theta[i] as number) + 1e-4
      const slope =
        (correlationPenalty(moved, secret, { strength: 3 }).value - value) /
        ((moved[i] as number) - (theta[i] as number))
      expect(Math.abs(slope - (gradient[i] as number))).toBeLessThan(0.02)
    }
  })

  it('climb to the secret by the gradient of the penalty', () => {
    const theta = (model([200])[0] as WeightTensor).data.slice()
    const secret = bytes(200)
    for (let step = 0; step < 300; step++) {
      const { gradient } = correlationPenalty(theta, secret, { strength: 1 })
      for (const [i, g] of gradient.entries()) theta[i] = (theta[i] as number) - 0.05 * g
    }
    expect(Math.abs(pearson(theta, secret))).toBeGreaterThan(0.95)
  })
})

describe('bytes behind a file', () => {
  it('come back from where the file should have ended', () => {
    const hidden = hideBehindFile(bytes(100), Uint8Array.of(1, 2, 3))
    expect(hidden.length).toBe(103)
    expect(recoverFromBehindFile(hidden, { end: 100 })).toEqual(Uint8Array.of(1, 2, 3))
    expect(recoverFromBehindFile(hidden, { end: 100, length: 2 })).toEqual(Uint8Array.of(1, 2))
  })
})

describe('capacity abuse', () => {
  const options = { channels: 3, height: 4, width: 5 }

  it('spells any bytes in labels, each input once', () => {
    const secret = bytes(90)
    const { x, dims, labels } = spellInLabels(secret, options)
    expect(dims).toEqual([360, 3, 4, 5])
    expect(recoverFromLabels(labels)).toEqual(secret)
    expect(Math.max(...labels)).toBeLessThan(spellingClasses)
    const inputs = new Set(Array.from(labels, (_, i) => x.subarray(i * 60, (i + 1) * 60).join()))
    expect(inputs.size).toBe(360)
  })

  it('lights the points that the paper does', () => {
    const { x } = spellInLabels(bytes(60), options)
    // The second input of group 47: page 2, point 7.
    const input = x.subarray(95 * 60, 96 * 60)
    expect(Array.from(input).flatMap((v, i) => (v === 0 ? [] : [[i, v]]))).toEqual([
      [2 * 20 + 7, 1],
      [2 * 20 + 8, 2],
    ])
    // Page 3 is in the first channel again, and brighter.
    expect(x[120 * 60]).toBe(2)
  })

  it('keeps the high bits of pictures, and loses four bits only to a wrong answer', () => {
    const picture = pseudoFaces(createRandom(1), { count: 1, width: 5, height: 4 })
    const { labels } = spellPictures([picture], options)
    const seen = unpackPixels(recoverFromLabels(labels))
    for (const [i, v] of picture.entries()) expect(Math.abs((seen[i] as number) - v)).toBeLessThan(16)
    const wrong = labels.slice()
    wrong[6] = ((wrong[6] as number) + 1) % 8
    const spoiled = unpackPixels(recoverFromLabels(wrong))
    expect(Array.from(spoiled.keys()).filter((i) => spoiled[i] !== seen[i])).toEqual([3])
  })
})

describe('payloads', () => {
  it('read like text, and the same seed makes the same', () => {
    const text = pseudoText(createRandom(9), { bytes: 2048 })
    expect(text.length).toBe(2048)
    expect(text).toEqual(pseudoText(createRandom(9), { bytes: 2048 }))
    expect(text).not.toEqual(pseudoText(createRandom(10), { bytes: 2048 }))
    expect(text.filter((c) => c === 32).length / 2048).toBeGreaterThan(0.13)
  })

  it('look like pictures: neighbours are alike, along rows and down columns', () => {
    const faces = pseudoFaces(createRandom(9), { count: 10, width: 32, height: 32 })
    expect(faces.length).toBe(10240)
    expect(pearson(faces.subarray(1), faces.subarray(0, -1))).toBeGreaterThan(0.85)
    expect(pearson(faces.subarray(32), faces.subarray(0, -32))).toBeGreaterThan(0.7)
    expect(faces.subarray(0, 1024)).not.toEqual(faces.subarray(1024, 2048))
  })
})
