// What LightGBM trusts in a tree: children within it and each reached once, features that exist, lists as long as the
// number of leaves says. Inner nodes count from 0; a child below zero is a leaf, -1 the first.
// After LightGBM's `src/io/tree.cpp`.

export type TreeFields = ReadonlyMap<string, string>

const treeKeys = new Set(
  `num_leaves num_cat split_feature split_gain threshold decision_type left_child right_child leaf_value leaf_weight
  leaf_count internal_value internal_weight internal_count cat_boundaries cat_threshold is_linear leaf_const num_features
  leaf_features leaf_coeff shrinkage leaf_parent leaf_depth`.split(/\s+/),
)

export function unknownKey(fields: TreeFields): string | null {
  for (const key of fields.keys()) if (!treeKeys.has(key)) return key
  return null
}

/** What is wrong with a tree, or null. */
export function wrongWith(fields: TreeFields, { features }: { readonly features: number }): string | null {
  const leaves = whole(fields.get('num_leaves'))
  if (leaves === null || leaves < 1 || leaves > 2 ** 31) return 'it does not say how many leaves it has'
  const inner = leaves - 1
  const lists = new Map<string, readonly number[]>()
  for (const [key, text] of fields) {
    if (!treeKeys.has(key)) continue
    const list = numbers(text)
    if (list === null) return `${key} holds something other than numbers`
    lists.set(key, list)
  }
  const list = (key: string): readonly number[] => lists.get(key) ?? []
  const needed: readonly (readonly [string, number])[] = [
    ['leaf_value', leaves],
    ...(inner > 0
      ? (['split_feature', 'threshold', 'decision_type', 'left_child', 'right_child'] as const).map(
          (key) => [key, inner] as const,
        )
      : []),
  ]
  for (const [key, length] of needed) {
    if (list(key).length !== length)
      return `${key} has ${list(key).length} entries where ${length} are needed`
  }
  for (const key of [
    'leaf_weight',
    'leaf_count',
    'split_gain',
    'internal_value',
    'internal_weight',
    'internal_count',
  ]) {
    const length = key.startsWith('leaf') ? leaves : inner
    const given = list(key).length
    if (given !== 0 && given !== length && !(inner === 0 && given <= 1))
      return `${key} has ${given} entries where ${length} are needed`
  }
  return (
    wrongShape(list, { leaves, inner, features }) ??
    wrongCategories(list, inner) ??
    wrongLinear(list, { leaves, features })
  )
}

type List = (key: string) => readonly number[]

function wrongShape(
  list: List,
  { leaves, inner, features }: { readonly leaves: number; readonly inner: number; readonly features: number },
): string | null {
  const [left, right, splits] = [list('left_child'), list('right_child'), list('split_feature')]
  const seenInner = new Uint8Array(inner)
  const seenLeaf = new Uint8Array(leaves)
  for (let node = 0; node < inner; node++) {
    const feature = splits[node]!
    if (!(Number.isInteger(feature) && feature >= 0 && feature < features))
      return `node ${node} splits by feature ${feature} of ${features}`
    for (const child of [left[node]!, right[node]!]) {
      if (!Number.isInteger(child)) return `node ${node} has the child ${child}`
      const isLeaf = child < 0
      const index = isLeaf ? -child - 1 : child
      if (index >= (isLeaf ? leaves : inner))
        return `node ${node} has the child ${child}, and there are ${leaves} leaves`
      const seen = isLeaf ? seenLeaf : seenInner
      if (!isLeaf && index === 0) return `node ${node} leads back to the root`
      if (seen[index] === 1) return `${isLeaf ? 'leaf' : 'node'} ${index} is reached twice`
      seen[index] = 1
    }
  }
  // Each but the root has one parent; whoever is in a circle cannot be reached from the root.
  const reached = new Uint8Array(inner)
  const waiting = inner > 0 ? [0] : []
  while (waiting.length > 0) {
    const node = waiting.pop()!
    reached[node] = 1
    for (const child of [left[node]!, right[node]!])
      if (child >= 0 && reached[child] === 0) waiting.push(child)
  }
  const lost = reached.indexOf(0)
  return lost === -1 ? null : `node ${lost} cannot be reached`
}

function wrongCategories(list: List, inner: number): string | null {
  const boundaries = list('cat_boundaries')
  const bits = list('cat_threshold')
  const count = list('num_cat')[0] ?? 0
  if (count === 0) return null
  if (boundaries.length !== count + 1)
    return `${count} splits by category have ${boundaries.length} boundaries`
  for (let i = 0; i <= count; i++) {
    const from = i === 0 ? 0 : boundaries[i - 1]!
    if (!(boundaries[i]! >= from && boundaries[i]! <= bits.length) || (i === 0 && boundaries[0] !== 0)) {
      return `its categories end at ${boundaries[i]} of ${bits.length}`
    }
  }
  const kinds = list('decision_type')
  const thresholds = list('threshold')
  for (let node = 0; node < inner; node++) {
    if ((kinds[node]! & 1) === 1 && !(thresholds[node]! >= 0 && thresholds[node]! < count)) {
      return `node ${node} splits by category ${thresholds[node]} of ${count}`
    }
  }
  return null
}

function wrongLinear(
  list: List,
  { leaves, features }: { readonly leaves: number; readonly features: number },
): string | null {
  if ((list('is_linear')[0] ?? 0) === 0) return null
  const counts = list('num_features')
  const used = list('leaf_features')
  if (counts.length !== leaves || list('leaf_const').length !== leaves)
    return 'its leaves have linear models of another number'
  const total = counts.reduce((sum, one) => sum + (one >= 0 ? one : Number.NaN), 0)
  if (used.length !== total || list('leaf_coeff').length !== total)
    return `its linear models use ${total} features and ${used.length} are named`
  const outside = used.find((feature) => !(Number.isInteger(feature) && feature >= 0 && feature < features))
  return outside === undefined ? null : `a linear model uses feature ${outside} of ${features}`
}

export function numbers(text: string): readonly number[] | null {
  const list: number[] = []
  for (const word of text.split(' ')) {
    if (word === '') continue
    const value = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(word)
      ? Number(word)
      : /^[+-]?(?:inf|nan)$/i.test(word)
        ? Number.NaN
        : null
    if (value === null) return null
    list.push(value)
  }
  return list
}

export function whole(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,12}$/.test(text.trim()) ? Number(text) : null
}
