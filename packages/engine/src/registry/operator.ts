// What the engine knows of one operator: since which operator set it exists, what happens to a gradient that
// arrives at it, and how to build the gradient's own graph. A gradient rule is a vector-Jacobian product (VJP):
// given the gradient of a scalar with respect to the outputs, it emits ONNX nodes that compute the gradient with
// respect to the inputs. An operator may have several rules for the same mathematics, of which one is fastest for
// the shapes at hand; the first that applies is taken.
import type { Node } from '../ir/graph.ts'
import type { GraphBuilder } from '../ir/graph-builder.ts'
import type { Tensor } from '../ir/tensor.ts'
import type { StaticType } from '../shapes/probe-shapes.ts'

/**
 * - `differentiable`: has a derivative with respect to at least one float input.
 * - `passes-through`: hands the gradient on unchanged, either because it changes nothing (Identity), or as the
 *   usual straight-through estimate for rounding to a coarser type (Bengio et al. 2013, arXiv:1308.3432).
 * - `blocks`: the gradient ends here; `reason` says why.
 */
export type GradientKind = 'differentiable' | 'passes-through' | 'blocks'

export interface Operator {
  readonly type: string
  /** '' is ONNX's own operator set. */
  readonly domain: string
  /** The operator set version that brought it. */
  readonly since: number
  /** The version in which it was withdrawn. */
  readonly until?: number
  readonly kind: GradientKind
  /** For `blocks` and `passes-through`: why. */
  readonly reason: string
}

/** What a gradient rule can ask and use. Values are names; all shapes are exact. */
export interface VjpContext {
  readonly node: Node
  readonly builder: GraphBuilder
  /** Type and exact dimensions of any value of the forward graph. */
  typeOf(name: string): StaticType
  /** The tensor behind a value, when it is a constant. */
  constantOf(name: string): Tensor | undefined
  /** Whether somebody wants the gradient with respect to this input. */
  wants(input: number): boolean
  /** The gradient that arrives at this output; undefined when none does, which is zero. */
  gradientOf(output: number): string | undefined
  /** Whether a value goes from a node of one type to nodes of another only, and nobody asks for its own gradient. */
  isBetween(value: string, from: string, to: string): boolean
}

export interface VjpVariant {
  readonly name: string
  /** Where the rule is an estimate and no derivative: what the operator is taken for. */
  readonly estimate?: string
  /** Not a candidate unless straight-through estimation of rounding was asked for. */
  readonly onRequest?: true
  /** For a form of the operator that lets no gradient through: why. `emit` is then not asked. */
  readonly blocks?: string
  /** Whether this rule holds, and is the right choice, here. Always, unless given. */
  readonly applies?: (context: VjpContext) => boolean
  /** Emits the nodes; gives back one gradient per input, undefined where there is none or none is wanted. */
  readonly emit: (context: VjpContext) => readonly (string | undefined)[]
}
