import { describe, expect, it } from 'vitest'
import { float, type PlainAttribute } from '../../ir/attributes.ts'
import { float32, int64, type Tensor } from '../../ir/tensor.ts'
import { checkGolden, goldenCases } from '../../testing/check-golden.ts'
import { checkVjp } from '../../testing/check-vjp.ts'
import { randomNumbers, randomTensor } from '../../testing/models.ts'

/**
 * A grid whose points lie at least 0.1 of an element away from elements, the middle between two, and outer edges,
 * with coordinates up to `reach` from the middle.
 */
function grid(seed: number, sizes: readonly number[], out: readonly number[], reach = 1.5): Tensor {
  const rank = sizes.length
  const count = out.reduce((a, b) => a * b, 1)
  const draws = randomNumbers(seed, count * rank)
  const values = draws.map((draw, i) => {
    const size = sizes[rank - 1 - (i % rank)]!
    // Quarters of an element are as far as can be from all of them; both ways of counting agree on them nowhere near.
    const at = (Math.floor(((draw * reach + 1) * size) / 2) + (draw > 0 ? 0.25 : 0.75)) / size
    return at * 2 - 1
  })
  return float32(values, [...out, rank])
}

async function errorOf(
  opType: string,
  inputs: readonly Tensor[],
  attributes: Readonly<Record<string, PlainAttribute>>,
  options: { readonly wrt?: readonly number[]; readonly opset?: number; readonly step?: number } = {},
): Promise<number> {
  return (await checkVjp({ opType, inputs, attributes, step: 2e-3, ...options })).relative
}

describe('the rules of GridSample', () => {
  const paddings = ['zeros', 'border', 'reflection']
  for (const padding of paddings) {
    for (const align of [0, 1]) {
      const name = `${padding}${align ? ', aligned corners' : ''}`
      const attributes = { padding_mode: padding, align_corners: align }
      const image = randomTensor(1, [3, 2, 5, 4])
      // Aligned corners count positions from other places, so those are drawn for a size one smaller.
      const points = grid(2, align ? [4, 3] : [5, 4], [3, 2, 5])
      it(`give linear, ${name}, the gradients that finite differences give`, async () => {
        expect(
          await errorOf('GridSample', [image, points], { mode: 'bilinear', ...attributes }),
        ).toBeLessThan(2e-3)
      })
      it(`give cubic, ${name}, the gradients that finite differences give`, async () => {
        expect(await errorOf('GridSample', [image, points], { mode: 'bicubic', ...attributes })).toBeLessThan(
          2e-3,
        )
      })
      it(`give nearest, ${name}, the gradient of the image that finite differences give`, async () => {
        const error = await errorOf(
          'GridSample',
          [image, points],
          { mode: 'nearest', ...attributes },
          { wrt: [0] },
        )
        expect(error).toBeLessThan(1e-4)
      })
      it(`give linear in three dimensions, ${name}, the gradients that finite differences give`, async () => {
        const volume = randomTensor(3, [2, 3, 3, 4, 2])
        const reads = grid(4, align ? [2, 3, 1] : [3, 4, 2], [2, 2, 3, 2])
        const options = { opset: 20 }
        expect(await errorOf('GridSample', [volume, reads], attributes, options)).toBeLessThan(2e-3)
      })
    }
  }

  it('give one channel and one sample its gradients', async () => {
    const inputs = [randomTensor(1, [1, 1, 6, 7]), grid(5, [6, 7], [1, 4, 4])]
    expect(await errorOf('GridSample', inputs, {})).toBeLessThan(2e-3)
  })

  it('say that the nearest element does not move with the grid', async () => {
    const inputs = [randomTensor(1, [1, 1, 6, 7]), grid(5, [6, 7], [1, 4, 4])]
    await expect(errorOf('GridSample', inputs, { mode: 'nearest' }, { wrt: [1] })).rejects.toMatchObject({
      code: 'gradient-absent',
      message: expect.stringContaining('GridSample'),
    })
  })
})

describe('the rules of RoiAlign', () => {
  const image = randomTensor(1, [2, 3, 7, 6])
  // Inside, reaching far outside, and smaller than one element. No point of any bin is near an element's place or an
  // outer edge, for two and for three points in both forms.
  const regions = float32(
    [0.94, 0.5, 3.89, 3.62, 1.96, 1.04, 4.33, 3.48, -2.91, -1.01, 8.2, 10.57, 2.54, 2.5, 3.15, 3.29],
    [4, 4],
  )
  const samples = int64([0, 1, 1, 0])
  const shape = { output_height: 2, output_width: 3 }
  const forms = ['half_pixel', 'output_half_pixel']
  for (const form of forms) {
    for (const ratio of [2, 3]) {
      for (const mode of ['avg', 'max']) {
        it(`give ${mode} of ${ratio} points, ${form}, the gradients that finite differences give`, async () => {
          const error = await errorOf(
            'RoiAlign',
            [image, regions, samples],
            { ...shape, mode, sampling_ratio: ratio, coordinate_transformation_mode: form },
            { wrt: [0, 1], step: mode === 'max' ? 4e-4 : 1e-3 },
          )
          expect(error).toBeLessThan(2e-3)
        })
      }
    }
    it(`give as many points as a region's size asks for, ${form}, the gradient of the image`, async () => {
      const attributes = { ...shape, spatial_scale: float(0.8), coordinate_transformation_mode: form }
      const error = await errorOf('RoiAlign', [image, regions, samples], attributes, { wrt: [0], step: 1e-2 })
      expect(error).toBeLessThan(1e-4)
    })
  }

  it('say so where the number of points is only known when it runs', async () => {
    await expect(
      errorOf('RoiAlign', [image, regions, samples], shape, { wrt: [0, 1] }),
    ).rejects.toMatchObject({ code: 'operator-unsupported' })
  })
})

describe('gradients of reads between elements, that PyTorch gave', () => {
  for (const golden of goldenCases('sampling')) {
    it(`are met for ${golden.name}`, async () => {
      expect(await checkGolden(golden)).toBeLessThan(1e-5)
    })
    it(`are met for ${golden.name} in half floats, as far as those are exact`, async () => {
      expect(await checkGolden(golden, { dtype: 'float16' })).toBeLessThan(5e-3)
    })
  }
})
