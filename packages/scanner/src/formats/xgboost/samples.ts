type Tree = Readonly<Record<string, unknown>>

/** One tree of a split and two leaves. */
export function tree(more: Tree = {}): Tree {
  return {
    base_weights: [0.5, 1, 2],
    categories: [],
    categories_nodes: [],
    categories_segments: [],
    categories_sizes: [],
    default_left: [0, 0, 0],
    id: 0,
    left_children: [1, -1, -1],
    loss_changes: [1, 0, 0],
    parents: [2147483647, 0, 0],
    right_children: [2, -1, -1],
    split_conditions: [0.5, 1, 2],
    split_indices: [1, 0, 0],
    split_type: [0, 0, 0],
    sum_hessian: [3, 1, 2],
    tree_param: { num_deleted: '0', num_feature: '2', num_nodes: '3', size_leaf_vector: '1' },
    ...more,
  }
}

export function xgboostModel({
  trees = [tree()],
  booster = {},
  learner = {},
}: {
  readonly trees?: readonly Tree[]
  readonly booster?: Tree
  readonly learner?: Tree
} = {}) {
  const model = {
    gbtree_model_param: { num_parallel_tree: '1', num_trees: String(trees.length) },
    iteration_indptr: [0, trees.length],
    tree_info: trees.map(() => 0),
    trees,
  }
  return {
    learner: {
      attributes: {},
      feature_names: [],
      feature_types: [],
      gradient_booster: { model, name: 'gbtree', ...booster },
      learner_model_param: { base_score: '5E-1', num_class: '0', num_feature: '2', num_target: '1' },
      objective: { name: 'reg:squarederror', reg_loss_param: { scale_pos_weight: '1' } },
      ...learner,
    },
    version: [3, 2, 0],
  }
}

/** As XGBoost writes it: lengths of 64 bits, lists of numbers typed. */
export function ubjson(value: unknown): Uint8Array {
  const long = (count: number): Uint8Array => {
    const out = Buffer.alloc(9)
    out.write('L')
    out.writeBigInt64BE(BigInt(count), 1)
    return out
  }
  const text = (one: string): Uint8Array => Buffer.concat([long(Buffer.byteLength(one)), Buffer.from(one)])
  if (typeof value === 'string') return Buffer.concat([Buffer.from('S'), text(value)])
  if (typeof value === 'number') {
    const out = Buffer.alloc(5)
    out.write('l')
    out.writeInt32BE(Math.trunc(value), 1)
    return out
  }
  if (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'number')) {
    const body = Buffer.alloc(4 * value.length)
    for (const [i, one] of (value as number[]).entries()) body.writeFloatBE(one, 4 * i)
    return Buffer.concat([Buffer.from('[$d#'), long(value.length), body])
  }
  if (Array.isArray(value))
    return Buffer.concat([Buffer.from('[#'), long(value.length), ...value.map(ubjson)])
  const entries = Object.entries(value as object).flatMap(([key, one]) => [text(key), ubjson(one)])
  return Buffer.concat([Buffer.from('{'), ...entries, Buffer.from('}')])
}

export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  return [
    { name: 'UBJSON', bytes: ubjson(xgboostModel()) },
    { name: 'JSON', bytes: Buffer.from(JSON.stringify(xgboostModel())) },
  ]
}
