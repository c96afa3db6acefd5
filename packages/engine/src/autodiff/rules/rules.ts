// Gradient rules by operator. A rule file holds one family of operators; here they are put together and nothing
// else knows where a rule is.
import type { Node } from '../../ir/graph.ts'
import type { VjpVariant } from '../../registry/operator.ts'
import { activationRules } from './activations.ts'
import { arithmeticRules } from './arithmetic.ts'
import { convolutionRules } from './convolution.ts'
import { fourierRules } from './fourier.ts'
import { indexingRules } from './indexing.ts'
import { lossRules } from './losses.ts'
import { matmulRules } from './matmul.ts'
import { normalizationRules } from './normalization.ts'
import { poolRules } from './pool.ts'
import { quantizationRules } from './quantization.ts'
import { reductionRules } from './reductions.ts'
import { resizeRules } from './resize.ts'
import { rotaryEmbeddingRules } from './rotary-embedding.ts'
import { roundingRules } from './rounding.ts'
import { samplingRules } from './sampling.ts'
import { selectionRules } from './selection.ts'
import { shapeRules } from './shape.ts'
import { softmaxRules } from './softmax.ts'
import { unaryRules } from './unary.ts'

/** Rules of one family: operator of ONNX's own set -> variants, of which the first that applies is taken. */
export type Rules = Readonly<Record<string, readonly VjpVariant[]>>

const all: Rules = {
  ...shapeRules,
  ...quantizationRules,
  ...roundingRules,
  ...resizeRules,
  ...samplingRules,
  ...indexingRules,
  ...arithmeticRules,
  ...unaryRules,
  ...activationRules,
  ...selectionRules,
  ...reductionRules,
  ...softmaxRules,
  ...matmulRules,
  ...normalizationRules,
  ...convolutionRules,
  ...poolRules,
  ...fourierRules,
  ...lossRules,
  ...rotaryEmbeddingRules,
}

export function rulesOf(node: Node): readonly VjpVariant[] | undefined {
  return node.domain === '' && Object.hasOwn(all, node.opType) ? all[node.opType] : undefined
}

/** Operators that have a rule, sorted. */
export function ruleNames(): readonly string[] {
  return Object.keys(all).sort()
}
