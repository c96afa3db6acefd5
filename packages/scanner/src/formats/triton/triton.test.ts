import { describe, expect, it } from 'vitest'
import { scannedTogether } from '../testing/scanned.ts'

const model = (text: string, more: Record<string, string> = {}) =>
  scannedTogether({ 'config.pbtxt': text, ...more })

describe('a Triton model', () => {
  it('of weights is clean', async () => {
    const { verdict } = await model('name: "m"\nplatform: "onnxruntime_onnx"\nmax_batch_size: 8\n')
    expect(verdict).toBe('clean')
  })

  it.each([
    ['triton/own-code', 'backend: "python"\n', {}],
    ['triton/own-code', 'backend: "of_my_own"\n', {}],
    ['triton/own-code', 'backend: "onnxruntime"\n', { '1/libtriton_evil.so': 'x' }],
    ['triton/path-outside', 'backend: "onnxruntime"\ndefault_model_filename: "../../x.onnx"\n', {}],
    ['triton/path-outside', 'parameters: { key: "a" value: { string_value: "/etc/passwd" } }\n', {}],
  ])('is told by %s', async (rule, text, more) => {
    expect((await model(text, more)).rules).toContain(rule)
  })
})
