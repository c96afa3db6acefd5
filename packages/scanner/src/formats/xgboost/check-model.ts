// What XGBoost trusts in a model: children within the tree and each with one parent, features that exist, lists as long
// as they say. The names are those of its own JSON (`doc/model.schema`), which UBJSON shares.
import type { Budget } from '../../scan/limits.ts'

export interface Objection {
  readonly kind: 'broken-tree' | 'unknown-part'
  readonly message: string
}

type Settings = Readonly<Record<string, unknown>>
type Numbers = ArrayLike<number>

const learnerKeys = [
  'attributes',
  'feature_names',
  'feature_types',
  'gradient_booster',
  'learner_model_param',
  'objective',
  'metrics',
  'cats',
]
const objectives = /^(?:reg|binary|multi|rank|count|survival):[a-z]+$/
const boosters = new Set(['gbtree', 'dart', 'gblinear'])
const most = 100

export function isXgboost(value: unknown): value is { readonly learner: Settings } {
  return (
    isObject(value) &&
    isObject(value.learner) &&
    isObject(value.learner.gradient_booster) &&
    holdsModel(value.learner.gradient_booster)
  )
}

function holdsModel(booster: Settings): boolean {
  return isObject(booster.model) || (isObject(booster.gbtree) && isObject(booster.gbtree.model))
}

export interface Checked {
  readonly objections: readonly Objection[]
  readonly booster: string
  readonly trees: number
  readonly features: number
}

export function checkXgboost({ learner }: { readonly learner: Settings }, budget: Budget): Checked {
  const objections: Objection[] = []
  const object = (kind: Objection['kind'], message: string): void => {
    if (objections.length < most) objections.push({ kind, message })
  }
  for (const key of Object.keys(learner)) {
    if (!learnerKeys.includes(key))
      object('unknown-part', `The learner has ${JSON.stringify(key.slice(0, 80))}`)
  }
  const given = learner.gradient_booster as Settings
  const name = typeof given.name === 'string' ? given.name : ''
  if (!boosters.has(name)) object('unknown-part', `The booster is ${JSON.stringify(name.slice(0, 80))}`)
  const objective = isObject(learner.objective) ? learner.objective.name : undefined
  if (objective !== undefined && !(typeof objective === 'string' && objectives.test(objective))) {
    object('unknown-part', `The objective is ${JSON.stringify(String(objective).slice(0, 80))}`)
  }
  const params = isObject(learner.learner_model_param) ? learner.learner_model_param : {}
  const features = whole(params.num_feature) ?? 0
  const booster = isObject(given.gbtree) ? given.gbtree : given
  const model = isObject(booster.model) ? booster.model : {}
  if (name === 'gblinear') {
    const weights = numbers(model.weights)
    const groups = Math.max(1, whole(params.num_class) ?? 0, whole(params.num_target) ?? 0)
    if (weights === null) object('broken-tree', 'The weights are no list of numbers')
    else if (weights.length !== (features + 1) * groups) {
      object('broken-tree', `${weights.length} weights for ${features} features and ${groups} outputs`)
    }
    return { objections, booster: name, trees: 0, features }
  }
  const trees = Array.isArray(model.trees) ? (model.trees as unknown[]) : null
  if (trees === null) {
    object('broken-tree', 'There is no list of trees')
    return { objections, booster: name, trees: 0, features }
  }
  const told = isObject(model.gbtree_model_param) ? whole(model.gbtree_model_param.num_trees) : undefined
  if (told !== undefined && told !== trees.length)
    object('broken-tree', `${trees.length} trees where ${told} are announced`)
  const groups = numbers(model.tree_info)
  if (groups !== null && groups.length !== trees.length) {
    object('broken-tree', `${groups.length} groups are given for ${trees.length} trees`)
  }
  const dropped = numbers(given.weight_drop)
  if (name === 'dart' && dropped?.length !== trees.length) {
    object('broken-tree', `${dropped?.length ?? 'no'} weights of dropout are given for ${trees.length} trees`)
  }
  const rounds = numbers(model.iteration_indptr)
  if (rounds !== null && !ascends(rounds, trees.length)) {
    object('broken-tree', 'The rounds do not divide the list of trees')
  }
  for (const [index, tree] of trees.entries()) {
    budget.checkTime()
    const wrong = isObject(tree) ? wrongWith(tree, features) : 'it is no object'
    if (wrong !== null) object('broken-tree', `Tree ${index}: ${wrong}`)
  }
  return { objections, booster: name, trees: trees.length, features }
}

/** What is wrong with one tree, or null. */
function wrongWith(tree: Settings, features: number): string | null {
  const params = isObject(tree.tree_param) ? tree.tree_param : {}
  const left = numbers(tree.left_children)
  const right = numbers(tree.right_children)
  const splits = numbers(tree.split_indices)
  if (left === null || right === null || splits === null)
    return 'its children and features are no lists of numbers'
  const nodes = left.length
  const told = whole(params.num_nodes)
  if (told !== undefined && told !== nodes) return `it has ${nodes} nodes and announces ${told}`
  for (const key of [
    'right_children',
    'parents',
    'split_indices',
    'split_conditions',
    'default_left',
    'split_type',
    'loss_changes',
    'sum_hessian',
  ]) {
    if (tree[key] === undefined) continue
    const list = numbers(tree[key])
    if (list === null) return `${key} is no list of numbers`
    // Trees of several outputs have no statistics for each.
    if (list.length !== nodes && !(list.length === 0 && /loss|hessian/.test(key)))
      return `${key} has ${list.length} entries for ${nodes} nodes`
  }
  const ownFeatures = whole(params.num_feature) ?? features
  const highest = features > 0 ? features : ownFeatures
  const parents = numbers(tree.parents)
  const seen = new Uint8Array(nodes)
  const waiting = nodes > 0 ? [0] : []
  if (nodes > 0) seen[0] = 1
  while (waiting.length > 0) {
    const node = waiting.pop()!
    if (left[node] === -1) continue
    const feature = splits[node]!
    if (highest > 0 && !(Number.isInteger(feature) && feature >= 0 && feature < highest)) {
      return `node ${node} splits by feature ${feature} of ${highest}`
    }
    for (const child of [left[node]!, right[node]!]) {
      if (!(Number.isInteger(child) && child > 0 && child < nodes))
        return `node ${node} has the child ${child} of ${nodes}`
      if (seen[child] === 1) return `node ${child} is reached twice`
      if (parents !== null && parents[child] !== node)
        return `node ${child} is a child of ${node} and names ${parents[child]} as its parent`
      seen[child] = 1
      waiting.push(child)
    }
  }
  return wrongCategories(tree, nodes)
}

function wrongCategories(tree: Settings, nodes: number): string | null {
  const [ofNodes, segments, sizes, all] = [
    'categories_nodes',
    'categories_segments',
    'categories_sizes',
    'categories',
  ].map((key) => (tree[key] === undefined ? new Float64Array(0) : numbers(tree[key]))) as [
    Numbers | null,
    Numbers | null,
    Numbers | null,
    Numbers | null,
  ]
  if (ofNodes === null || segments === null || sizes === null || all === null)
    return 'its categories are no lists of numbers'
  if (ofNodes.length !== segments.length || segments.length !== sizes.length)
    return 'its lists of categories differ in length'
  for (let i = 0; i < ofNodes.length; i++) {
    const [node, from, size] = [ofNodes[i]!, segments[i]!, sizes[i]!]
    if (!(Number.isInteger(node) && node >= 0 && node < nodes))
      return `it has categories for node ${node} of ${nodes}`
    if (!(from >= 0 && size >= 0 && from + size <= all.length))
      return `node ${node} has ${size} categories from ${from} on, of ${all.length}`
  }
  return null
}

function ascends(list: Numbers, last: number): boolean {
  for (let i = 0; i < list.length; i++) {
    if (!(list[i]! >= (i === 0 ? 0 : list[i - 1]!) && list[i]! <= last)) return false
  }
  return true
}

/** A list of numbers, as JSON or as UBJSON gives it; null when it is anything else. Truth values count. */
function numbers(value: unknown): Numbers | null {
  if (value instanceof Float64Array) return value
  if (!Array.isArray(value)) return null
  const list = value as unknown[]
  if (list.every((one) => typeof one === 'number')) return list as number[]
  return list.every((one) => typeof one === 'number' || typeof one === 'boolean') ? list.map(Number) : null
}

/** Parameters are texts. */
function whole(value: unknown): number | undefined {
  if (typeof value === 'string' && /^\d{1,15}$/.test(value)) return Number(value)
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

function isObject(value: unknown): value is Settings {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Float64Array)
  )
}
