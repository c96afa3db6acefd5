// Reverse-mode automatic differentiation from graph to graph. It walks a specialised model backwards from values
// whose gradient is given and emits, node by node, the standard ONNX nodes that carry the gradient to the values
// it is wanted for; onnxruntime then runs forward and backward as one graph. Every shape is exact here, so rules
// are short and choose the form that is fastest. Where an operator stops the gradient, that is not hidden: the
// result names it, and when nothing arrives at all, the error does.
import { EngineError } from '../errors.ts'
import type { Node } from '../ir/graph.ts'
import { type GraphBuilder, graphBuilder } from '../ir/graph-builder.ts'
import { usedNames } from '../ir/traverse.ts'
import type { SpecializedModel } from '../normalize/normalize.ts'
import type { VjpContext } from '../registry/operator.ts'
import { operatorOf } from '../registry/operators.ts'
import type { StaticType } from '../shapes/probe-shapes.ts'
import { rulesOf } from './rules/rules.ts'

/** A value of the forward graph and the gradient that arrives at it, both by name; same dimensions. */
export interface Seed {
  readonly value: string
  readonly gradient: string
}

/** A node on the way at which the gradient ends or is only estimated. */
export interface GradientNote {
  readonly operator: string
  readonly output: string
  readonly kind: 'blocked' | 'straight-through'
  readonly reason: string
}

export interface Gradients {
  /** For each value asked for, the name of its gradient (same dimensions), or undefined where it is zero. */
  readonly gradients: ReadonlyMap<string, string | undefined>
  readonly notes: readonly GradientNote[]
}

export interface GradientRequest {
  readonly seeds: readonly Seed[]
  /** Graph inputs or intermediates. */
  readonly wrt: readonly string[]
  /**
   * Takes rounding (Round, Floor, Ceil, Cast to whole numbers and back) for the identity and Sign for a clipped one,
   * where the true derivative is zero and ends the gradient. False unless given.
   */
  readonly straightThrough?: boolean
}

/**
 * Opens a builder on the forward graph of `source`, keeping its outputs unless told otherwise. Add seeds (losses)
 * to it, call {@link addGradients}, add outputs, finish.
 */
export function gradientBuilder(
  source: SpecializedModel,
  options: { readonly withoutOutputs?: boolean } = {},
): GraphBuilder {
  return graphBuilder(source.model, options)
}

/**
 * Emits into `builder`, which was opened on `source`, the gradients of the sum of the seeds' scalar with respect to
 * the values `wrt` (graph inputs or intermediates).
 *
 * @throws EngineError operator-unsupported when an operator on the way has a derivative but no rule;
 *   gradient-absent when no gradient reaches any of `wrt`, naming the operators that prevent it
 */
export function addGradients(
  builder: GraphBuilder,
  source: SpecializedModel,
  { seeds, wrt, straightThrough = false }: GradientRequest,
): Gradients {
  const { graph } = source.model
  const dependent = dependents(graph.nodes, wrt)
  const arrived = new Map<string, string[]>()
  const arrive = (value: string, gradient: string): void => {
    const list = arrived.get(value)
    if (list === undefined) arrived.set(value, [gradient])
    else list.push(gradient)
  }
  for (const { value, gradient } of seeds) arrive(value, gradient)
  const total = (value: string): string | undefined => {
    const list = arrived.get(value)
    if (list === undefined) return undefined
    if (list.length > 1) {
      const sum = builder.node(list.length === 2 ? 'Add' : 'Sum', list, {}, { hint: `grad_${value}` })
      arrived.set(value, [sum])
      return sum
    }
    return list[0]
  }

  const isBetween = linksOf(graph.nodes, new Set([...wrt, ...seeds.map(({ value }) => value)]))
  const notes: GradientNote[] = []
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const node = graph.nodes[i]!
    // Also names that a nested graph takes from outside: an If or a Loop must not end a gradient unseen.
    if (!usedNames(node).some((name) => dependent.has(name))) continue
    if (!node.outputs.some((output) => arrived.has(output))) continue
    const inputs = backward(node, { builder, source, dependent, total, isBetween, notes, straightThrough })
    node.inputs.forEach((input, at) => {
      const gradient = inputs[at]
      if (gradient !== undefined && dependent.has(input)) arrive(input, gradient)
    })
  }
  const gradients = new Map(wrt.map((value) => [value, total(value)]))
  if ([...gradients.values()].every((gradient) => gradient === undefined)) {
    const blocked = [
      ...new Set(
        notes.filter((note) => note.kind === 'blocked').map((note) => `${note.operator} (${note.reason})`),
      ),
    ]
    throw new EngineError(
      'gradient-absent',
      blocked.length === 0
        ? `the output does not depend on ${wrt.join(', ')}`
        : `no gradient reaches ${wrt.join(', ')}: it ends at ${blocked.slice(0, 5).join('; ')}`,
      {
        hint: mayBeEstimated(graph.nodes, notes)
          ? 'With `straightThrough`, rounding is taken for the identity. Attacks that ask for scores or labels only work either way.'
          : 'Attacks that ask for scores or labels only still work on this model.',
      },
    )
  }
  return { gradients, notes }
}

/** Whether the gradient ends at an operator that has an estimate for those who ask for it. */
function mayBeEstimated(nodes: readonly Node[], notes: readonly GradientNote[]): boolean {
  const ends = new Set(notes.filter(({ kind }) => kind === 'blocked').map(({ output }) => output))
  return nodes.some(
    (node) =>
      node.outputs.some((output) => ends.has(output)) && rulesOf(node)?.some(({ onRequest }) => onRequest),
  )
}

interface Walk {
  readonly builder: GraphBuilder
  readonly source: SpecializedModel
  readonly dependent: ReadonlySet<string>
  readonly total: (value: string) => string | undefined
  readonly isBetween: VjpContext['isBetween']
  readonly notes: GradientNote[]
  readonly straightThrough: boolean
}

function backward(node: Node, walk: Walk): readonly (string | undefined)[] {
  const { builder, source, dependent, total, isBetween, notes, straightThrough } = walk
  const operator = operatorOf(node.domain, node.opType)
  const name = node.domain === '' ? node.opType : `${node.domain}.${node.opType}`
  const output = node.outputs.find((candidate) => candidate !== '') ?? ''
  const typeOf = (value: string): StaticType => {
    const type = source.shapes.get(value)
    if (type === undefined) throw new EngineError('graph-invalid', `the type of "${value}" is not known`)
    return type
  }
  const context: VjpContext = {
    node,
    builder,
    typeOf,
    constantOf: (value) => builder.constantOf(value),
    wants: (input) => {
      const value = node.inputs[input]
      return value !== undefined && value !== '' && dependent.has(value) && isFloat(typeOf(value))
    },
    gradientOf: (at) => {
      const value = node.outputs[at]
      return value === undefined || value === '' ? undefined : total(value)
    },
    isBetween,
  }
  const rule = rulesOf(node)?.find(
    ({ onRequest, applies }) => (straightThrough || !onRequest) && (applies?.(context) ?? true),
  )
  if (operator === undefined || (operator.kind === 'blocks' && rule === undefined)) {
    const reason = operator === undefined ? 'the engine does not know this operator' : operator.reason
    notes.push({ operator: name, output, kind: 'blocked', reason })
    return []
  }
  if (rule === undefined) {
    throw new EngineError(
      'operator-unsupported',
      `the engine has no gradient rule for ${name} in the form used here`,
      {
        hint: 'Attacks that ask for scores or labels only still work on this model.',
      },
    )
  }
  if (rule.blocks !== undefined) {
    notes.push({ operator: name, output, kind: 'blocked', reason: rule.blocks })
    return []
  }
  if (rule.estimate !== undefined) {
    notes.push({ operator: name, output, kind: 'straight-through', reason: rule.estimate })
  }
  return rule.emit(context)
}

const floats = new Set(['float32', 'float16', 'float64', 'bfloat16'])

function isFloat({ dtype }: StaticType): boolean {
  return floats.has(dtype)
}

/** Tells of a value that is not `asked` for whether it goes from one type of node to another only. */
function linksOf(nodes: readonly Node[], asked: ReadonlySet<string>): VjpContext['isBetween'] {
  const makers = new Map<string, Node>()
  const users = new Map<string, Node[]>()
  for (const node of nodes) {
    for (const output of node.outputs) makers.set(output, node)
    for (const name of usedNames(node)) users.set(name, [...(users.get(name) ?? []), node])
  }
  const is = (node: Node | undefined, opType: string) => node?.domain === '' && node.opType === opType
  return (value, from, to) =>
    !asked.has(value) &&
    is(makers.get(value), from) &&
    users.get(value)?.every((user) => is(user, to)) === true
}

/** All values that depend on one of `roots`, the roots included. */
function dependents(nodes: readonly Node[], roots: readonly string[]): ReadonlySet<string> {
  const found = new Set(roots)
  for (const node of nodes) {
    if (!usedNames(node).some((name) => found.has(name))) continue
    for (const output of node.outputs) if (output !== '') found.add(output)
  }
  return found
}
