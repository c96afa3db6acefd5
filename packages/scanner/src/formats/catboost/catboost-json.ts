// CatBoost's export as JSON: features with their borders, and trees as lists of conditions, or as nested nodes.
import type { JsonKind, ScanContext } from '../format.ts'
import { catboostRules } from './rules.ts'

type Settings = Readonly<Record<string, unknown>>

const most = 50
const kinds = new Set(['FloatFeature', 'OneHotFeature', 'OnlineCtr', 'EstimatedFeature'])

export const catboostJson: JsonKind = {
  id: 'catboost',
  title: 'CatBoost model (JSON)',
  recognise: (value) =>
    isObject(value) &&
    isObject(value.features_info) &&
    (Array.isArray(value.oblivious_trees) || Array.isArray(value.trees)),
  async examine(value, context) {
    const model = value as Settings
    const info = model.features_info as Settings
    const floats = Array.isArray(info.float_features) ? info.float_features.length : 0
    const categories = Array.isArray(info.categorical_features) ? info.categorical_features.length : 0
    const list = (
      Array.isArray(model.oblivious_trees) ? model.oblivious_trees : model.trees
    ) as readonly unknown[]
    const biases =
      Array.isArray(model.scale_and_bias) && Array.isArray(model.scale_and_bias[1])
        ? model.scale_and_bias[1].length
        : 1
    let told = 0
    for (const [index, tree] of list.entries()) {
      context.budget.checkTime()
      const wrong = Array.isArray(model.oblivious_trees)
        ? wrongSymmetric(tree, { floats, categories, dimension: Math.max(1, biases) })
        : wrongNested(tree, { floats, categories }, context)
      if (wrong !== null && ++told <= most)
        context.report(catboostRules['broken-tree'], { message: `Tree ${index}: ${wrong}.` })
    }
    context.fact('trees', list.length)
    context.fact('floatFeatures', floats)
  },
}

interface Features {
  readonly floats: number
  readonly categories: number
}

function wrongSymmetric(
  tree: unknown,
  { dimension, ...features }: Features & { readonly dimension: number },
): string | null {
  if (!isObject(tree)) return 'it is no object'
  const values = tree.leaf_values
  const splits = tree.splits ?? []
  if (!Array.isArray(values) || !Array.isArray(splits)) return 'its leaves and splits are no lists'
  if (!values.every((one) => typeof one === 'number')) return 'its leaves are no numbers'
  if (splits.length > 16 || values.length !== 2 ** splits.length * dimension) {
    return `${splits.length} splits have ${values.length} values in their leaves`
  }
  for (const split of splits) {
    const wrong = wrongSplit(split, features)
    if (wrong !== null) return wrong
  }
  return null
}

function wrongNested(tree: unknown, features: Features, context: ScanContext): string | null {
  const waiting = [tree]
  for (let count = 1; waiting.length > 0; count++) {
    if (count % 4096 === 0) context.budget.checkTime()
    const node = waiting.pop()
    if (!isObject(node)) return 'a node is no object'
    if (node.split === undefined) {
      const { value } = node
      if (
        typeof value !== 'number' &&
        !(Array.isArray(value) && value.every((one) => typeof one === 'number'))
      )
        return 'a leaf has no value'
      continue
    }
    const wrong = wrongSplit(node.split, features)
    if (wrong !== null) return wrong
    waiting.push(node.left, node.right)
  }
  return null
}

function wrongSplit(split: unknown, { floats, categories }: Features): string | null {
  if (!isObject(split)) return 'a split is no object'
  if (typeof split.split_type === 'string' && !kinds.has(split.split_type))
    return `a split is of type ${JSON.stringify(split.split_type.slice(0, 40))}`
  for (const [key, count] of [
    ['float_feature_index', floats],
    ['cat_feature_index', categories],
  ] as const) {
    const index = split[key]
    if (index === undefined) continue
    if (!(typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < count)) {
      return `a split uses ${key} ${JSON.stringify(index)?.slice(0, 40)} of ${count}`
    }
  }
  return null
}

function isObject(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
