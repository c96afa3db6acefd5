import { Budget, defaultLimits } from '../../scan/limits.ts'
import type { Source } from '../../source/source.ts'
import type { Archive } from '../format.ts'
import type { TensorRange } from '../tensor-range.ts'
import { followExternal } from './external.ts'
import { walkModel } from './model.ts'
import { dataTypeName, type Tensor } from './tensor.ts'

/**
 * The initializers of the main graph. `bytes` is the raw or packed range of the values; where they stand in pieces or as
 * texts it is the whole of the message, name included, so that a change still shows. Values in other files that cannot
 * be followed are left out.
 * @param beside the folder of the model, for values that lie in other files
 * @throws Malformed, LimitReached
 */
export function listTensors(
  source: Source,
  {
    beside = null,
    budget = new Budget(defaultLimits),
  }: { readonly beside?: Archive | null; readonly budget?: Budget } = {},
): readonly TensorRange[] {
  const list: TensorRange[] = []
  walkModel(source, { from: 0, to: source.size }, budget, {
    unknown: () => {},
    again: () => {},
    body: () => {},
    tensor(tensor, place) {
      if (place !== 'initializer') return
      const common = {
        name: tensor.name,
        dtype: dataTypeName(tensor.dataType),
        shape: tensor.dims.map(Number),
      }
      if (tensor.external === null) list.push({ ...common, ...valuesOf(tensor), file: null })
      else {
        const { range } = followExternal(tensor, beside, budget)
        if (range !== null) {
          list.push({ ...common, offset: range.offset, bytes: range.bytes, file: range.path })
        }
      }
    },
  })
  return list
}

function valuesOf({ at, to, raw, typed }: Tensor): { readonly offset: number; readonly bytes: number } {
  const only = typed.length === 1 && typed[0]!.name !== 'string_data' ? typed[0]!.field : null
  const range = raw ?? (only?.wire === 'bytes' ? only : { from: at, to })
  return { offset: range.from, bytes: range.to - range.from }
}

/**
 * Where tensors anywhere in the model lie in other files.
 * @throws Malformed, LimitReached
 */
export function listExternal(
  source: Source,
  beside: Archive,
  budget: Budget,
): readonly { readonly file: string; readonly offset: number; readonly bytes: number }[] {
  const list: { file: string; offset: number; bytes: number }[] = []
  walkModel(source, { from: 0, to: source.size }, budget, {
    unknown: () => {},
    again: () => {},
    body: () => {},
    tensor(tensor) {
      const range = tensor.external === null ? null : followExternal(tensor, beside, budget).range
      if (range !== null) list.push({ file: range.path, offset: range.offset, bytes: range.bytes })
    },
  })
  return list
}
