// If, Loop and Scan hold graphs of their own, into which gradients are not followed. Where it is known beforehand what
// they will do, the inner graphs can stand in the outer one: the branch that a constant condition takes, or one
// copy of the body for each turn. Whether a Loop goes on may be computed in its body; each turn is folded as it is
// laid out, so a condition that hangs on the turn's number or on other constants alone is known in time.
import { type Graph, intAttribute, intsAttribute, type Model, type Node, subgraphs } from '../ir/graph.ts'
import { int64, scalar, type Tensor, zeros } from '../ir/tensor.ts'
import { allNames } from '../ir/traverse.ts'
import type { StaticType } from '../shapes/probe-shapes.ts'
import { foldConstants } from './fold-constants.ts'
import { instantiate } from './inline-functions.ts'
import type { SpecializedModel } from './normalize.ts'
import { makeNode, uniqueNames } from './rewrite.ts'

/** Turns of one loop, and nodes in all, above which a loop stays one: the graph would be too large to load. */
const maxTurns = 5000
const maxNodes = 100_000

/**
 * The model with every If, Loop and Scan on its outer level inlined for which that can be done; `source.model`
 * itself when there is none. Those that were nested come to the outer level by it.
 */
export async function inlineControlFlow(source: SpecializedModel): Promise<Model> {
  const { model } = source
  if (!model.graph.nodes.some((node) => Object.hasOwn(inliners, node.opType) && node.domain === ''))
    return model
  const scope: Scope = {
    model,
    shapes: source.shapes,
    unique: uniqueNames(allNames(model.graph)),
    constants: new Map(model.graph.initializers),
    count: model.graph.nodes.length,
  }
  const nodes: Node[] = []
  let changed = false
  for (const node of model.graph.nodes) {
    const inline = node.domain === '' && Object.hasOwn(inliners, node.opType) && inliners[node.opType]
    const replacement = inline ? await inline(node, scope) : undefined
    if (replacement) changed = true
    nodes.push(...(replacement ?? [node]))
  }
  return changed ? { ...model, graph: { ...model.graph, nodes, initializers: scope.constants } } : model
}

interface Scope {
  readonly model: Model
  readonly shapes: ReadonlyMap<string, StaticType>
  readonly unique: (hint: string) => string
  /** Constants of the outer graph; grows by those of what is inlined. */
  readonly constants: Map<string, Tensor>
  /** Nodes in the graph so far. */
  count: number
}

type Inliner = (node: Node, scope: Scope) => Promise<readonly Node[] | undefined>

const inlineIf: Inliner = async (node, scope) => {
  const condition = scope.constants.get(node.inputs[0]!)
  const branch = condition && innerGraph(node, condition.data[0] ? 'then_branch' : 'else_branch')
  if (!branch) return undefined
  const { nodes, outputs } = lay(branch, [], scope)
  return [...nodes, ...handedOut(outputs, node.outputs)]
}

const inlineLoop: Inliner = async (node, scope) => {
  const body = innerGraph(node, 'body')
  const [limitName = '', startName = '', ...initial] = node.inputs
  const limit = limitName === '' ? Infinity : numberOf(scope, limitName)
  const start = startName === '' ? 1 : numberOf(scope, startName)
  if (!body || limit === undefined || start === undefined) return undefined
  const carried = initial.length
  const nodes: Node[] = []
  const scans: string[][] = body.outputs.slice(1 + carried).map(() => [])
  const rollBack = snapshot(scope)
  let state: readonly string[] = initial
  let going = start !== 0
  for (let turn = 0; going && turn < limit; turn++) {
    if (turn >= maxTurns || scope.count > maxNodes) return rollBack()
    const number = constant(scope, int64([turn], []), 'turn')
    const truth = constant(scope, scalar('bool', 1), 'going')
    const laid = await fold(lay(body, [number, truth, ...state], scope), scope)
    nodes.push(...laid.nodes)
    const [goOn, ...rest] = laid.outputs as [string, ...string[]]
    state = rest.slice(0, carried)
    rest.slice(carried).forEach((value, i) => {
      scans[i]!.push(value)
    })
    const known = numberOf(scope, goOn)
    // After the last turn it does not matter.
    if (known === undefined && turn + 1 < limit) return rollBack()
    going = known !== 0
  }
  const stacked = scans.map((values, i) => {
    const output = node.outputs[carried + i]
    return output ? stack(values, 0, output, scope, nodes) : ''
  })
  return [...nodes, ...handedOut([...state, ...stacked], node.outputs)]
}

const inlineScan: Inliner = async (node, scope) => {
  const body = innerGraph(node, 'body')
  const scanned = intAttribute(node, 'num_scan_inputs', 0)
  const carried = node.inputs.length - scanned
  const inputs = node.inputs.slice(carried)
  const types = inputs.map((name) => scope.shapes.get(name))
  if (!body || types.some((type) => type === undefined)) return undefined
  const axes = types.map((type, i) => {
    const axis = intsAttribute(node, 'scan_input_axes')?.[i] ?? 0
    return axis < 0 ? axis + type!.dims.length : axis
  })
  const turns = types[0]!.dims[axes[0]!]!
  if (turns > maxTurns || scope.count + turns * body.nodes.length > maxNodes) return undefined

  const nodes: Node[] = []
  const add = (opType: string, from: readonly string[], attributes = {}): string => {
    const output = scope.unique(opType)
    nodes.push(makeNode(opType, from, [output], attributes))
    return output
  }
  const slices = inputs.map((name, i) => {
    const axis = axes[i]!
    const parts = turns === 1 ? [name] : Array.from({ length: turns }, () => scope.unique('slice'))
    if (turns > 1) nodes.push(makeNode('Split', [name], parts, { axis, num_outputs: turns }))
    const backwards = intsAttribute(node, 'scan_input_directions')?.[i] === 1
    const squeezed = parts.map((part) => add('Squeeze', [part, constant(scope, int64([axis]), 'axes')]))
    return backwards ? squeezed.reverse() : squeezed
  })
  let state: readonly string[] = node.inputs.slice(0, carried)
  const scans: string[][] = body.outputs.slice(carried).map(() => [])
  for (let turn = 0; turn < turns; turn++) {
    const laid = lay(body, [...state, ...slices.map((slice) => slice[turn]!)], scope)
    nodes.push(...laid.nodes)
    state = laid.outputs.slice(0, carried)
    laid.outputs.slice(carried).forEach((value, i) => {
      scans[i]!.push(value)
    })
  }
  const stacked = scans.map((values, i) => {
    const output = node.outputs[carried + i]
    if (!output) return ''
    const axis = intsAttribute(node, 'scan_output_axes')?.[i] ?? 0
    const backwards = intsAttribute(node, 'scan_output_directions')?.[i] === 1
    return stack(backwards ? values.reverse() : values, axis, output, scope, nodes)
  })
  return [...nodes, ...handedOut([...state, ...stacked], node.outputs)]
}

const inliners: Readonly<Record<string, Inliner>> = { If: inlineIf, Loop: inlineLoop, Scan: inlineScan }

interface Laid {
  readonly nodes: readonly Node[]
  readonly outputs: readonly string[]
}

/** A copy of an inner graph in the outer one, with `inputs` for its inputs and fresh names for all else that it makes. */
function lay(graph: Graph, inputs: readonly string[], scope: Scope): Laid {
  const names = new Map<string, string>()
  const rename = (name: string): string => names.get(name) ?? name
  graph.inputs.forEach(({ name }, i) => {
    names.set(name, inputs[i]!)
  })
  for (const name of madeNames(graph)) if (!names.has(name)) names.set(name, scope.unique(name))
  for (const [name, value] of graph.initializers) scope.constants.set(rename(name), value)
  const nodes: Node[] = []
  for (const node of graph.nodes) {
    // A second name needs no node; above all, a condition that is handed through stays the constant that it is.
    if (node.opType === 'Identity' && node.domain === '') names.set(node.outputs[0]!, rename(node.inputs[0]!))
    else nodes.push(instantiate(node, rename, {}))
  }
  scope.count += nodes.length
  return { nodes, outputs: graph.outputs.map(({ name }) => rename(name)) }
}

/** All names that a graph and the graphs in it make, without their own inputs' outer values. */
function madeNames(graph: Graph): readonly string[] {
  return [
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap((node) => [
      ...node.outputs.filter((name) => name !== ''),
      ...subgraphs(node).flatMap((inner) => [...inner.inputs.map(({ name }) => name), ...madeNames(inner)]),
    ]),
  ]
}

/** Works out what hangs on constants alone in what was laid out. */
async function fold({ nodes, outputs }: Laid, scope: Scope): Promise<Laid> {
  const wanted = [...new Set(outputs)]
  const { graph } = await foldConstants({
    ...scope.model,
    graph: {
      name: 'turn',
      inputs: [],
      outputs: wanted.map((name) => ({ name })),
      nodes,
      initializers: scope.constants,
      types: new Map(),
    },
  })
  for (const [name, value] of graph.initializers) scope.constants.set(name, value)
  return { nodes: graph.nodes, outputs }
}

/** Values of all turns joined along a new axis. */
function stack(values: readonly string[], axis: number, output: string, scope: Scope, nodes: Node[]): string {
  if (values.length === 0) {
    const { dtype, dims } = scope.shapes.get(output)!
    return constant(scope, zeros(dtype, dims), 'nothing')
  }
  const axes = constant(scope, int64([axis]), 'axes')
  const parts = values.map((value) => {
    const part = scope.unique('part')
    nodes.push(makeNode('Unsqueeze', [value, axes], [part]))
    return part
  })
  const whole = scope.unique('stacked')
  nodes.push(makeNode('Concat', parts, [whole], { axis }))
  return whole
}

/** The outer node's outputs as second names of inner values. */
function handedOut(values: readonly string[], outputs: readonly string[]): readonly Node[] {
  return outputs.flatMap((output, i) => (output === '' ? [] : [makeNode('Identity', [values[i]!], [output])]))
}

function innerGraph(node: Node, name: string): Graph | undefined {
  const attribute = node.attributes[name]
  return attribute?.kind === 'graph' ? attribute.value : undefined
}

function constant(scope: Scope, value: Tensor, hint: string): string {
  const name = scope.unique(hint)
  scope.constants.set(name, value)
  return name
}

function numberOf(scope: Scope, name: string): number | undefined {
  const value = scope.constants.get(name)
  return value && Number(value.data[0])
}

/** Undoes what a loop that turned out not to be known has added. */
function snapshot(scope: Scope): () => undefined {
  const before = new Set(scope.constants.keys())
  const { count } = scope
  return () => {
    for (const name of scope.constants.keys()) if (!before.has(name)) scope.constants.delete(name)
    scope.count = count
    return undefined
  }
}
