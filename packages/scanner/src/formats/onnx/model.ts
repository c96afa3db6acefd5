// Walks a whole ONNX model: the graph, the graphs within the attributes of its nodes, functions and training, and hands
// every node and every tensor to a visitor. Graphs wait in a list, so nesting takes no stack.
import { type Budget, LimitReached } from '../../scan/limits.ts'
import type { Source } from '../../source/source.ts'
import { Malformed } from '../format.ts'
import { type Range, readText } from '../protobuf/fields.ts'
import type { Step } from './node-order.ts'
import {
  attributeSchema,
  functionSchema,
  graphSchema,
  intOf,
  message,
  modelSchema,
  nodeSchema,
  opsetSchema,
  rangeOf,
  sparseSchema,
  type Told,
  trainingSchema,
} from './schema.ts'
import { readEntry, readTensor, smallInts, type Tensor } from './tensor.ts'

export interface Node extends Step {
  readonly at: number
  readonly name: string
  readonly operator: string
  /** `ai.onnx` is written as the empty text. */
  readonly domain: string
}

/** A graph or the body of a function, once all of it has been read. */
export interface Body {
  readonly at: number
  readonly name: string
  /** The names that nodes of it may use: its own, then those of the graphs around it. */
  readonly scope: Scope
  readonly nodes: readonly Node[]
  readonly outputs: readonly string[]
  /** Short lists of whole numbers that it holds, by name. */
  readonly constants: ReadonlyMap<string, readonly bigint[]>
  /** Names given twice: by two initializers, or by two nodes. */
  readonly clashes: readonly string[]
}

export interface Scope {
  readonly names: ReadonlySet<string>
  readonly around: Scope | null
}

export interface OnnxFunction {
  readonly at: number
  readonly name: string
  readonly domain: string
  readonly nodes: readonly Node[]
}

export interface ModelFacts {
  irVersion: number | null
  producer: string
  producerVersion: string
  domain: string
  opsets: Record<string, number>
  metadata: Record<string, string>
  graphs: number
}

export interface Visitor extends Told {
  body(body: Body): void
  /** `initializer`: of the main graph. */
  tensor(tensor: Tensor, place: 'initializer' | 'inner'): void
}

/** Messages within messages, as many as protobuf's own readers follow. */
const deepest = 100
/** Tensors, attributes and names of values in all, where a node counts as four: the largest models have some 400,000. */
const mostThings = 2_000_000

interface BodyInMaking {
  readonly scope: Scope
  readonly made: Set<string>
  readonly clashes: string[]
  readonly constants: Map<string, readonly bigint[]>
}

interface Waiting {
  readonly range: Range
  readonly depth: number
  readonly around: Scope | null
  readonly kind: 'main' | 'graph' | 'function'
}

/** @throws Malformed, LimitReached */
export function walkModel(
  source: Source,
  range: Range,
  budget: Budget,
  visitor: Visitor,
): { readonly facts: ModelFacts; readonly functions: readonly OnnxFunction[] } {
  const facts: ModelFacts = {
    irVersion: null,
    producer: '',
    producerVersion: '',
    domain: '',
    opsets: {},
    metadata: {},
    graphs: 0,
  }
  const waiting: Waiting[] = []
  const functions: OnnxFunction[] = []
  let things = 0
  const count = (weight = 1): void => {
    things += weight
    if (things > mostThings) throw new LimitReached('headerBytes', `a graph of over ${mostThings} parts`)
    if (things % 256 < weight) budget.checkTime()
  }
  const push = (next: Waiting): void => {
    if (next.depth > deepest)
      throw new Malformed(`graphs nest over ${deepest} messages deep`, next.range.from)
    waiting.push(next)
  }

  for (const { name, field } of message(source, range, modelSchema, budget, visitor)) {
    if (name === 'ir_version') facts.irVersion = intOf(field)
    else if (name === 'producer_name') facts.producer = readText(source, rangeOf(field))
    else if (name === 'producer_version') facts.producerVersion = readText(source, rangeOf(field))
    else if (name === 'domain') facts.domain = readText(source, rangeOf(field))
    else if (name === 'opset_import') readOpset(rangeOf(field))
    else if (name === 'metadata_props') {
      const [key, value] = readEntry(source, rangeOf(field), budget, visitor)
      if (Object.keys(facts.metadata).length < 100) facts.metadata[key.slice(0, 200)] = value.slice(0, 200)
    } else if (name === 'graph') push({ range: rangeOf(field), depth: 1, around: null, kind: 'main' })
    else if (name === 'functions') push({ range: rangeOf(field), depth: 1, around: null, kind: 'function' })
    else if (name === 'training_info') {
      for (const part of message(source, rangeOf(field), trainingSchema, budget, visitor)) {
        if (part.name === 'initialization' || part.name === 'algorithm') {
          push({ range: rangeOf(part.field), depth: 2, around: null, kind: 'graph' })
        }
      }
    }
  }
  // The main graph first: training refers to its names.
  waiting.sort((a, b) => Number(b.kind === 'main') - Number(a.kind === 'main'))
  let main: Scope | null = null
  // Grows while it is walked.
  for (const next of waiting) {
    facts.graphs += 1
    if (next.kind === 'function') readFunction(next)
    else {
      const scope = readGraph(next.depth === 2 && next.around === null ? { ...next, around: main } : next)
      if (next.kind === 'main') main = scope
    }
  }
  return { facts, functions }

  function readOpset(at: Range): void {
    let domain = ''
    let version = 0
    for (const { name, field } of message(source, at, opsetSchema, budget, visitor)) {
      if (name === 'domain') domain = readText(source, rangeOf(field))
      else version = intOf(field)
    }
    if (Object.keys(facts.opsets).length < 100) facts.opsets[domain === '' ? 'ai.onnx' : domain] = version
  }

  function readGraph(graph: Waiting): Scope {
    const names = new Set<string>()
    const scope: Scope = { names, around: graph.around }
    const initializers = new Set<string>()
    const made = new Set<string>()
    const clashes: string[] = []
    const nodes: Node[] = []
    const outputs: string[] = []
    const constants = new Map<string, readonly bigint[]>()
    let name = ''
    const initializer = (tensor: string): void => {
      if (initializers.has(tensor)) clashes.push(tensor)
      initializers.add(tensor)
      names.add(tensor)
    }
    for (const { name: kind, field } of message(source, graph.range, graphSchema, budget, visitor)) {
      count()
      if (kind === 'name') name = readText(source, rangeOf(field))
      else if (kind === 'node') {
        count(3)
        nodes.push(readNode(rangeOf(field), graph.depth + 1, { scope, made, clashes, constants }))
      } else if (kind === 'initializer') {
        const tensor = readTensor(source, rangeOf(field), budget, visitor)
        visitor.tensor(tensor, graph.kind === 'main' ? 'initializer' : 'inner')
        initializer(tensor.name)
        const values = smallInts(source, tensor, budget)
        if (values !== null) constants.set(tensor.name, values)
      } else if (kind === 'sparse_initializer') initializer(readSparse(rangeOf(field)))
      else if (kind === 'input') names.add(readName(rangeOf(field)))
      else if (kind === 'output') outputs.push(readName(rangeOf(field)))
    }
    for (const output of made) {
      if (initializers.has(output)) clashes.push(output)
      names.add(output)
    }
    visitor.body({ at: graph.range.from, name, scope, nodes, outputs, constants, clashes })
    return scope
  }

  function readFunction({ range: at, depth }: Waiting): void {
    const names = new Set<string>()
    const scope: Scope = { names, around: null }
    const made = new Set<string>()
    const clashes: string[] = []
    const nodes: Node[] = []
    const outputs: string[] = []
    const constants = new Map<string, readonly bigint[]>()
    let name = ''
    let domain = ''
    for (const { name: kind, field } of message(source, at, functionSchema, budget, visitor)) {
      count()
      if (kind === 'name') name = readText(source, rangeOf(field))
      else if (kind === 'domain') domain = plainDomain(readText(source, rangeOf(field)))
      else if (kind === 'input') names.add(readText(source, rangeOf(field)))
      else if (kind === 'output') outputs.push(readText(source, rangeOf(field)))
      else if (kind === 'node')
        nodes.push(readNode(rangeOf(field), depth + 1, { scope, made, clashes, constants }))
      else if (kind === 'attribute_proto') readAttribute(rangeOf(field), depth + 1, scope)
    }
    for (const output of made) names.add(output)
    functions.push({ at: at.from, name, domain, nodes })
    visitor.body({ at: at.from, name, scope, nodes, outputs, constants, clashes })
  }

  function readNode(at: Range, depth: number, { scope, made, clashes, constants }: BodyInMaking): Node {
    const inputs: string[] = []
    const outputs: string[] = []
    let name = ''
    let operator = ''
    let domain = ''
    let values: readonly bigint[] | null = null
    for (const { name: kind, field } of message(source, at, nodeSchema, budget, visitor)) {
      if (kind === 'input') {
        count()
        inputs.push(readText(source, rangeOf(field)))
      } else if (kind === 'output') {
        count()
        const output = readText(source, rangeOf(field))
        outputs.push(output)
        if (output === '') continue
        if (made.has(output)) clashes.push(output)
        made.add(output)
      } else if (kind === 'name') name = readText(source, rangeOf(field))
      else if (kind === 'op_type') operator = readText(source, rangeOf(field))
      else if (kind === 'domain') domain = plainDomain(readText(source, rangeOf(field)))
      else if (kind === 'attribute') {
        count()
        values = readAttribute(rangeOf(field), depth + 1, scope) ?? values
      }
    }
    if (operator === 'Constant' && values !== null && outputs.length === 1) constants.set(outputs[0]!, values)
    return { at: at.from, name, operator, domain, inputs, outputs }
  }

  /** @returns the values of a short list of whole numbers, when it holds one as a tensor */
  function readAttribute(at: Range, depth: number, scope: Scope): readonly bigint[] | null {
    let values: readonly bigint[] | null = null
    for (const { name: kind, field } of message(source, at, attributeSchema, budget, visitor)) {
      if (kind === 't' || kind === 'tensors') {
        count()
        const tensor = readTensor(source, rangeOf(field), budget, visitor)
        visitor.tensor(tensor, 'inner')
        values = smallInts(source, tensor, budget) ?? values
      } else if (kind === 'sparse_tensor' || kind === 'sparse_tensors') {
        count()
        readSparse(rangeOf(field))
      } else if (kind === 'g' || kind === 'graphs') {
        count()
        push({ range: rangeOf(field), depth: depth + 1, around: scope, kind: 'graph' })
      }
    }
    return values
  }

  function readSparse(at: Range): string {
    let name = ''
    for (const { name: kind, field } of message(source, at, sparseSchema, budget, visitor)) {
      if (kind === 'dims') continue
      const tensor = readTensor(source, rangeOf(field), budget, visitor)
      visitor.tensor(tensor, 'inner')
      if (kind === 'values') name = tensor.name
    }
    return name
  }

  /** The name of an input or output; its type says nothing that could do harm. */
  function readName(at: Range): string {
    for (const { name, field } of message(source, at, { 1: ['name', 'bytes?'] } as const, budget, {
      ...visitor,
      unknown: () => {},
    })) {
      if (name === 'name') return readText(source, rangeOf(field))
    }
    return ''
  }
}

function plainDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain
}
