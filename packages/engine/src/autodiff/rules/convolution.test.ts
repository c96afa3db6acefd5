import { describe, expect, it } from 'vitest'
import { graphBuilder } from '../../ir/graph-builder.ts'
import { checkGolden, goldenCases, itMeetsGolden } from '../../testing/check-golden.ts'
import { checkVjp, type VjpCase } from '../../testing/check-vjp.ts'
import { randomTensor, relativeError, runOnce } from '../../testing/models.ts'
import { type Convolution, largeGradient, largeGradientForm } from '../convolution.ts'
import type { SlidingAxis } from '../window.ts'
import { convolutionRules } from './convolution.ts'

type Attributes = NonNullable<VjpCase['attributes']>

async function worst(
  opType: string,
  x: readonly number[],
  w: readonly number[],
  attributes: Attributes,
  { wrt, bias = true }: { readonly wrt?: readonly number[]; readonly bias?: boolean } = {},
): Promise<number> {
  const outs = opType === 'Conv' ? w[0]! : w[1]! * ((attributes.group as number) ?? 1)
  const inputs = [randomTensor(1, x), randomTensor(2, w), ...(bias ? [randomTensor(3, [outs])] : [])]
  const { relative } = await checkVjp({ opType, inputs, attributes, ...(wrt ? { wrt } : {}) })
  return relative
}

const conv: readonly [string, readonly number[], readonly number[], Attributes][] = [
  ['few channels, stride 1', [2, 3, 7, 6], [5, 3, 3, 3], { pads: [1, 1, 1, 1] }],
  ['many channels, stride 1', [2, 9, 7, 6], [5, 9, 3, 3], { pads: [1, 1, 1, 1] }],
  ['no pads', [2, 8, 5, 5], [4, 8, 2, 3], {}],
  ['asymmetric pads', [2, 8, 6, 7], [4, 8, 3, 5], { pads: [0, 3, 2, 1] }],
  ['more padding than the kernel reaches', [1, 8, 4, 4], [4, 8, 2, 2], { pads: [2, 3, 2, 1] }],
  ['stride 2, even size', [2, 8, 8, 8], [4, 8, 3, 3], { pads: [1, 1, 1, 1], strides: [2, 2] }],
  ['stride 2, odd size', [2, 8, 7, 9], [4, 8, 3, 3], { pads: [1, 1, 1, 1], strides: [2, 2] }],
  ['strides 3 and 1', [2, 8, 10, 5], [4, 8, 2, 3], { strides: [3, 1] }],
  ['1x1', [2, 8, 5, 6], [4, 8, 1, 1], {}],
  ['1x1, stride 2', [2, 8, 6, 5], [4, 8, 1, 1], { strides: [2, 2] }],
  ['dilation', [2, 8, 9, 9], [4, 8, 3, 3], { pads: [2, 1, 2, 3], dilations: [2, 3] }],
  [
    'dilation and stride',
    [2, 4, 11, 10],
    [4, 4, 3, 2],
    { dilations: [2, 3], strides: [3, 2], pads: [1, 2, 0, 1] },
  ],
  ['groups', [2, 16, 6, 6], [8, 8, 3, 3], { group: 2, pads: [1, 1, 1, 1] }],
  [
    'small groups, stride and dilation',
    [2, 6, 9, 8],
    [9, 2, 3, 2],
    { group: 3, strides: [2, 3], dilations: [1, 2] },
  ],
  ['depthwise', [2, 9, 6, 7], [9, 1, 3, 3], { group: 9, pads: [1, 1, 1, 1] }],
  [
    'depthwise, stride 2, even size',
    [2, 16, 8, 8],
    [16, 1, 3, 3],
    { group: 16, pads: [1, 1, 1, 1], strides: [2, 2] },
  ],
  [
    'depthwise, stride 2, odd size',
    [2, 5, 7, 9],
    [5, 1, 5, 5],
    { group: 5, pads: [2, 2, 2, 2], strides: [2, 2] },
  ],
  [
    'depthwise, stride 3, dilation 2',
    [2, 5, 13, 14],
    [5, 1, 3, 3],
    { group: 5, pads: [1, 1, 1, 1], strides: [3, 3], dilations: [2, 2] },
  ],
  ['depthwise, stride larger than the kernel', [2, 5, 8, 8], [5, 1, 1, 2], { group: 5, strides: [3, 3] }],
  [
    'depthwise with two filters per channel',
    [2, 4, 6, 7],
    [8, 1, 3, 3],
    { group: 4, pads: [1, 1, 1, 1], strides: [2, 1] },
  ],
  ['SAME_UPPER, stride 2', [2, 3, 7, 8], [4, 3, 3, 4], { auto_pad: 'SAME_UPPER', strides: [2, 2] }],
  ['SAME_LOWER, stride 2', [2, 3, 7, 8], [4, 3, 3, 4], { auto_pad: 'SAME_LOWER', strides: [2, 2] }],
  ['SAME_UPPER, even kernel', [2, 8, 6, 6], [4, 8, 2, 4], { auto_pad: 'SAME_UPPER' }],
  ['SAME_LOWER, even kernel', [2, 8, 6, 6], [4, 8, 2, 4], { auto_pad: 'SAME_LOWER' }],
  [
    'SAME_UPPER, stride beyond the kernel',
    [2, 8, 7, 8],
    [4, 8, 1, 2],
    { auto_pad: 'SAME_UPPER', strides: [3, 3] },
  ],
  ['VALID', [2, 8, 7, 8], [4, 8, 3, 3], { auto_pad: 'VALID', strides: [2, 1] }],
  ['one axis', [2, 8, 12], [6, 8, 5], { pads: [2, 1] }],
  ['one axis, stride and dilation', [2, 3, 15], [6, 3, 3], { strides: [2], dilations: [3], pads: [3, 2] }],
  ['one axis, depthwise, stride 2', [2, 8, 12], [8, 1, 3], { group: 8, strides: [2], pads: [1, 1] }],
  ['one axis, groups', [3, 6, 9], [4, 3, 3], { group: 2 }],
  ['three axes', [1, 8, 4, 5, 6], [3, 8, 2, 3, 3], { pads: [0, 1, 1, 1, 1, 0] }],
  ['three axes, stride', [2, 2, 5, 6, 7], [3, 2, 3, 3, 2], { strides: [2, 1, 3], pads: [1, 0, 1, 1, 1, 0] }],
  [
    'three axes, groups and dilation',
    [1, 4, 5, 6, 7],
    [6, 2, 2, 3, 2],
    { group: 2, dilations: [2, 1, 3], strides: [1, 2, 1] },
  ],
  [
    'three axes, depthwise, stride 2',
    [1, 4, 6, 6, 5],
    [4, 1, 3, 3, 3],
    { group: 4, strides: [2, 2, 2], pads: [1, 1, 1, 1, 1, 1] },
  ],
]

const transposed: readonly [string, readonly number[], readonly number[], Attributes][] = [
  ['stride 2', [2, 3, 4, 5], [3, 4, 3, 3], { strides: [2, 2] }],
  [
    'pads and output padding',
    [2, 3, 4, 5],
    [3, 4, 3, 3],
    { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 0] },
  ],
  [
    'asymmetric pads',
    [2, 3, 4, 5],
    [3, 4, 4, 3],
    { strides: [2, 3], pads: [0, 2, 1, 0], output_padding: [0, 2] },
  ],
  ['dilation', [2, 3, 4, 5], [3, 4, 2, 3], { dilations: [3, 2], strides: [1, 2] }],
  ['groups', [2, 6, 4, 3], [6, 2, 3, 2], { group: 3, strides: [2, 1] }],
  ['depthwise', [2, 4, 4, 3], [4, 1, 4, 4], { group: 4, strides: [2, 2], pads: [1, 1, 1, 1] }],
  ['output shape', [2, 3, 4, 5], [3, 4, 3, 3], { strides: [2, 2], output_shape: [8, 10] }],
  [
    'output shape, SAME_UPPER',
    [2, 3, 4, 5],
    [3, 4, 3, 4],
    { strides: [2, 2], output_shape: [8, 9], auto_pad: 'SAME_UPPER' },
  ],
  ['SAME_UPPER', [2, 3, 4, 5], [3, 4, 3, 3], { strides: [2, 2], auto_pad: 'SAME_UPPER' }],
  ['SAME_LOWER', [2, 3, 4, 5], [3, 4, 3, 4], { strides: [2, 1], auto_pad: 'SAME_LOWER' }],
  ['VALID', [2, 3, 4, 5], [3, 4, 3, 3], { strides: [2, 3], auto_pad: 'VALID' }],
  ['a gap at the end', [2, 3, 4, 5], [3, 4, 2, 2], { strides: [4, 4], output_padding: [3, 2] }],
  ['one axis', [2, 3, 6], [3, 4, 4], { strides: [2], pads: [1, 1] }],
  ['three axes', [1, 3, 3, 4, 2], [3, 2, 2, 3, 2], { strides: [2, 1, 2], pads: [0, 1, 0, 0, 1, 0] }],
]

describe('convolution rules', () => {
  itMeetsGolden('convolution', convolutionRules)

  it('keeps to half precision where the model does', async () => {
    for (const golden of goldenCases('convolution')) {
      expect(await checkGolden(golden, { dtype: 'float16' })).toBeLessThan(2e-3)
    }
  })

  for (const [name, x, w, attributes] of conv) {
    it(`differentiates Conv with ${name} with respect to everything`, async () => {
      expect(await worst('Conv', x, w, attributes)).toBeLessThan(2e-3)
    })
    it(`differentiates Conv with ${name} and constant weights`, async () => {
      expect(await worst('Conv', x, w, attributes, { wrt: [0], bias: false })).toBeLessThan(2e-3)
    })
  }
  for (const [name, x, w, attributes] of transposed) {
    it(`differentiates ConvTranspose with ${name}`, async () => {
      expect(await worst('ConvTranspose', x, w, attributes)).toBeLessThan(2e-3)
      expect(await worst('ConvTranspose', x, w, attributes, { wrt: [0], bias: false })).toBeLessThan(2e-3)
    })
  }

  const axis = { kernel: 3, stride: 1, dilation: 1, begin: 1, end: 1, large: 8, small: 8 }
  const conv2d = (change: Partial<Convolution & SlidingAxis>): Convolution => {
    const { stride = 1, begin = 1 } = change
    const along = { ...axis, stride, begin, small: Math.floor((7 - 2 + 2 * begin) / stride) + 1 }
    return {
      axes: [along, along],
      batch: 1,
      channels: 16,
      filters: 16,
      group: 1,
      dtype: 'float32',
      ...change,
    }
  }

  it('chooses for each convolution the form that its kernels are fast in', () => {
    expect(largeGradientForm(conv2d({}))).toBe('turned')
    expect(largeGradientForm(conv2d({ group: 4 }))).toBe('turned')
    expect(largeGradientForm(conv2d({ channels: 3 }))).toBe('transposed')
    expect(largeGradientForm(conv2d({ stride: 2 }))).toBe('transposed')
    expect(largeGradientForm(conv2d({ begin: 3 }))).toBe('transposed')
    expect(largeGradientForm(conv2d({ group: 16 }))).toBe('turned')
    expect(largeGradientForm(conv2d({ group: 16, stride: 2 }))).toBe('spread')
  })

  it('gives the same in every form that holds', async () => {
    for (const change of [{}, { group: 4 }, { group: 16 }, { group: 16, stride: 2 }]) {
      const conv = conv2d(change)
      const small = conv.axes.map((along) => along.small)
      const builder = graphBuilder()
      const gradient = builder.input('gradient', 'float32', [1, 16, ...small])
      const weights = builder.constant(randomTensor(1, [16, 16 / conv.group, 3, 3]))
      const forms = [largeGradientForm(conv), 'transposed'] as const
      for (const [i, form] of forms.entries()) {
        builder.output(largeGradient(builder, conv, gradient, weights, form), `form_${i}`)
      }
      const results = await runOnce(builder.finish(), { gradient: randomTensor(2, [1, 16, ...small]) })
      expect(relativeError(results.form_0!, results.form_1!)).toBeLessThan(1e-5)
    }
  })
})
