// Rotary positions turn pairs of features by an angle, so the gradient is turned back: the same operator, with the
// sine negated. The angles come from positions, which are whole numbers, so their own gradient is not made.
import type { VjpVariant } from '../../registry/operator.ts'
import type { Rules } from './rules.ts'

const turnedBack: VjpVariant = {
  name: 'turned back',
  applies: (c) => !c.wants(1) && !c.wants(2),
  emit: (c) => {
    const g = c.gradientOf(0)
    if (g === undefined || !c.wants(0)) return []
    const { builder, node } = c
    const [, cosine, sine, positions = ''] = node.inputs as [string, string, string, string?]
    const back = builder.node('Neg', [sine])
    return [builder.node('RotaryEmbedding', [g, cosine, back, positions], node.attributes)]
  },
}

export const rotaryEmbeddingRules: Rules = { RotaryEmbedding: [turnedBack] }
