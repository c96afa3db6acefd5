// Builds FlatBuffers for tests. Real builders write from the end to the front; here everything is laid out forwards,
// which the format allows.

/** A value that is laid out behind the table or vector that refers to it. */
export type Part =
  | { readonly kind: 'table'; readonly fields: Readonly<Record<number, FieldValue>> }
  | { readonly kind: 'tables'; readonly items: readonly Part[] }
  | { readonly kind: 'ints'; readonly items: readonly number[] }
  | { readonly kind: 'bytes'; readonly items: Uint8Array }
  | { readonly kind: 'text'; readonly value: string }

export type FieldValue =
  | Part
  | { readonly kind: 'i8'; readonly value: number }
  | { readonly kind: 'i32'; readonly value: number }
  | { readonly kind: 'u32'; readonly value: number }
  | { readonly kind: 'u64'; readonly value: bigint }

export const table = (fields: Readonly<Record<number, FieldValue>>): Part => ({ kind: 'table', fields })
export const tables = (...items: readonly Part[]): Part => ({ kind: 'tables', items })
export const ints = (...items: readonly number[]): Part => ({ kind: 'ints', items })
export const raw = (items: Uint8Array): Part => ({ kind: 'bytes', items })
export const text = (value: string): Part => ({ kind: 'text', value })
export const i8 = (value: number): FieldValue => ({ kind: 'i8', value })
export const i32 = (value: number): FieldValue => ({ kind: 'i32', value })
export const u32 = (value: number): FieldValue => ({ kind: 'u32', value })
export const u64 = (value: bigint): FieldValue => ({ kind: 'u64', value })

/** A FlatBuffer with this root table and `TFL3` as its mark. */
export function flatBuffer(root: Part): Uint8Array {
  const out: number[] = [0, 0, 0, 0, 0x54, 0x46, 0x4c, 0x33]
  const put = (at: number, bytes: number, value: number | bigint): void => {
    for (let i = 0; i < bytes; i++) out[at + i] = Number((BigInt(value) >> BigInt(8 * i)) & 0xffn)
  }
  const pad = (to: number): void => {
    while (out.length % to !== 0) out.push(0)
  }
  /** Lays a part out, and makes the offset at `from` lead to it. */
  const lay = (part: Part, from: number): void => {
    pad(8)
    const at = out.length
    if (part.kind === 'table') {
      const fields = Object.entries(part.fields).map(([number, value]) => [Number(number), value] as const)
      const count = Math.max(-1, ...fields.map(([number]) => number)) + 1
      const vtableBytes = 4 + 2 * count
      for (let i = 0; i < vtableBytes; i++) out.push(0)
      pad(8)
      const start = out.length
      // Every field gets eight bytes, which keeps each aligned.
      for (let i = 0; i < 8 + 8 * fields.length; i++) out.push(0)
      put(at, 2, vtableBytes)
      put(at + 2, 2, 8 + 8 * fields.length)
      put(start, 4, start - at)
      put(from, 4, start - from)
      fields.forEach(([number, value], index) => {
        const place = start + 8 + 8 * index
        put(at + 4 + 2 * number, 2, place - start)
        if (value.kind === 'i8') put(place, 1, value.value)
        else if (value.kind === 'i32' || value.kind === 'u32') put(place, 4, value.value)
        else if (value.kind === 'u64') put(place, 8, value.value)
        else lay(value, place)
      })
      return
    }
    put(from, 4, at - from)
    if (part.kind === 'tables') {
      for (let i = 0; i < 4 + 4 * part.items.length; i++) out.push(0)
      put(at, 4, part.items.length)
      part.items.forEach((item, index) => {
        lay(item, at + 4 + 4 * index)
      })
    } else if (part.kind === 'ints') {
      for (let i = 0; i < 4 + 4 * part.items.length; i++) out.push(0)
      put(at, 4, part.items.length)
      part.items.forEach((item, index) => {
        put(at + 4 + 4 * index, 4, item)
      })
    } else {
      const bytes = part.kind === 'text' ? new TextEncoder().encode(part.value) : part.items
      out.push(0, 0, 0, 0, ...bytes, ...(part.kind === 'text' ? [0] : []))
      put(at, 4, bytes.length)
    }
  }
  lay(root, 0)
  return Uint8Array.from(out)
}

export interface ModelParts {
  readonly codes?: readonly Part[]
  readonly tensor?: Readonly<Record<number, FieldValue>>
  readonly operator?: Readonly<Record<number, FieldValue>>
  readonly buffers?: readonly Part[]
  readonly more?: Readonly<Record<number, FieldValue>>
}

/** y = x + w, with these parts in place of its own. */
export function tfliteModel({
  codes = [table({ 0: i8(0), 2: i32(1), 3: i32(0) })],
  tensor = {},
  operator = {},
  buffers = [table({}), table({ 0: raw(new Uint8Array(8)) })],
  more = {},
}: ModelParts = {}): Uint8Array {
  const named = (name: string, at: number): Part =>
    table({ 0: ints(2), 1: i8(0), 2: u32(at), 3: text(name), 4: table({}) })
  return flatBuffer(
    table({
      0: u32(3),
      1: tables(...codes),
      2: tables(
        table({
          0: tables(
            named('x', 0),
            table({ 0: ints(2), 1: i8(0), 2: u32(1), 3: text('w'), ...tensor }),
            named('y', 0),
          ),
          1: ints(0),
          2: ints(2),
          3: tables(table({ 0: u32(0), 1: ints(0, 1), 2: ints(2), 4: table({ 0: i8(0) }), ...operator })),
          4: text('main'),
        }),
      ),
      3: text('a test'),
      4: tables(...buffers),
      ...more,
    }),
  )
}

export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  return [
    { name: 'add', bytes: tfliteModel() },
    {
      name: 'metadata',
      bytes: tfliteModel({
        tensor: { 4: table({ 2: ints(1), 6: i32(0) }) },
        more: {
          6: tables(table({ 0: text('min_runtime_version'), 1: u32(1) })),
          7: tables(
            table({ 0: tables(table({ 0: text('x'), 1: u32(0) })), 2: text('serving_default'), 4: u32(0) }),
          ),
        },
      }),
    },
    {
      name: 'detection',
      bytes: tfliteModel({ codes: [table({ 0: i8(32), 1: text('TFLite_Detection_PostProcess') })] }),
    },
  ]
}
