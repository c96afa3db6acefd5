import { describe, expect, it } from 'vitest'
import { modelOf, node, randomNumbers, runOnce } from '../testing/models.ts'
import { bfloat16Bits, bfloat16Value, float16Bits, float16Value } from './half.ts'
import { float32 } from './tensor.ts'

describe('half-precision conversions', () => {
  it('bring every float16 bit pattern back unchanged, NaN as a NaN', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = float16Value(bits)
      if (Number.isNaN(value)) expect(Number.isNaN(float16Value(float16Bits(value)))).toBe(true)
      else if (float16Bits(value) !== bits)
        expect.fail(`float16 bits ${bits} come back as ${float16Bits(value)}`)
    }
  })

  it('bring every bfloat16 bit pattern back unchanged, NaN as a NaN', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = bfloat16Value(bits)
      if (Number.isNaN(value)) expect(Number.isNaN(bfloat16Value(bfloat16Bits(value)))).toBe(true)
      else if (bfloat16Bits(value) !== bits)
        expect.fail(`bfloat16 bits ${bits} come back as ${bfloat16Bits(value)}`)
    }
  })

  it('know the published landmarks of both formats', () => {
    expect([1, -2, 65504, 65520, 2 ** -24, 2 ** -25, 2 ** -14, -0].map(float16Bits)).toEqual([
      0x3c00, 0xc000, 0x7bff, 0x7c00, 1, 0, 0x400, 0x8000,
    ])
    expect([1, -2, 3.38953139e38, Infinity].map(bfloat16Bits)).toEqual([0x3f80, 0xc000, 0x7f7f, 0x7f80])
  })

  it('round as onnxruntime rounds, from subnormal to overflow', async () => {
    const numbers = randomNumbers(1, 20_000).map((value, i) => value * 2 ** ((i % 44) - 26))
    // Exact halves between neighbours must go to even.
    for (let i = 0; i < 1000; i++) numbers.push((2048 + 2 * i + 1) / 2 ** 10 / 2)
    const x = float32(numbers)
    const model = modelOf({
      inputs: { x: x.dims },
      nodes: [node('Cast', ['x'], ['y'], { to: 10 })],
      outputs: ['y'],
    })
    const { y } = await runOnce(model, { x })
    expect(Array.from(x.data as Float32Array, float16Bits)).toEqual(Array.from(y!.data as Uint16Array))
  })
})
