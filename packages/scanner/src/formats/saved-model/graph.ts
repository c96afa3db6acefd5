// A TensorFlow graph is a list of nodes, each an operator with inputs and attributes, and a library of functions that
// are such lists again. An attribute or a constant can be a whole graph in bytes, which datasets run; those are walked
// too. What an operator may do decides about it, and for those that name files, where the name comes from.
import { type Budget, LimitReached } from '../../scan/limits.ts'
import { quoted } from '../../scan/quoted.ts'
import type { Source } from '../../source/source.ts'
import type { ScanContext } from '../format.ts'
import { type BytesField, fields, type Range, readText } from '../protobuf/fields.ts'
import { judgeOp, type OpStanding } from './judge-op.ts'
import { tensorflowRules } from './rules.ts'

export interface GraphNode {
  readonly name: string
  readonly op: string
  readonly at: number
  /** As written: `node`, `node:1`, `^node`, and in functions `node:output:0` or the name of an argument. */
  readonly inputs: readonly string[]
  /** Functions that it calls. */
  readonly functions: readonly string[]
  /** Texts in its attributes and constants, at most some. */
  readonly texts: readonly string[]
  /** Values in it that may be graphs. */
  readonly bytes: readonly Range[]
}

const longestName = 4096
const mostInputs = 100_000
const mostTexts = 100
const longestText = 4096
const deepest = 6
const mostNodes = 3_000_000

/** All nodes of a graph: its own, then those of each function of its library. */
export function* graphLists(
  source: Source,
  graph: Range,
  budget: Budget,
): Generator<{ readonly function: string | null; readonly nodes: readonly Range[] }> {
  const own: Range[] = []
  const libraries: Range[] = []
  for (const field of fields(source, graph, budget)) {
    if (field.wire !== 'bytes') continue
    if (field.number === 1) own.push(field)
    else if (field.number === 2) libraries.push(field)
    if (own.length > mostNodes) throw new LimitReached('members', `more than ${mostNodes} nodes in a graph`)
  }
  yield { function: null, nodes: own }
  for (const library of libraries) {
    for (const field of fields(source, library, budget)) {
      if (field.wire !== 'bytes' || field.number !== 1) continue
      let name = ''
      const nodes: Range[] = []
      for (const part of fields(source, field, budget)) {
        if (part.wire !== 'bytes') continue
        if (part.number === 1) name = textField(source, part, budget, 1)
        else if (part.number === 3) nodes.push(part)
      }
      yield { function: name, nodes }
    }
  }
}

/** @throws Malformed */
export function readNode(source: Source, range: Range, budget: Budget): GraphNode {
  let name = ''
  let op = ''
  const inputs: string[] = []
  const values: Values = { functions: [], texts: [], bytes: [] }
  for (const field of fields(source, range, budget)) {
    if (field.wire !== 'bytes') continue
    if (field.number === 1) name = readText(source, field, { limit: longestName })
    else if (field.number === 2) op = readText(source, field, { limit: longestName })
    else if (field.number === 3 && inputs.length < mostInputs) {
      inputs.push(readText(source, field, { limit: longestName }))
    } else if (field.number === 5) {
      for (const part of fields(source, field, budget)) {
        if (part.wire === 'bytes' && part.number === 2) readValue(source, part, budget, values, 0)
      }
    }
  }
  return { name, op, at: range.from, inputs, ...values }
}

interface Values {
  readonly functions: string[]
  readonly texts: string[]
  readonly bytes: Range[]
}

/** An AttrValue: 1 list, 2 bytes, 8 tensor, 10 function; a list holds 2 bytes, 8 tensors, 9 functions. */
function readValue(source: Source, range: Range, budget: Budget, values: Values, depth: number): void {
  if (depth > deepest) return
  for (const field of fields(source, range, budget)) {
    if (field.wire !== 'bytes') continue
    if (field.number === 1) readList(source, field, budget, values, depth)
    else if (field.number === 2) readBytes(source, field, values)
    else if (field.number === 8) readTensor(source, field, budget, values)
    else if (field.number === 10) readFunction(source, field, budget, values, depth)
  }
}

function readList(source: Source, range: Range, budget: Budget, values: Values, depth: number): void {
  for (const field of fields(source, range, budget)) {
    if (field.wire !== 'bytes') continue
    if (field.number === 2) readBytes(source, field, values)
    else if (field.number === 8) readTensor(source, field, budget, values)
    else if (field.number === 9) readFunction(source, field, budget, values, depth)
  }
}

function readFunction(source: Source, range: Range, budget: Budget, values: Values, depth: number): void {
  for (const field of fields(source, range, budget)) {
    if (field.wire !== 'bytes') continue
    if (field.number === 1) {
      if (values.functions.length < 1000) {
        values.functions.push(readText(source, field, { limit: longestName }))
      }
    } else if (field.number === 2) {
      for (const part of fields(source, field, budget)) {
        if (part.wire === 'bytes' && part.number === 2) readValue(source, part, budget, values, depth + 1)
      }
    }
  }
}

/** A TensorProto keeps texts one by one in field 8; numbers are passed over. */
function readTensor(source: Source, range: Range, budget: Budget, values: Values): void {
  for (const field of fields(source, range, budget)) {
    if (field.wire === 'bytes' && field.number === 8) readBytes(source, field, values)
  }
}

function readBytes(source: Source, field: BytesField, values: Values): void {
  const length = field.to - field.from
  // A graph begins with the tag of its first node, or of its library.
  if (length >= 8 && values.bytes.length < 10_000) {
    const first = source.read(field.from, 1)[0]
    if (first === 0x0a || first === 0x12) values.bytes.push({ from: field.from, to: field.to })
  }
  if (length > 0 && length <= longestText && values.texts.length < mostTexts) {
    values.texts.push(Buffer.from(source.read(field.from, length)).toString('utf8'))
  }
}

function textField(source: Source, range: Range, budget: Budget, number: number): string {
  for (const field of fields(source, range, budget)) {
    if (field.wire === 'bytes' && field.number === number)
      return readText(source, field, { limit: longestName })
  }
  return ''
}

/**
 * Whether bytes are a graph by their structure: nodes with a name and an operator. `known` asks for an operator that
 * TensorFlow has.
 */
export function isGraph(
  source: Source,
  range: Range,
  budget: Budget,
  { known }: { readonly known: boolean },
): boolean {
  try {
    let nodes = 0
    for (const field of fields(source, range, budget)) {
      if (field.number > 5) return false
      if (field.wire !== 'bytes') {
        if (field.number !== 3) return false
        continue
      }
      if (field.number === 2 && nodes === 0) {
        // Only a library: its first function has to have a node.
        for (const part of fields(source, field, budget)) {
          if (part.wire !== 'bytes' || part.number !== 1) return false
          for (const inner of fields(source, part, budget)) {
            if (inner.wire === 'bytes' && inner.number === 3) return isNode(source, inner, budget, known)
          }
          return false
        }
        continue
      }
      if (field.number !== 1) continue
      if (!isNode(source, field, budget, known)) return false
      if (++nodes >= 3) return true
    }
    return nodes > 0
  } catch {
    return false
  }
}

function isNode(source: Source, range: Range, budget: Budget, known: boolean): boolean {
  let name = ''
  let op = ''
  for (const field of fields(source, range, budget)) {
    if (field.number > 7 || field.wire !== 'bytes') return false
    if (field.number === 1) name = readText(source, field, { limit: 1024 })
    else if (field.number === 2) op = readText(source, field, { limit: 256 })
  }
  if (name === '' || !/^[A-Za-z_>][\w>]*$/.test(op)) return false
  return !known || judgeOp(op).standing !== 'unknown'
}

/** What an outer graph says of itself, by which its saver is told from other operators. */
export interface GraphOptions {
  /** Nodes that save or restore, by what the file says. Null: the file says nothing of it. */
  readonly saver: ReadonlySet<string> | null
  /** Nodes whose value is the path of an asset. */
  readonly assets?: ReadonlySet<string>
  /** How it is called in messages: ` in …`. */
  readonly where?: string
  readonly depth?: number
}

/** Judges every operator of a graph, of its functions, and of graphs in its values. */
export function examineGraph(
  source: Source,
  graph: Range,
  context: ScanContext,
  { saver, assets = new Set(), where = '', depth = 0 }: GraphOptions,
): { readonly nodes: number; readonly ops: ReadonlyMap<string, number> } {
  const { budget } = context
  const ops = new Map<string, number>()
  const lists = [...graphLists(source, graph, budget)]
  const inSaver = saverParts(source, lists, budget, saver)
  let nodes = 0
  for (const list of lists) {
    const place = `${list.function === null ? '' : ` in the function ${quoted(list.function, { limit: 80 })}`}${where}`
    const objected: { readonly node: GraphNode; readonly standing: OpStanding }[] = []
    for (const range of list.nodes) {
      const node = readNode(source, range, budget)
      nodes += 1
      if (ops.size < 5000 || ops.has(node.op)) ops.set(node.op, (ops.get(node.op) ?? 0) + 1)
      const { standing } = judgeOp(node.op)
      // A call of a function by its own name is how graphs of TensorFlow 1 call functions.
      if (standing !== 'ordinary' && !(standing === 'unknown' && inSaver.functions.has(node.op))) {
        objected.push({ node, standing })
      }
      // An operator can be called as if it were a function, by its name.
      for (const name of node.functions) {
        const called = inSaver.functions.has(name) ? 'ordinary' : judgeOp(name).standing
        if (called !== 'ordinary' && called !== 'unknown') {
          objected.push({ node: { ...node, op: name }, standing: called })
        }
      }
      for (const value of node.bytes) examineValue(source, value, context, { node, place, depth, ops })
    }
    if (objected.length === 0) continue
    const byName = objected.some(({ standing }) => namesFiles(standing))
      ? new Map(
          list.nodes.map((range) => {
            const node = readNode(source, range, budget)
            return [node.name, node] as const
          }),
        )
      : new Map<string, GraphNode>()
    const ofSaver = (node: GraphNode): boolean =>
      list.function === null ? inSaver.nodes.has(node.name) : inSaver.savers.has(list.function)
    for (const { node, standing } of objected) {
      object(node, standing, { context, place, byName, assets, ofSaver: ofSaver(node) })
    }
  }
  return { nodes, ops }
}

function examineValue(
  source: Source,
  value: Range,
  context: ScanContext,
  {
    node,
    place,
    depth,
    ops,
  }: {
    readonly node: GraphNode
    readonly place: string
    readonly depth: number
    readonly ops: Map<string, number>
  },
): void {
  if (!isGraph(source, value, context.budget, { known: true })) return
  const within = ` within ${quoted(node.name, { limit: 80 })}${place}`
  if (depth >= deepest) {
    context.report(tensorflowRules['nested-too-deep'], {
      message: `There is another graph${within}.`,
      offset: value.from,
    })
    return
  }
  context.report(tensorflowRules['nested-graph'], { message: `A graph lies${within}.`, offset: value.from })
  const inner = examineGraph(source, value, context, { saver: null, where: within, depth: depth + 1 })
  for (const [op, count] of inner.ops) ops.set(op, (ops.get(op) ?? 0) + count)
}

function namesFiles(standing: OpStanding): boolean {
  return ['read', 'write', 'checkpoint', 'table-file', 'print'].includes(standing)
}

/** Writers whose only use is to put a file where the graph says. */
const plainWriters = new Set([
  'WriteFile',
  'SaveDataset',
  'SaveDatasetV2',
  'DatasetToTFRecord',
  'ExperimentalDatasetToTFRecord',
])

function object(
  node: GraphNode,
  standing: OpStanding,
  {
    context,
    place,
    byName,
    assets,
    ofSaver,
  }: {
    readonly context: ScanContext
    readonly place: string
    readonly byName: ReadonlyMap<string, GraphNode>
    readonly assets: ReadonlySet<string>
    readonly ofSaver: boolean
  },
): void {
  const named = `The node ${quoted(node.name, { limit: 80 })} is ${quoted(node.op, { limit: 80 })}${place}`
  const detail = { message: `${named}.`, offset: node.at }
  const report = (rule: keyof typeof tensorflowRules, message = detail.message): void =>
    context.report(tensorflowRules[rule], { ...detail, message })
  const paths = namesFiles(standing) ? pathsOf(node, byName, assets) : []
  const foreign = paths.find(isForeign)
  const withPath = `${named}; it names ${quoted(foreign ?? paths[0] ?? '')}.`
  switch (standing) {
    case 'write':
      report(
        plainWriters.has(node.op) ? 'writes-files' : 'writes-data',
        paths.length === 0 ? detail.message : withPath,
      )
      break
    case 'read':
      report(
        foreign === undefined ? 'reads-files' : 'foreign-path',
        paths.length === 0 ? detail.message : withPath,
      )
      break
    case 'checkpoint':
      // What a graph restores from at its first run, such as the model that it was tuned from, is a place of its author's.
      if (foreign !== undefined) report(/^Restore/.test(node.op) ? 'reads-files' : 'foreign-path', withPath)
      else if (!ofSaver) report('stray-saver')
      break
    case 'print':
      if (paths.some((path) => path.startsWith('file://'))) report('writes-data', withPath)
      break
    case 'table-file':
      if (foreign !== undefined) report('reads-files', withPath)
      break
    case 'network':
      report('network')
      break
    case 'code':
      report('calls-code')
      break
    case 'program':
      report('program')
      break
    case 'stop':
      report('stops')
      break
    default:
      report('custom-operator')
  }
}

/** Texts of the constants from which the inputs of a node come, within its list. Values of assets are given at loading. */
function pathsOf(
  node: GraphNode,
  byName: ReadonlyMap<string, GraphNode>,
  assets: ReadonlySet<string>,
): readonly string[] {
  const found: string[] = [...node.texts.filter((text) => /[/\\]|:\/\//.test(text))]
  const seen = new Set<string>()
  // Of the operators that take a path and data, the path comes first, or after the table.
  const first = /^InitializeTable/.test(node.op)
    ? node.inputs.slice(0, 2)
    : node.op === 'MergeV2Checkpoints'
      ? node.inputs.slice(0, 2)
      : node.inputs.slice(0, 1)
  const waiting = [...first]
  for (let input = waiting.pop(); input !== undefined && seen.size < 1000; input = waiting.pop()) {
    const name = input.replace(/^\^/, '').split(':')[0]!
    if (seen.has(name) || input.startsWith('^') || assets.has(name)) continue
    seen.add(name)
    const from = byName.get(name)
    if (from === undefined) continue
    if (/Const|PlaceholderWithDefault/.test(from.op)) found.push(...from.texts)
    waiting.push(...from.inputs.slice(0, 100))
  }
  return found
}

function isForeign(path: string): boolean {
  return /^(?:\/|~|[A-Za-z]:[\\/]|\\\\|[a-z][a-z0-9+]{1,10}:\/\/)|(?:^|[\\/])\.\.(?:[\\/]|$)/.test(path)
}

/**
 * Which nodes of the outer list, and which functions, only save and restore: what leads to the nodes that the file
 * names as its saver, and the functions called there and nowhere else.
 */
function saverParts(
  source: Source,
  lists: readonly { readonly function: string | null; readonly nodes: readonly Range[] }[],
  budget: Budget,
  saver: ReadonlySet<string> | null,
): {
  readonly nodes: ReadonlySet<string>
  readonly savers: ReadonlySet<string>
  /** All functions of the library. */
  readonly functions: ReadonlySet<string>
} {
  const functions = new Set(lists.flatMap((list) => (list.function === null ? [] : [list.function])))
  const outer = new Map<string, GraphNode>()
  const calls = new Map<string, readonly string[]>()
  for (const list of lists) {
    const called = new Set<string>()
    for (const range of list.nodes) {
      const node = readNode(source, range, budget)
      if (list.function === null) outer.set(node.name, node)
      else {
        for (const name of node.functions) called.add(name)
        if (functions.has(node.op)) called.add(node.op)
      }
    }
    if (list.function !== null) calls.set(list.function, [...called])
  }
  const nodes = new Set<string>()
  // A bare graph names no saver; the nodes that TensorFlow 1 makes for one stand under `save`.
  const waiting = [...(saver ?? [...outer.keys()].filter((name) => /^save(?:_\d+)?\//.test(name)))]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const node = outer.get(name)
    if (node === undefined || nodes.has(name)) continue
    nodes.add(name)
    for (const input of node.inputs) waiting.push(input.replace(/^\^/, '').split(':')[0]!)
  }
  const reached = (from: readonly string[]): Set<string> => {
    const found = new Set<string>()
    const next = [...from]
    for (let name = next.pop(); name !== undefined; name = next.pop()) {
      if (found.has(name)) continue
      found.add(name)
      next.push(...(calls.get(name) ?? []))
    }
    return found
  }
  const bySaver = reached(
    [...outer.values()].filter(({ name }) => nodes.has(name)).flatMap((node) => node.functions),
  )
  const byOthers = reached(
    [...outer.values()].filter(({ name }) => !nodes.has(name)).flatMap((node) => node.functions),
  )
  return { nodes, savers: new Set([...bySaver].filter((name) => !byOthers.has(name))), functions }
}
