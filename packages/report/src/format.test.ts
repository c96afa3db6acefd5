import type { Measurement } from '@failmode/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatBytes,
  formatDuration,
  formatMeasurement,
  formatNumber,
  formatPercent,
  formatTick,
  formatTime,
  formatValue,
} from './format.ts'

const robust: Measurement = {
  name: 'robust-accuracy',
  value: 0.045,
  unit: 'fraction',
  interval: { low: 0.0239, high: 0.0833, confidence: 0.95, method: 'wilson' },
  n: 200,
  denominator: 'samples',
}

describe('a measurement in words', () => {
  it('gives value, interval and n', () => {
    expect(formatMeasurement(robust)).toBe('robust-accuracy 4.5 % [2.4, 8.3] (n 200)')
  })

  it('names a confidence that is not 95 %', () => {
    const wide = { ...robust, interval: { low: 0.01, high: 0.1, confidence: 0.99, method: 'wilson' } }
    expect(formatMeasurement(wide)).toBe('robust-accuracy 4.5 % [1.0, 10.0] at 99 % (n 200)')
  })

  it('gives no value for what was computed from nothing', () => {
    const { interval: _, ...bare } = robust
    expect(formatMeasurement({ ...bare, value: 0, n: 0 })).toBe('robust-accuracy n/a (n 0)')
  })

  it('gives no value for what is not a number', () => {
    expect(formatValue(Number.NaN, 'fraction')).toBe('n/a')
    expect(formatNumber(Number.POSITIVE_INFINITY)).toBe('n/a')
    expect(formatPercent(Number.NaN)).toBe('n/a')
  })
})

describe('a percentage', () => {
  it('is 0 or 100 only when the fraction is exactly 0 or 1', () => {
    expect(formatPercent(0)).toBe('0')
    expect(formatPercent(1)).toBe('100')
    expect(formatPercent(0.0004)).toBe('0.04')
    expect(formatPercent(0.99999)).toBe('99.999')
    expect(formatPercent(1e-9)).toBe('<0.0001')
    expect(formatPercent(1 - 1e-9)).toBe('>99.9999')
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1 - 1e-12, noNaN: true }), (fraction) => {
        expect(['0', '0.0', '100', '100.0']).not.toContain(formatPercent(fraction))
      }),
    )
  })

  it('is within half a unit of its last digit of the fraction', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 0.999, noNaN: true }), (fraction) => {
        expect(Math.abs(Number(formatPercent(fraction)) - fraction * 100)).toBeLessThanOrEqual(0.0500001)
      }),
    )
  })

  it('may be negative or above 100', () => {
    expect(formatPercent(-0.032)).toBe('-3.2')
    expect(formatPercent(1.5)).toBe('150.0')
  })
})

describe('a number', () => {
  it('has three significant digits, or all of a whole number', () => {
    expect([1_234_567, 0.098765, 1234.56, 0.1, -2.5, 0].map(formatNumber)).toEqual([
      '1,234,567',
      '0.0988',
      '1,235',
      '0.1',
      '-2.5',
      '0',
    ])
    expect(formatNumber(0.0000123)).toBe('1.23e-5')
  })

  it('is never off by more than half a percent', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e12, noNaN: true }), (value) => {
        expect(Math.abs(Number(formatNumber(value).replaceAll(',', '')) / value - 1)).toBeLessThan(0.00501)
      }),
    )
  })

  it('takes its unit where it has one', () => {
    expect(formatValue(1200, 'queries')).toBe('1,200 queries')
    expect(formatValue(3, 'count')).toBe('3')
    expect(formatTick(0.75, 'fraction')).toBe('75')
  })
})

it('writes times, durations and sizes for people', () => {
  expect(formatTime('2026-11-23T14:02:31.000Z')).toBe('2026-11-23 14:02 UTC')
  expect(formatTime('yesterday')).toBe('yesterday')
  expect([4.2, 412.7, 7384].map(formatDuration)).toEqual(['4.2 s', '6 min 53 s', '2 h 3 min'])
  expect([999, 2500, 3_100_000].map(formatBytes)).toEqual(['999 bytes', '2.5 kB', '3.1 MB'])
})
