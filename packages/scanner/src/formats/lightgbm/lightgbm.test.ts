import { describe, expect, it } from 'vitest'
import { expectRobust } from '../testing/expect-robust.ts'
import { scanned } from '../testing/scanned.ts'
import { lightgbm } from './lightgbm.ts'
import { lightgbmText, samples } from './samples.ts'

const one = (more: Record<string, string>) => scanned(lightgbmText({ trees: [more] }))
const leaf = { num_leaves: '1', leaf_value: '0.5', leaf_weight: '', leaf_count: '' }
const none = Object.fromEntries(
  [
    'split_feature',
    'split_gain',
    'threshold',
    'decision_type',
    'left_child',
    'right_child',
    'internal_value',
    'internal_weight',
    'internal_count',
  ].map((key) => [key, '']),
)

describe('a model of LightGBM', () => {
  it('of trees, of single leaves, of categories and of linear leaves is clean', async () => {
    const { verdict, facts, format } = await scanned(lightgbmText({ trees: [{}, { ...leaf, ...none }] }))
    expect({ verdict, format }).toEqual({ verdict: 'clean', format: 'lightgbm' })
    expect(facts).toMatchObject({ version: 'v4', objective: 'regression', trees: 2 })
    const categories = {
      num_cat: '1',
      decision_type: '1 2',
      threshold: '0 0.5',
      cat_boundaries: '0 1',
      cat_threshold: '6',
    }
    expect(await one(categories)).toMatchObject({ verdict: 'clean', rules: [] })
    const linear = {
      is_linear: '1',
      leaf_const: '1 2 3',
      num_features: '1 0 2',
      leaf_features: '0  0 1 ',
      leaf_coeff: '0.5  1 2 ',
    }
    expect(await one(linear)).toMatchObject({ verdict: 'clean', rules: [] })
  })

  it.each<readonly [string, Record<string, string>]>([
    ['a child outside', { left_child: '77 -1' }],
    ['a leaf outside', { right_child: '-2 -99' }],
    ['a circle', { left_child: '0 0' }],
    ['a node that nothing leads to', { left_child: '-1 1', right_child: '-2 -3' }],
    ['a leaf that two lead to', { left_child: '1 -2' }],
    ['a feature that does not exist', { split_feature: '0 500' }],
    ['a thousand million leaves', { num_leaves: '1000000000' }],
    ['fewer than no leaves', { num_leaves: '-5' }],
    ['too few values', { leaf_value: '0.1' }],
    ['categories outside their list', { num_cat: '1', cat_boundaries: '0 99999999', cat_threshold: '1' }],
    [
      'a split by a category that is not there',
      { num_cat: '1', cat_boundaries: '0 1', cat_threshold: '1', decision_type: '1 2', threshold: '5 0' },
    ],
    ['words among the numbers', { threshold: "0.5 __import__('os')" }],
    [
      'linear leaves of other lengths',
      { is_linear: '1', leaf_const: '1 2 3', num_features: '1 0 2', leaf_features: '0', leaf_coeff: '1' },
    ],
  ])('with %s is malformed', async (_, more) => {
    expect(await one(more)).toMatchObject({ verdict: 'malformed', rules: ['lightgbm/broken-tree'] })
  })

  it('that lies about the sizes or the number of its trees is malformed', async () => {
    for (const tree_sizes of ['400', '1 2 3']) {
      expect((await scanned(lightgbmText({ head: { tree_sizes } }))).rules).toEqual(['lightgbm/broken-tree'])
    }
    expect((await scanned(lightgbmText({ end: false }))).rules).toContain('scan/malformed')
  })

  it('with a key of its own is not examined', async () => {
    expect((await scanned(lightgbmText({ head: { hook: 'x' } }))).rules).toEqual(['lightgbm/unknown-part'])
    expect((await one({ hook: '1' })).rules).toEqual(['lightgbm/unknown-part'])
  })

  it('never crashes the scanner, however it is broken', async () => {
    await expectRobust(lightgbm, samples())
  })
})
