import type { Source } from '../../source/source.ts'
import { Malformed } from '../format.ts'
import type { TensorRange } from '../tensor-range.ts'
import { readHeader } from './header.ts'

/**
 * The one array of an .npy file, which has no name. None when it holds objects.
 * @throws Malformed, LimitReached
 */
export function listTensors(source: Source): readonly TensorRange[] {
  const { dtype, shape, bodyAt, bodyBytes } = readHeader(source)
  if (bodyBytes === null) return []
  if (bodyAt + bodyBytes > source.size) throw new Malformed('the array ends behind the file', bodyAt)
  return [{ name: '', dtype: dtype.text, shape, offset: bodyAt, bytes: bodyBytes, file: null }]
}
