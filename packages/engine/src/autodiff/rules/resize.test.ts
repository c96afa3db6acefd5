import { describe, expect, it } from 'vitest'
import { float, type PlainAttribute } from '../../ir/attributes.ts'
import { float32, int64, type Tensor } from '../../ir/tensor.ts'
import { checkVjp } from '../../testing/check-vjp.ts'
import { randomTensor } from '../../testing/models.ts'

interface Case {
  readonly dims: readonly number[]
  readonly scales?: readonly number[]
  readonly sizes?: readonly number[]
  readonly roi?: readonly number[]
  readonly attributes?: Readonly<Record<string, PlainAttribute>>
}

const sizes: Readonly<Record<string, Case>> = {
  'twice as large': { dims: [2, 3, 4, 5], scales: [1, 1, 2, 2] },
  'larger by odd factors': { dims: [1, 2, 5, 4], scales: [1, 1, 1.7, 2.3] },
  smaller: { dims: [2, 1, 9, 8], scales: [1, 1, 0.5, 0.3] },
  'larger one way, smaller the other': { dims: [1, 2, 4, 9], sizes: [1, 2, 7, 4] },
  'to one row': { dims: [1, 2, 3, 4], sizes: [1, 2, 1, 8] },
}

const modes: readonly string[] = ['nearest', 'linear', 'cubic']
const coordinateModes: readonly string[] = [
  'half_pixel',
  'half_pixel_symmetric',
  'pytorch_half_pixel',
  'align_corners',
  'asymmetric',
]

const others: Readonly<Record<string, Case>> = {
  'nearest, three times as large, cut down to the pixel': {
    dims: [2, 3, 4],
    scales: [1, 1, 3],
    attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
  },
  'nearest, four times as large, rounded up': {
    dims: [1, 2, 3, 2],
    scales: [1, 1, 4, 4],
    attributes: { mode: 'nearest', nearest_mode: 'round_prefer_ceil' },
  },
  'nearest, rounded up': {
    dims: [1, 2, 3, 4],
    scales: [1, 1, 1.6, 0.6],
    attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'ceil' },
  },
  'linear in one dimension': { dims: [2, 3, 7], scales: [1, 1, 1.5], attributes: { mode: 'linear' } },
  'linear in three dimensions': {
    dims: [1, 2, 3, 4, 3],
    sizes: [1, 2, 5, 6, 2],
    attributes: { mode: 'linear' },
  },
  'named axes': {
    dims: [2, 3, 4, 5],
    scales: [1.5, 2],
    attributes: { mode: 'linear', axes: [2, 3] },
  },
  'named axes by size': { dims: [2, 3, 4, 5], sizes: [6, 3], attributes: { mode: 'cubic', axes: [2, 3] } },
  'cubic that leaves the outside out': {
    dims: [1, 2, 5, 6],
    scales: [1, 1, 1.4, 0.7],
    attributes: { mode: 'cubic', exclude_outside: 1, cubic_coeff_a: -0.5 },
  },
  'linear, smoothed when smaller': {
    dims: [1, 2, 9, 8],
    sizes: [1, 2, 4, 3],
    attributes: { mode: 'linear', antialias: 1 },
  },
  'cubic, smoothed when smaller': {
    dims: [1, 2, 9, 8],
    sizes: [1, 2, 4, 5],
    attributes: { mode: 'cubic', antialias: 1 },
  },
  'linear of a part': {
    dims: [1, 2, 6, 7],
    sizes: [1, 2, 5, 4],
    roi: [0, 0, 0.2, 0.1, 1, 1, 0.9, 0.7],
    attributes: { mode: 'linear', coordinate_transformation_mode: 'tf_crop_and_resize' },
  },
  'linear of a part that reaches outside': {
    dims: [1, 2, 6, 7],
    sizes: [1, 2, 5, 6],
    roi: [0, 0, -0.3, 0.1, 1, 1, 0.9, 1.4],
    attributes: {
      mode: 'linear',
      coordinate_transformation_mode: 'tf_crop_and_resize',
      extrapolation_value: float(7),
    },
  },
}

async function errorOf({ dims, scales, sizes: given, roi, attributes = {} }: Case): Promise<number> {
  const inputs: (Tensor | '')[] = [
    randomTensor(1, dims),
    roi ? float32(roi) : '',
    scales ? float32(scales) : '',
    given ? int64(given) : '',
  ]
  return (await checkVjp({ opType: 'Resize', inputs, wrt: [0], attributes })).relative
}

describe('the rules of Resize', () => {
  // Linear maps: the differences are exact but for rounding.
  for (const mode of modes) {
    for (const coordinates of coordinateModes) {
      for (const [name, given] of Object.entries(sizes)) {
        it(`give ${mode} by ${coordinates}, ${name}, the gradient that finite differences give`, async () => {
          const attributes = { mode, coordinate_transformation_mode: coordinates }
          expect(await errorOf({ ...given, attributes })).toBeLessThan(1e-4)
        })
      }
    }
  }

  for (const [name, given] of Object.entries(others)) {
    it(`give ${name} the gradient that finite differences give`, async () => {
      expect(await errorOf(given)).toBeLessThan(1e-4)
    })
  }

  it('say so where the factor hangs on all axes together', async () => {
    const attributes = { mode: 'linear', keep_aspect_ratio_policy: 'not_larger', axes: [2, 3] }
    await expect(errorOf({ dims: [1, 2, 4, 6], sizes: [7, 7], attributes })).rejects.toMatchObject({
      code: 'operator-unsupported',
    })
  })
})
