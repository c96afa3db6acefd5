// Rounding has the derivative zero almost everywhere: put in front of a model it ends every gradient and protects from
// nothing (Athalye et al. 2018, arXiv:1802.00420, section 3, shattered gradients). On request it is therefore taken for
// the identity, which it is close to (their backward pass differentiable approximation, section 4.1; for training,
// the straight-through estimate of Bengio et al. 2013, arXiv:1308.3432). A sign is taken for the identity between -1
// and 1, where that is not far off (Hubara et al. 2016, arXiv:1602.02830, equation 4). Saturation is left as it is.
import { type DataType, dataTypeCode, isFloat } from '../../ir/tensor.ts'
import type { VjpContext, VjpVariant } from '../../registry/operator.ts'
import { formulaOf } from '../formula.ts'
import { beyond } from '../masks.ts'
import { unary } from '../rule-tools.ts'
import type { Rules } from './rules.ts'

const asIfNot = 'straight-through estimate: as if it did not round'

const round = onRequest(
  asIfNot,
  unary('as if it did not round', (_, g) => g),
)

function onRequest(estimate: string, variants: readonly VjpVariant[]): readonly VjpVariant[] {
  return variants.map((variant) => ({ ...variant, estimate, onRequest: true }))
}

export const roundingRules: Rules = {
  Ceil: round,
  Floor: round,
  Round: round,
  Sign: onRequest(
    'straight-through estimate: as if it only clipped, to -1 and 1',
    unary('as if it clipped', (c, g) => {
      const o = formulaOf(c)
      return o.mul(g, o.sub(1, beyond(o, c.node.inputs[0]!, 1)))
    }),
  ),
}

/** The gradient of a whole number travels as float32, until a cast from floats takes it up. */
export const wholeNumberCasts: readonly VjpVariant[] = [
  {
    name: 'from whole numbers',
    onRequest: true,
    applies: (c) => isWhole(from(c)) && (isWhole(to(c)) || isFloat(to(c))),
    emit: (c) => [cast(c, isWhole(to(c)) ? 'float32' : to(c), 'float32')],
  },
  {
    name: 'to whole numbers as if it did not round',
    onRequest: true,
    estimate: asIfNot,
    applies: (c) => isFloat(from(c)) && isWhole(to(c)),
    emit: (c) => [cast(c, 'float32', from(c))],
  },
]

const from = ({ node, typeOf }: VjpContext): DataType => typeOf(node.inputs[0]!).dtype
const to = ({ node, typeOf }: VjpContext): DataType => typeOf(node.outputs[0]!).dtype

function isWhole(dtype: DataType): boolean {
  return /^u?int/.test(dtype)
}

function cast({ builder, gradientOf }: VjpContext, is: DataType, wanted: DataType): string | undefined {
  const g = gradientOf(0)
  return g === undefined || is === wanted ? g : builder.node('Cast', [g], { to: dataTypeCode(wanted) })
}
