import { describe, expect, it } from 'vitest'
import { expectRobust } from '../testing/expect-robust.ts'
import { systemPickle } from '../testing/opcodes.ts'
import { scanned } from '../testing/scanned.ts'
import { samples, tree, ubjson, xgboostModel } from './samples.ts'
import { xgboostUbjson } from './xgboost.ts'

const both = async (model: object) => {
  const json = await scanned(JSON.stringify(model))
  const binary = await scanned(ubjson(model))
  expect(binary.rules).toEqual(json.rules)
  return json
}

describe('a model of XGBoost', () => {
  it('of trees, dropped trees or weights is clean, as JSON and as UBJSON', async () => {
    const { verdict, facts } = await both(xgboostModel())
    expect(verdict).toBe('clean')
    expect(facts).toMatchObject({ kind: 'xgboost', booster: 'gbtree', trees: 1, features: 2 })
    const gbtree = xgboostModel().learner.gradient_booster
    const dart = { model: undefined, name: 'dart', gbtree, weight_drop: [1] }
    expect((await scanned(JSON.stringify(xgboostModel({ booster: dart })))).verdict).toBe('clean')
    const linear = { model: { weights: [1, 2, 3], boosted_rounds: 2 }, name: 'gblinear' }
    expect((await both(xgboostModel({ booster: linear }))).verdict).toBe('clean')
  })

  it.each<readonly [string, Record<string, unknown>]>([
    ['a child outside', { right_children: [99, -1, -1] }],
    ['a negative child', { left_children: [-7, -1, -1] }],
    ['a node that is its own child', { left_children: [0, -1, -1] }],
    ['a circle', { left_children: [1, 0, -1], right_children: [2, 0, -1] }],
    ['a node with two parents', { right_children: [1, -1, -1] }],
    ['another parent than its own', { parents: [2147483647, 2, 0] }],
    ['a feature that does not exist', { split_indices: [2, 0, 0] }],
    ['a negative feature', { split_indices: [-1, 0, 0] }],
    ['lists of other lengths', { split_conditions: [0.5] }],
    ['other nodes than announced', { tree_param: { num_nodes: '1000000000', num_feature: '2' } }],
    [
      'categories outside their list',
      { categories_nodes: [0], categories_segments: [0], categories_sizes: [9], categories: [1] },
    ],
    [
      'categories of no node',
      { categories_nodes: [7], categories_segments: [0], categories_sizes: [1], categories: [1] },
    ],
  ])('with %s is malformed', async (_, more) => {
    expect(await both(xgboostModel({ trees: [tree(more)] }))).toMatchObject({
      verdict: 'malformed',
      rules: ['xgboost/broken-tree'],
    })
  })

  it('with other numbers of trees, rounds or weights than announced is malformed', async () => {
    const good = xgboostModel().learner.gradient_booster.model
    for (const model of [
      { ...good, gbtree_model_param: { num_trees: '7' } },
      { ...good, tree_info: [0, 0] },
      { ...good, iteration_indptr: [0, 99] },
      { ...good, trees: 'none' },
    ]) {
      expect((await both(xgboostModel({ booster: { model } }))).rules).toEqual(['xgboost/broken-tree'])
    }
    const linear = { model: { weights: [1, 2] }, name: 'gblinear' }
    expect((await both(xgboostModel({ booster: linear }))).rules).toEqual(['xgboost/broken-tree'])
  })

  it('with parts of its own is not examined', async () => {
    for (const model of [
      xgboostModel({ booster: { name: 'my_plugin' } }),
      xgboostModel({ learner: { objective: { name: 'my_plugin' } } }),
      xgboostModel({ learner: { my_part: {} } }),
    ]) {
      expect((await both(model)).rules).toEqual(['xgboost/unknown-part'])
    }
  })

  it('in the old binary format is suspicious, and what hides in it is found', async () => {
    expect(await scanned(Buffer.concat([Buffer.from('binf'), Buffer.alloc(100)]))).toMatchObject({
      verdict: 'suspicious',
      rules: ['xgboost/old-format'],
    })
    expect(
      (await scanned(Buffer.concat([Buffer.from('binf'), Buffer.alloc(100), systemPickle]))).verdict,
    ).toBe('malicious')
    expect((await scanned('bs64\tAAAA\n')).verdict).toBe('suspicious')
  })
})

describe('UBJSON', () => {
  const start = Buffer.from('{L\0\0\0\0\0\0\0\x07learner', 'latin1')
  const count = (value: bigint) => {
    const out = Buffer.alloc(9)
    out.write('L')
    out.writeBigInt64BE(value, 1)
    return out
  }
  it.each([
    ['a key longer than the file', Buffer.concat([start, Buffer.from('{'), count(2n ** 60n)])],
    [
      'more numbers than bytes',
      Buffer.concat([start, Buffer.from('[$l#'), count(2n ** 50n), Buffer.alloc(12)]),
    ],
    [
      'more nothings than bytes',
      Buffer.concat([start, Buffer.from('[$Z#'), count(2n ** 40n), Buffer.from('}')]),
    ],
    ['a negative count', Buffer.concat([start, Buffer.from('[#'), count(-1n)])],
    ['a type that does not exist', Buffer.concat([start, Buffer.from('[$Q#i\x05')])],
    ['a hundred thousand levels', Buffer.concat([start, Buffer.from('['.repeat(100_000))])],
    ['an end in the middle', start],
  ])('with %s is malformed at once', async (_, bytes) => {
    const started = performance.now()
    const { rules } = await scanned(bytes)
    expect(rules).toContain('scan/malformed')
    expect(performance.now() - started).toBeLessThan(2000)
  })

  it('never crashes the scanner, however it is broken', async () => {
    await expectRobust(xgboostUbjson, samples())
  })
})
