// Decision trees for tests and the bench: a small learner (Gini impurity, best split first until so many leaves are there), and
// a service that answers as published ones do, with the share of each class at the node that was reached.
import type { Feature, Service } from '../attacks/service.ts'

export interface TreeNode {
  /** Rows of each class that reached this node in training. */
  readonly counts: readonly number[]
  readonly split?: {
    readonly feature: number
    /** Numbers: at most this goes left. Categories: these go left. */
    readonly left: number | readonly number[]
    readonly children: readonly [TreeNode, TreeNode]
  }
}

export interface TrainRows {
  readonly rows: readonly Float64Array[]
  readonly labels: readonly number[]
  readonly classes: number
}

interface Open {
  counts: number[]
  members: number[]
  depth: number
  split?: { feature: number; left: number | number[]; children: [Open, Open] }
}

const gini = (counts: readonly number[]): number => {
  const n = counts.reduce((a, b) => a + b, 0)
  return n === 0 ? 0 : n * (1 - counts.reduce((sum, c) => sum + (c / n) ** 2, 0))
}

export function growTree(
  features: readonly Feature[],
  { rows, labels, classes }: TrainRows,
  {
    leaves,
    depth = 11,
    fewest = 5,
  }: { readonly leaves: number; readonly depth?: number; readonly fewest?: number },
): TreeNode {
  const countsOf = (members: readonly number[]): number[] => {
    const counts = new Array<number>(classes).fill(0)
    for (const i of members) counts[labels[i]!]!++
    return counts
  }
  const goesLeft = (feature: number, left: number | readonly number[], row: Float64Array): boolean =>
    typeof left === 'number' ? row[feature]! <= left : left.includes(row[feature]!)
  const best = (node: Open) => {
    let found: { gain: number; feature: number; left: number | number[] } | null = null
    if (node.depth >= depth) return null
    for (const [f, feature] of features.entries()) {
      const candidates: (number | number[])[] = []
      const values = [...new Set(node.members.map((i) => rows[i]![f]!))].sort((a, b) => a - b)
      if (feature.kind === 'number') {
        for (let i = 1; i < values.length; i++) candidates.push((values[i - 1]! + values[i]!) / 2)
      } else {
        // In order of the share of class 1, which is enough for two classes (Breiman et al. 1984).
        const share = (value: number): number => {
          const own = node.members.filter((i) => rows[i]![f] === value)
          return own.filter((i) => labels[i] === 1).length / own.length
        }
        const order = values
          .map((value) => ({ value, share: share(value) }))
          .sort((a, b) => a.share - b.share)
        for (let i = 1; i < order.length; i++) candidates.push(order.slice(0, i).map(({ value }) => value))
      }
      for (const left of candidates) {
        const [a, b] = [[] as number[], [] as number[]]
        for (const i of node.members) (goesLeft(f, left, rows[i]!) ? a : b).push(i)
        if (Math.min(a.length, b.length) < fewest) continue
        const gain = gini(node.counts) - gini(countsOf(a)) - gini(countsOf(b))
        if (gain > 1e-9 && (found === null || gain > found.gain)) found = { gain, feature: f, left }
      }
    }
    return found
  }
  const all = rows.map((_, i) => i)
  const root: Open = { counts: countsOf(all), members: all, depth: 0 }
  let open = [{ node: root, split: best(root) }]
  for (let count = 1; count < leaves; count++) {
    open = open.filter(({ split }) => split !== null).sort((a, b) => b.split!.gain - a.split!.gain)
    const next = open.shift()
    if (next === undefined) break
    const { feature, left } = next.split!
    const side = (wanted: boolean): Open => {
      const members = next.node.members.filter((i) => goesLeft(feature, left, rows[i]!) === wanted)
      return { counts: countsOf(members), members, depth: next.node.depth + 1 }
    }
    const children: [Open, Open] = [side(true), side(false)]
    next.node.split = { feature, left, children }
    open.push(...children.map((node) => ({ node, split: best(node) })))
  }
  const plain = ({ counts, split }: Open): TreeNode => ({
    counts,
    ...(split === undefined
      ? {}
      : { split: { ...split, children: [plain(split.children[0]), plain(split.children[1])] } }),
  })
  return plain(root)
}

export function leavesOf(node: TreeNode): readonly TreeNode[] {
  return node.split === undefined ? [node] : node.split.children.flatMap(leavesOf)
}

/** The node that a row reaches; the first that asks for a missing field, where one is missing. */
export function reach(node: TreeNode, row: ArrayLike<number>): TreeNode {
  let at = node
  while (at.split !== undefined) {
    const value = row[at.split.feature]!
    if (Number.isNaN(value)) return at
    const { left } = at.split
    const isLeft = typeof left === 'number' ? value <= left : left.includes(value)
    at = at.split.children[isLeft ? 0 : 1]
  }
  return at
}

/** Shares of the classes at the node that was reached, as text. */
export function scoreService(tree: TreeNode): Service<string> {
  return async (rows) =>
    rows.map((row) => {
      const { counts } = reach(tree, row)
      const n = counts.reduce((a, b) => a + b, 0)
      return counts.map((c) => c / n).join()
    })
}

/** The class with the most rows at the node that was reached. */
export function labelService(tree: TreeNode): Service<number> {
  return async (rows) => rows.map((row) => labelAt(tree, row))
}

export function labelAt(tree: TreeNode, row: ArrayLike<number>): number {
  const { counts } = reach(tree, row)
  return counts.indexOf(Math.max(...counts))
}
