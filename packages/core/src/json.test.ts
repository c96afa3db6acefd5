import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from './json.ts'

describe('canonical JSON', () => {
  it('is the same for objects whose keys were written in another order', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: true })).toBe(
      '{"a":true,"b":[1,{"c":"x","d":null}]}',
    )
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}')
  })

  it('parses back to what it was made of, for every JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        // JSON has no negative zero.
        const plain = JSON.parse(JSON.stringify(value))
        expect(JSON.parse(canonicalJson(plain))).toEqual(plain)
      }),
    )
  })

  it('refuses what JSON would change', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, () => 1, 1n, Symbol('x')]) {
      expect(() => canonicalJson({ value })).toThrow(TypeError)
    }
  })
})
