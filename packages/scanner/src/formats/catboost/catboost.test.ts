import { describe, expect, it } from 'vitest'
import { doubles, type FieldValue, i32, ints, tables, text } from '../flatbuffer/write.ts'
import { expectRobust } from '../testing/expect-robust.ts'
import { systemPickle } from '../testing/opcodes.ts'
import { scanned } from '../testing/scanned.ts'
import { catboost } from './cbm.ts'
import { catboostJsonModel, catboostModel, samples } from './samples.ts'

describe('a model of CatBoost', () => {
  it('of symmetric trees, of free trees and of none is clean', async () => {
    const { verdict, facts, format } = await scanned(catboostModel())
    expect({ verdict, format }).toEqual({ verdict: 'clean', format: 'catboost' })
    expect(facts).toMatchObject({ trees: 1, floatFeatures: 2 })
    // Three nodes: the first leads one and two ahead, the others are leaves.
    const free = {
      1: ints(0, 0, 0),
      2: ints(3),
      8: doubles(1, 2),
      9: doubles(1, 1),
      10: ints(1 | (2 << 16), 0, 0),
      11: ints(0, 0, 1),
    }
    expect(await scanned(catboostModel({ trees: free }))).toMatchObject({ verdict: 'clean', rules: [] })
    expect((await scanned(catboostModel({ root: { 3: tables() } }))).verdict).toBe('clean')
  })

  it.each<readonly [string, Readonly<Record<number, FieldValue>>]>([
    ['a condition that does not exist', { 1: ints(0, 2) }],
    ['a negative condition', { 1: ints(0, -1) }],
    ['a tree outside the conditions', { 2: ints(3) }],
    ['a start outside', { 3: ints(-1) }],
    ['more trees than starts', { 2: ints(1, 1) }],
    ['too few leaves', { 8: doubles(1, 2) }],
    ['a tree of a hundred conditions', { 1: ints(...Array.from({ length: 100 }, () => 0)), 2: ints(100) }],
    ['no outputs', { 0: i32(0) }],
    [
      'a step beyond its tree',
      { 1: ints(0, 0, 0), 2: ints(3), 10: ints(1 | (9 << 16), 0, 0), 11: ints(0, 0, 1) },
    ],
    [
      'a leaf that does not exist',
      { 1: ints(0, 0, 0), 2: ints(3), 10: ints(1 | (2 << 16), 0, 0), 11: ints(0, 99, 1) },
    ],
  ])('with %s is malformed', async (_, trees) => {
    expect(await scanned(catboostModel({ trees }))).toMatchObject({
      verdict: 'malformed',
      rules: ['catboost/broken-tree'],
    })
  })

  it('of another format, or with parts nobody knows, is not examined', async () => {
    expect((await scanned(catboostModel({ root: { 0: text('Other_v9') } }))).rules).toEqual([
      'catboost/unknown-part',
    ])
  })

  it('whose core is broken or missing is malformed, and what lies behind it is found', async () => {
    const head = Buffer.alloc(8)
    head.write('CBM1')
    head.writeUInt32LE(2 ** 31, 4)
    expect((await scanned(Buffer.concat([head, Buffer.alloc(64)]))).rules).toContain('scan/malformed')
    expect((await scanned(catboostModel({ behind: systemPickle }))).verdict).toBe('malicious')
    expect((await scanned(catboostModel({ behind: Buffer.from('something else') }))).verdict).not.toBe(
      'clean',
    )
  })

  it('never crashes the scanner, however it is broken', async () => {
    await expectRobust(catboost, samples())
  })
})

describe('a model of CatBoost as JSON', () => {
  it('is clean, with symmetric and with nested trees', async () => {
    expect(await scanned(JSON.stringify(catboostJsonModel()))).toMatchObject({
      verdict: 'clean',
      facts: { kind: 'catboost' },
    })
    const trees = [
      {
        split: { float_feature_index: 0, split_type: 'FloatFeature' },
        left: { value: 1, weight: 1 },
        right: { value: [1], weight: 1 },
      },
    ]
    expect(
      (await scanned(JSON.stringify(catboostJsonModel({}, { oblivious_trees: undefined, trees })))).verdict,
    ).toBe('clean')
  })

  it.each([
    [{ leaf_values: [0.1] }],
    [{ leaf_values: ['x', 'y'] }],
    [{ splits: [{ float_feature_index: 99, split_type: 'FloatFeature' }] }],
    [{ splits: [{ split_type: 'EvilFeature' }] }],
    [{ splits: Array.from({ length: 40 }, () => ({})) }],
  ])('with %j is malformed', async (tree) => {
    expect((await scanned(JSON.stringify(catboostJsonModel(tree)))).rules).toEqual(['catboost/broken-tree'])
  })
})
