// Gradient rules by operator. A rule file holds one family of operators; here they are put together and nothing
// else knows where a rule is.
import type { Node } from '../../ir/graph.ts'
import type { VjpVariant } from '../../registry/operator.ts'
import { arithmeticRules } from './arithmetic.ts'

/** Rules of one family: operator of ONNX's own set -> variants, of which the first that applies is taken. */
export type Rules = Readonly<Record<string, readonly VjpVariant[]>>

const all: Rules = { ...arithmeticRules }

export function rulesOf(node: Node): readonly VjpVariant[] | undefined {
  return node.domain === '' && Object.hasOwn(all, node.opType) ? all[node.opType] : undefined
}

/** Operators that have a rule, sorted. */
export function ruleNames(): readonly string[] {
  return Object.keys(all).sort()
}
