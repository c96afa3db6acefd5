import { Budget, defaultLimits } from '../../scan/limits.ts'
import type { Source } from '../../source/source.ts'
import type { TensorRange } from '../tensor-range.ts'
import { readHeader } from './header.ts'

/**
 * The tensors of a GGUF file, without those of unknown type or outside the file.
 * @throws Malformed, LimitReached
 */
export function listTensors(
  source: Source,
  { budget = new Budget(defaultLimits) }: { readonly budget?: Budget } = {},
): readonly TensorRange[] {
  return readHeader(source, budget).tensors.flatMap(({ name, type, shape, offset, bytes }) =>
    type === null || bytes === null || offset + bytes > source.size
      ? []
      : [{ name, dtype: type.name, shape, offset, bytes, file: null }],
  )
}
