// The engine's own form of a model: plain, read-only data. Passes take a model and give back a new one that
// shares what did not change. Values (the edges) are names; what produces a name is a graph input, an initializer
// (a constant) or exactly one node's output. A missing optional input or output is the empty name. Nodes are in
// an order in which each comes after what it needs. Graphs nested in attributes (If, Loop, Scan) may also use
// names of the graphs around them.
import type { DataType, Tensor } from './tensor.ts'

/** A known size, a symbol that stands for the same size wherever it appears, or null for unknown. */
export type Dimension = number | string | null

export interface TensorType {
  readonly kind: 'tensor'
  readonly dtype: DataType
  /** Undefined when even the number of axes is unknown. */
  readonly dims?: readonly Dimension[]
}

/** What a value can be besides a tensor. The engine carries these along but does not compute with them. */
export interface OtherType {
  readonly kind: 'sequence' | 'optional' | 'map' | 'sparse-tensor'
  readonly element?: ValueType
  readonly dtype?: DataType
  readonly dims?: readonly Dimension[]
}

export type ValueType = TensorType | OtherType

export interface ValueInfo {
  readonly name: string
  readonly type?: ValueType
}

export type Attribute =
  | { readonly kind: 'float'; readonly value: number }
  /** Beyond 2^53 the last digits are lost; ONNX's "to the end", 2^63 - 1, survives reading and writing. */
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: Tensor }
  | { readonly kind: 'graph'; readonly value: Graph }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensors'; readonly value: readonly Tensor[] }
  | { readonly kind: 'graphs'; readonly value: readonly Graph[] }
  | { readonly kind: 'type'; readonly value: ValueType }
  | { readonly kind: 'types'; readonly value: readonly ValueType[] }
  /** In a function's body: the value of the function's attribute of this name. `of` is the kind it will have. */
  | { readonly kind: 'reference'; readonly value: string; readonly of: number }

export type Attributes = Readonly<Record<string, Attribute>>

export interface Node {
  readonly opType: string
  /** '' is ONNX's own operator set. */
  readonly domain: string
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Attributes
  /** Which of several functions of the same name; '' unless the model has functions. */
  readonly overload?: string
}

export interface Graph {
  readonly name: string
  /** Without the constants that old ONNX versions list among the inputs. */
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
  readonly nodes: readonly Node[]
  readonly initializers: ReadonlyMap<string, Tensor>
  /** Types that are known of inner values. */
  readonly types: ReadonlyMap<string, ValueType>
}

/** An operator that the model defines itself, as a piece of graph. */
export interface ModelFunction {
  readonly name: string
  readonly domain: string
  readonly overload: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Attributes without a default. */
  readonly attributes: readonly string[]
  readonly defaults: Attributes
  readonly nodes: readonly Node[]
  readonly opsets: ReadonlyMap<string, number>
}

export interface Model {
  readonly irVersion: number
  readonly producer: { readonly name: string; readonly version: string }
  /** Operator set domain ('' is ONNX's own) to version. */
  readonly opsets: ReadonlyMap<string, number>
  readonly graph: Graph
  readonly functions: readonly ModelFunction[]
  readonly metadata: ReadonlyMap<string, string>
}

/** ONNX's own operator set has two names. */
export function normalDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain
}

export function intAttribute(node: Node, name: string): number | undefined
export function intAttribute(node: Node, name: string, fallback: number): number
export function intAttribute(node: Node, name: string, fallback?: number): number | undefined {
  const attribute = node.attributes[name]
  return attribute?.kind === 'int' ? attribute.value : fallback
}

export function floatAttribute(node: Node, name: string): number | undefined
export function floatAttribute(node: Node, name: string, fallback: number): number
export function floatAttribute(node: Node, name: string, fallback?: number): number | undefined {
  const attribute = node.attributes[name]
  return attribute?.kind === 'float' ? attribute.value : fallback
}

export function stringAttribute(node: Node, name: string): string | undefined
export function stringAttribute(node: Node, name: string, fallback: string): string
export function stringAttribute(node: Node, name: string, fallback?: string): string | undefined {
  const attribute = node.attributes[name]
  return attribute?.kind === 'string' ? attribute.value : fallback
}

export function intsAttribute(node: Node, name: string): readonly number[] | undefined {
  const attribute = node.attributes[name]
  return attribute?.kind === 'ints' ? attribute.value : undefined
}

export function floatsAttribute(node: Node, name: string): readonly number[] | undefined {
  const attribute = node.attributes[name]
  return attribute?.kind === 'floats' ? attribute.value : undefined
}

/** The graphs nested in a node's attributes. */
export function subgraphs(node: Node): readonly Graph[] {
  const found: Graph[] = []
  for (const attribute of Object.values(node.attributes)) {
    if (attribute.kind === 'graph') found.push(attribute.value)
    else if (attribute.kind === 'graphs') found.push(...attribute.value)
  }
  return found
}

/** The node with every nested graph replaced by what `change` makes of it. */
export function mapSubgraphs(node: Node, change: (graph: Graph) => Graph): Node {
  if (subgraphs(node).length === 0) return node
  const attributes: Record<string, Attribute> = {}
  for (const [name, attribute] of Object.entries(node.attributes)) {
    if (attribute.kind === 'graph') attributes[name] = { kind: 'graph', value: change(attribute.value) }
    else if (attribute.kind === 'graphs')
      attributes[name] = { kind: 'graphs', value: attribute.value.map(change) }
    else attributes[name] = attribute
  }
  return { ...node, attributes }
}
