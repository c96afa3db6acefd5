import { describe, expect, it } from 'vitest'
import type { PlainAttribute } from '../../ir/attributes.ts'
import { float32, int64, type Tensor } from '../../ir/tensor.ts'
import { itMeetsGolden } from '../../testing/check-golden.ts'
import { checkVjp } from '../../testing/check-vjp.ts'
import { randomTensor } from '../../testing/models.ts'
import { fourierRules } from './fourier.ts'

interface Case {
  readonly dims: readonly number[]
  readonly length?: number
  readonly axis?: number
  readonly attributes?: Readonly<Record<string, PlainAttribute>>
}

const transforms: Readonly<Record<string, Case>> = {
  'a real signal': { dims: [2, 8, 1] },
  'a real signal of odd length, one-sided': { dims: [3, 7, 1], attributes: { onesided: 1 } },
  'a complex signal': { dims: [2, 12, 2] },
  'a complex signal, backwards': { dims: [2, 6, 2], attributes: { inverse: 1 } },
  'a real signal, backwards': { dims: [2, 5, 1], attributes: { inverse: 1 } },
  'one half of a spectrum, backwards': { dims: [2, 5, 2], attributes: { inverse: 1, onesided: 1 } },
  'one half of a spectrum, backwards to an odd length': {
    dims: [2, 5, 2],
    length: 9,
    attributes: { inverse: 1, onesided: 1 },
  },
  'a signal that is cut off': { dims: [2, 9, 1], length: 6, attributes: { onesided: 1 } },
  'a signal that is padded': { dims: [2, 5, 2], length: 8 },
  'an axis in the middle': { dims: [2, 3, 4, 2], axis: 1 },
  'an axis counted from the end': { dims: [2, 3, 4, 1], axis: -2 },
}

describe('the rules of Fourier transforms', () => {
  // Linear maps: the differences are exact but for rounding.
  for (const opset of [18, 20]) {
    for (const [name, { dims, length, axis, attributes = {} }] of Object.entries(transforms)) {
      it(`give the DFT of ${name}, of set ${opset}, the gradient that finite differences give`, async () => {
        const size: Tensor | '' = length === undefined ? '' : int64([length], [])
        const along = axis === undefined || opset < 20 ? [] : [int64([axis], [])]
        const { relative } = await checkVjp({
          opType: 'DFT',
          inputs: [randomTensor(1, dims), size, ...along],
          attributes: { ...attributes, ...(axis !== undefined && opset < 20 ? { axis } : {}) },
          wrt: [0],
          opset,
        })
        expect(relative).toBeLessThan(1e-4)
      })
    }
  }

  const window = float32([0.2, 0.9, 1.1, 0.8, 0.3])
  const frames: Readonly<
    Record<string, readonly [readonly number[], number, Tensor | '', number | undefined]>
  > = {
    'with overlapping frames': [[2, 17, 1], 2, window, 5],
    'whose signal has two axes and whose window says how long a frame is': [[2, 16], 3, window, undefined],
    'without a window, frames side by side': [[1, 12, 1], 4, '', 4],
    'that leaves gaps': [[2, 20, 1], 7, window, 5],
  }
  for (const [name, [dims, step, given, size]] of Object.entries(frames)) {
    for (const onesided of [0, 1]) {
      it(`give an STFT ${name}, one-sided ${onesided}, the gradient of finite differences`, async () => {
        const { relative } = await checkVjp({
          opType: 'STFT',
          inputs: [randomTensor(1, dims), int64([step], []), given, ...(size ? [int64([size], [])] : [])],
          attributes: { onesided },
          wrt: [0],
        })
        expect(relative).toBeLessThan(1e-4)
      })
    }
  }

  itMeetsGolden('fourier', fourierRules)
})
