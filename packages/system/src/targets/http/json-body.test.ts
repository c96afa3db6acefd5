import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inputsBody, instancesBody, jsonBody } from './json-body.ts'

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8')
const flat = (numbers: Float32Array | Float64Array) => textOf(jsonBody([{ numbers, dims: [numbers.length] }]))

describe('numbers as JSON', () => {
  it('come back as the very numbers that were written, in single precision', () => {
    const single = fc.oneof(
      fc.float({ noNaN: true, noDefaultInfinity: true }),
      fc.float({ noNaN: true, min: -1, max: 1 }),
      fc.integer({ min: -2000, max: 2000 }),
      fc.integer({ min: 0, max: 255 }).map((byte) => Math.fround(byte / 255)),
    )
    fc.assert(
      fc.property(fc.array(single), (values) => {
        const numbers = Float32Array.from(values)
        const back = Float32Array.from(JSON.parse(flat(numbers)) as number[])
        expect(back.map((value) => value + 0)).toEqual(numbers.map((value) => value + 0))
      }),
      { numRuns: 500 },
    )
  })

  it('come back around every place where they are written in another way', () => {
    const around = [0, 1e-3, 0.1, 1, 9, 10, 99, 100, 999, 1000, 1e6, 2 ** 24, 3.4e38, 1e-38, 1e-45].flatMap(
      (at) => {
        const bits = new Int32Array(Float32Array.of(at).buffer)[0] as number
        const near = [-2, -1, 0, 1, 2].map(
          (step) => new Float32Array(Int32Array.of(bits + step).buffer)[0] as number,
        )
        return near.filter(Number.isFinite).flatMap((value) => [value, -value])
      },
    )
    const numbers = Float32Array.from(around)
    const back = Float32Array.from(JSON.parse(flat(numbers)) as number[])
    expect([...back]).toEqual([...numbers].map((value) => value + 0))
  })

  it('come back in double precision', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })), (values) => {
        expect(JSON.parse(flat(Float64Array.from(values)))).toEqual(values.map((value) => value + 0))
      }),
    )
  })

  it('are as short as they can be where they are whole', () => {
    expect(flat(Float32Array.of(0, -1, 255, 0.5, 1000, -0))).toBe('[0,-1,255,0.5,1000,0]')
  })

  it('lie in lists within lists', () => {
    const numbers = Float32Array.from({ length: 8 }, (_, i) => i)
    expect(
      textOf(
        jsonBody([
          '{"a":',
          { numbers, dims: [2, 2, 2] },
          ',"ä":',
          { numbers: numbers.subarray(7), dims: [] },
          '}',
        ]),
      ),
    ).toBe('{"a":[[[0,1],[2,3]],[[4,5],[6,7]]],"ä":7}')
  })

  it('are samples by columns or by rows, under a name or without one', () => {
    const numbers = Float32Array.of(1, 2, 3, 4)
    const samples = { count: 2, dims: [2] }
    expect(textOf(inputsBody(numbers, { ...samples, key: null }))).toBe('{"inputs":[[1,2],[3,4]]}')
    expect(textOf(inputsBody(numbers, { ...samples, key: 'x' }))).toBe('{"inputs":{"x":[[1,2],[3,4]]}}')
    expect(textOf(instancesBody(numbers, { ...samples, key: null }))).toBe('{"instances":[[1,2],[3,4]]}')
    expect(textOf(instancesBody(numbers, { ...samples, key: 'x"' }))).toBe(
      '{"instances":[{"x\\"":[1,2]},{"x\\"":[3,4]}]}',
    )
  })
})
