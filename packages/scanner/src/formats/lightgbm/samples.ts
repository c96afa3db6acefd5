/** A model of trees, each with two splits and three leaves unless told otherwise. */
export function lightgbmText({
  trees = [{}],
  head = {},
  end = true,
}: {
  readonly trees?: readonly Readonly<Record<string, string>>[]
  readonly head?: Readonly<Record<string, string>>
  readonly end?: boolean
} = {}): string {
  const blocks = trees.map((more, index) => {
    const fields = {
      num_leaves: '3',
      num_cat: '0',
      split_feature: '0 1',
      split_gain: '1 1',
      threshold: '0.5 -2.5e-10',
      decision_type: '2 2',
      left_child: '1 -1',
      right_child: '-2 -3',
      leaf_value: '0.1 0.2 0.3',
      leaf_weight: '1 1 1',
      leaf_count: '1 1 1',
      internal_value: '0 0',
      internal_weight: '0 0',
      internal_count: '3 2',
      is_linear: '0',
      shrinkage: '1',
      ...more,
    }
    return `Tree=${index}\n${Object.entries(fields)
      .map(([key, value]) => `${key}=${value}\n`)
      .join('')}\n\n`
  })
  const top = {
    version: 'v4',
    num_class: '1',
    num_tree_per_iteration: '1',
    label_index: '0',
    max_feature_idx: '1',
    objective: 'regression',
    feature_names: 'a b',
    feature_infos: '[0:1] [0:1]',
    tree_sizes: blocks.map(({ length }) => String(length)).join(' '),
    ...head,
  }
  return `tree\n${Object.entries(top)
    .map(([key, value]) => `${key}=${value}\n`)
    .join(
      '',
    )}\n${blocks.join('')}${end ? 'end of trees\n\nfeature_importances:\na=1\n\nparameters:\n[boosting: gbdt]\n[data: /home/a/train.csv]\nend of parameters\n\npandas_categorical:null\n' : ''}`
}

export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  return [
    { name: 'one tree', bytes: Buffer.from(lightgbmText()) },
    { name: 'two trees', bytes: Buffer.from(lightgbmText({ trees: [{}, {}] })) },
  ]
}
