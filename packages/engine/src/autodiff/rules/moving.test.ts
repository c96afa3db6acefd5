import { describe, expect, it } from 'vitest'
import { checkGolden, goldenCases } from '../../testing/check-golden.ts'

describe('gradients of operators that move values, that PyTorch gave', () => {
  for (const golden of goldenCases('moving')) {
    it(`are met for ${golden.name}`, async () => {
      expect(await checkGolden(golden)).toBeLessThan(1e-5)
    })
    // onnxruntime itself scatters no half floats with a reduction.
    if (golden.opType.startsWith('Scatter')) continue
    it(`are met for ${golden.name} in half floats, as far as those are exact`, async () => {
      expect(await checkGolden(golden, { dtype: 'float16' })).toBeLessThan(5e-3)
    })
  }
})
