import type { Source } from '../../source/source.ts'
import type { TensorRange } from '../tensor-range.ts'
import { readHeader } from './header.ts'

/** @throws Malformed */
export function listTensors(source: Source): readonly TensorRange[] {
  return readHeader(source).tensors.map((tensor) => ({ ...tensor, file: null }))
}
