// What differs between two model files: which tensors were added, removed, renamed or changed, and by how much; which
// nodes of an ONNX graph. The files may be of different formats, since tensors are compared by what they hold.
import { hashFile } from '../hash-file.ts'
import { Budget, defaultLimits } from '../scan/limits.ts'
import { ScannerError } from '../scanner-error.ts'
import { openFileSource } from '../source/file-source.ts'
import { type GraphNode, onnxNodes } from '../tensors/onnx-graph.ts'
import { withTensors } from '../tensors/read-tensors.ts'
import { type ModelTensor, type ModelTensors, tensorDigest } from '../tensors/tensor.ts'
import { hasValues, valuesOf } from './values.ts'

export interface TensorKind {
  readonly dtype: string
  readonly shape: readonly number[]
}

export interface ValueChange {
  readonly count: number
  /** How many differ; NaN beside NaN does not. */
  readonly changed: number
  readonly maxAbs: number
  readonly meanAbs: number
  /** Euclidean norm of the difference over that of the first; null when the first is zero. */
  readonly relativeL2: number | null
  /** Cosine of the angle between the two; null when one is zero. */
  readonly cosine: number | null
}

export interface TensorChange {
  readonly name: string
  readonly first: TensorKind
  readonly second: TensorKind
  /** Null where values cannot be compared: other shapes, or quantised blocks. */
  readonly values: ValueChange | null
}

export interface NodeChange {
  /** The value that the node gives. */
  readonly output: string
  readonly what: string
}

export interface ModelDiff {
  /** `content`: other bytes, the same tensors and the same graph. */
  readonly equal: 'bytes' | 'content' | 'no'
  readonly formats: readonly [string, string]
  readonly unchanged: number
  readonly added: readonly ({ readonly name: string } & TensorKind)[]
  readonly removed: readonly ({ readonly name: string } & TensorKind)[]
  /** The same numbers under another name. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[]
  readonly changed: readonly TensorChange[]
  /** Null unless both are ONNX. */
  readonly graph: {
    readonly equal: boolean
    readonly added: readonly NodeChange[]
    readonly removed: readonly NodeChange[]
    readonly changed: readonly NodeChange[]
  } | null
  /** What was not compared, and why. */
  readonly skipped: readonly { readonly name: string; readonly why: string }[]
}

/** @throws ScannerError `file-unreadable`, `model-unreadable`, and `no-tensors` when a file holds none that are read */
export async function diffModels(first: string, second: string): Promise<ModelDiff> {
  const [a, b] = [await hashFile(first), await hashFile(second)]
  const compared = await withTensors(first, (one) =>
    withTensors(second, (two) => ({
      ...compare(one, two),
      formats: [one.format, two.format] as const,
      graphs: [one.graph, two.graph] as const,
    })),
  )
  if (compared === null || compared === undefined) {
    throw new ScannerError('no-tensors', {
      message: `${first} and ${second} cannot be compared: one of them holds no tensors that this version reads.`,
      hint: 'Read are ONNX, safetensors, GGUF, npy, npz, PyTorch zip, .keras and .h5 files.',
    })
  }
  const { graphs, ...tensors } = compared
  const graph =
    graphs[0] === null || graphs[1] === null
      ? null
      : { equal: graphs[0] === graphs[1], ...compareNodes(nodesOf(first), nodesOf(second)) }
  const same =
    tensors.added.length + tensors.removed.length + tensors.renamed.length + tensors.changed.length === 0 &&
    tensors.skipped.length === 0 &&
    (graph?.equal ?? true)
  return { equal: a.sha256 === b.sha256 ? 'bytes' : same ? 'content' : 'no', ...tensors, graph }
}

function compare(first: ModelTensors, second: ModelTensors): Omit<ModelDiff, 'equal' | 'formats' | 'graph'> {
  const theirs = new Map(second.tensors.map((tensor) => [tensor.name, tensor]))
  const changed: TensorChange[] = []
  const gone: ModelTensor[] = []
  let unchanged = 0
  for (const tensor of first.tensors) {
    const other = theirs.get(tensor.name)
    theirs.delete(tensor.name)
    if (other === undefined) gone.push(tensor)
    else if (kindText(tensor) === kindText(other) && tensorDigest(tensor) === tensorDigest(other))
      unchanged += 1
    else
      changed.push({
        name: tensor.name,
        first: kindOf(tensor),
        second: kindOf(other),
        values: compareValues(tensor, other),
      })
  }
  const renamed: { from: string; to: string }[] = []
  const come = [...theirs.values()]
  const byDigest = new Map<string, ModelTensor[]>()
  if (gone.length > 0 && come.length > 0) {
    for (const tensor of come) {
      const digest = tensorDigest(tensor)
      byDigest.set(digest, [...(byDigest.get(digest) ?? []), tensor])
    }
  }
  const removed = gone.filter((tensor) => {
    const match = byDigest.size === 0 ? undefined : byDigest.get(tensorDigest(tensor))?.shift()
    if (match === undefined) return true
    renamed.push({ from: tensor.name, to: match.name })
    return false
  })
  const taken = new Set(renamed.map(({ to }) => to))
  const named = (tensor: ModelTensor) => ({ name: tensor.name, ...kindOf(tensor) })
  return {
    unchanged,
    added: come.filter(({ name }) => !taken.has(name)).map(named),
    removed: removed.map(named),
    renamed,
    changed,
    skipped: [...first.skipped, ...second.skipped],
  }
}

function kindOf({ dtype, shape }: ModelTensor): TensorKind {
  return { dtype, shape }
}

function kindText({ dtype, shape }: ModelTensor): string {
  return `${dtype} ${shape.join(',')}`
}

/** Value by value, block by block; null where there is nothing to compare. */
export function compareValues(first: ModelTensor, second: ModelTensor): ValueChange | null {
  if (!hasValues(first.dtype) || !hasValues(second.dtype) || first.shape.join(',') !== second.shape.join(','))
    return null
  const [left, right] = [valuesOf(first), valuesOf(second)]
  let [a, b] = [new Float64Array(0), new Float64Array(0)]
  let [i, k] = [0, 0]
  let [count, changed, maxAbs, sum, squares, ofFirst, ofSecond, product] = [0, 0, 0, 0, 0, 0, 0, 0]
  for (;;) {
    if (i === a.length) {
      const next = left.next()
      if (next.done === true) break
      ;[a, i] = [next.value as Float64Array<ArrayBuffer>, 0]
    }
    if (k === b.length) {
      const next = right.next()
      if (next.done === true) break
      ;[b, k] = [next.value as Float64Array<ArrayBuffer>, 0]
    }
    for (; i < a.length && k < b.length; i++, k++) {
      const [x, y] = [a[i]!, b[k]!]
      count += 1
      ofFirst += x * x
      ofSecond += y * y
      product += x * y
      if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue
      changed += 1
      const apart = Math.abs(x - y)
      if (apart > maxAbs || Number.isNaN(apart)) maxAbs = apart
      sum += apart
      squares += apart * apart
    }
  }
  return {
    count,
    changed,
    maxAbs,
    meanAbs: count === 0 ? 0 : sum / count,
    relativeL2: ofFirst === 0 ? null : Math.sqrt(squares / ofFirst),
    cosine: ofFirst === 0 || ofSecond === 0 ? null : product / Math.sqrt(ofFirst * ofSecond),
  }
}

function nodesOf(path: string): readonly GraphNode[] {
  const source = openFileSource(path)
  try {
    return onnxNodes(source, new Budget(defaultLimits))
  } finally {
    source.close()
  }
}

/** Nodes are the same when they give the same value: names of nodes are comments. */
function compareNodes(first: readonly GraphNode[], second: readonly GraphNode[]) {
  const key = ({ outputs }: GraphNode): string => outputs.join(', ')
  const theirs = new Map(second.map((node) => [key(node), node]))
  const added: NodeChange[] = []
  const removed: NodeChange[] = []
  const changed: NodeChange[] = []
  for (const node of first) {
    const other = theirs.get(key(node))
    theirs.delete(key(node))
    if (other === undefined) removed.push({ output: key(node), what: node.operator })
    else {
      const what = differences(node, other)
      if (what.length > 0) changed.push({ output: key(node), what: what.join('; ') })
    }
  }
  for (const node of theirs.values()) added.push({ output: key(node), what: node.operator })
  return { added, removed, changed }
}

function differences(one: GraphNode, two: GraphNode): readonly string[] {
  const found: string[] = []
  if (one.operator !== two.operator) found.push(`${one.operator} became ${two.operator}`)
  if (one.inputs.join(',') !== two.inputs.join(','))
    found.push(`takes ${two.inputs.join(', ')} in place of ${one.inputs.join(', ')}`)
  for (const name of new Set([...one.attributes.keys(), ...two.attributes.keys()])) {
    const [before, after] = [one.attributes.get(name), two.attributes.get(name)]
    if (before !== after) found.push(`${name}: ${before ?? 'not there'} became ${after ?? 'not there'}`)
  }
  return found
}
