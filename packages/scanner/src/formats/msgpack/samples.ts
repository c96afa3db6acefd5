import { join } from '../protobuf/write.ts'

export type Value =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | readonly Value[]
  | MapValue
  | ExtensionValue
export interface MapValue {
  readonly pairs: readonly (readonly [Value, Value])[]
}
export interface ExtensionValue {
  readonly type: number
  readonly payload: Uint8Array
}

/** A value as MessagePack, in the widest form of each kind but for texts and small numbers. */
export function packed(value: Value): Uint8Array {
  if (value === null) return Uint8Array.of(0xc0)
  if (typeof value === 'boolean') return Uint8Array.of(value ? 0xc3 : 0xc2)
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= 0 && value < 128) return Uint8Array.of(value)
    const out = new Uint8Array(9)
    out[0] = Number.isInteger(value) ? 0xd3 : 0xcb
    const view = new DataView(out.buffer)
    if (Number.isInteger(value)) view.setBigInt64(1, BigInt(value))
    else view.setFloat64(1, value)
    return out
  }
  if (typeof value === 'string') {
    const text = new TextEncoder().encode(value)
    return text.length < 32
      ? join(Uint8Array.of(0xa0 | text.length), text)
      : join(headed(0xdb, text.length), text)
  }
  if (value instanceof Uint8Array) return join(headed(0xc6, value.length), value)
  if ('pairs' in value) return join(headed(0xdf, value.pairs.length), ...value.pairs.flat().map(packed))
  if ('payload' in value) {
    return join(headed(0xc9, value.payload.length), Uint8Array.of(value.type & 0xff), value.payload)
  }
  return join(headed(0xdd, value.length), ...value.map(packed))
}

export function map(entries: Readonly<Record<string, Value>>): MapValue {
  return { pairs: Object.entries(entries) }
}

/** An array as Flax packs it. */
export function array(shape: readonly number[], dtype: string, bytes: Uint8Array): ExtensionValue {
  return { type: 1, payload: packed([shape, dtype, bytes]) }
}

function headed(tag: number, length: number): Uint8Array {
  const out = new Uint8Array(5)
  out[0] = tag
  new DataView(out.buffer).setUint32(1, length)
  return out
}

export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  return [
    {
      name: 'parameters',
      bytes: packed(
        map({
          params: map({
            dense: map({
              kernel: array([2, 3], 'float32', new Uint8Array(24)),
              bias: array([3], 'bfloat16', new Uint8Array(6)),
            }),
          }),
          step: 1000,
          scale: { type: 3, payload: packed([[], 'float64', new Uint8Array(8)]) },
          z: { type: 2, payload: packed([0.5, 1]) },
          none: null,
        }),
      ),
    },
    {
      name: 'chunks',
      bytes: packed(
        map({
          w: map({
            __msgpack_chunked_array__: true,
            shape: map({ '0': 4 }),
            chunks: map({
              '0': array([2], 'int8', new Uint8Array(2)),
              '1': array([2], 'int8', new Uint8Array(2)),
            }),
          }),
        }),
      ),
    },
    // {"a": 1, "b": [true, -1]}, in the narrowest form of each.
    { name: 'narrow', bytes: Uint8Array.of(0x82, 0xa1, 0x61, 0x01, 0xa1, 0x62, 0x92, 0xc3, 0xff) },
  ]
}
