import {
  doubles,
  type FieldValue,
  flatBuffer,
  i32,
  ints,
  type Part,
  table,
  tables,
  text,
} from '../flatbuffer/write.ts'

/** Two conditions on two features, one symmetric tree of both, unless told otherwise. */
export function catboostModel({
  trees = {},
  root = {},
  behind = new Uint8Array(0),
}: {
  readonly trees?: Readonly<Record<number, FieldValue>>
  readonly root?: Readonly<Record<number, FieldValue>>
  readonly behind?: Uint8Array
} = {}): Uint8Array {
  const feature: Part = table({ 1: i32(0), 2: i32(0), 3: ints(1) })
  const core = flatBuffer(
    table({
      0: text('FlabuffersModel_v1'),
      1: table({
        0: i32(1),
        1: ints(0, 1),
        2: ints(2),
        3: ints(0),
        5: tables(feature, feature),
        8: doubles(1, 2, 3, 4),
        9: doubles(1, 1, 1, 1),
        ...trees,
      }),
      2: tables(table({ 0: text('params'), 1: text('{}') })),
      ...root,
    }),
    { mark: '\0\0\0\0' },
  )
  const head = Buffer.alloc(8)
  head.write('CBM1')
  head.writeUInt32LE(core.length, 4)
  return Buffer.concat([head, core, behind])
}

export function catboostJsonModel(tree: object = {}, more: object = {}) {
  return {
    model_info: { params: {} },
    features_info: { float_features: [{ borders: [0.5], feature_index: 0, flat_feature_index: 0 }] },
    oblivious_trees: [
      {
        leaf_values: [0.1, 0.2],
        leaf_weights: [1, 1],
        splits: [{ border: 0.5, float_feature_index: 0, split_index: 0, split_type: 'FloatFeature' }],
        ...tree,
      },
    ],
    scale_and_bias: [1, [0]],
    ...more,
  }
}

export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  return [
    { name: 'cbm', bytes: catboostModel() },
    { name: 'JSON', bytes: Buffer.from(JSON.stringify(catboostJsonModel())) },
  ]
}
