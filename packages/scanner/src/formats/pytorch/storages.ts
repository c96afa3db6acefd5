// What a persistent id of PyTorch says: `('storage', torch.FloatStorage, '0', 'cpu', 4096)`.

import type { Source } from '../../source/source.ts'
import { textOf } from '../pickle/literals.ts'
import { isText } from '../pickle/machine.ts'
import { itemsOf, type Persistent } from '../pickle/values.ts'

export interface TorchStorage {
  readonly key: string
  /** `torch.FloatStorage`. */
  readonly storageClass: string
  readonly itemBytes: number
  /** Numbers in it. */
  readonly count: number
}

const itemBytes: Readonly<Record<string, number>> = {
  Float: 4,
  Double: 8,
  Half: 2,
  BFloat16: 2,
  Long: 8,
  Int: 4,
  Short: 2,
  Char: 1,
  Byte: 1,
  Bool: 1,
  ComplexFloat: 8,
  ComplexDouble: 16,
  QInt8: 1,
  QInt32: 4,
  QUInt8: 1,
  QUInt4x2: 1,
  QUInt2x4: 1,
  Untyped: 1,
}

/** Null when it is no storage of a known kind. */
export function storageOf(value: Persistent, source: Source): TorchStorage | null {
  const [kind, storageClass, key, , count] = itemsOf(value.id)
  if (!isText(kind) || textOf(source, kind) !== 'storage') return null
  if (typeof storageClass !== 'object' || storageClass === null || storageClass.kind !== 'global') return null
  const name = /^(\w+)Storage$/.exec(storageClass.name)?.[1]
  const bytes = name === undefined || !Object.hasOwn(itemBytes, name) ? undefined : itemBytes[name]
  const text = isText(key) ? textOf(source, key) : null
  if (bytes === undefined || text === null || typeof count !== 'number') return null
  return { key: text, storageClass: `${storageClass.module}.${storageClass.name}`, itemBytes: bytes, count }
}
