// Builds FlatBuffers for tests. Real builders write from the end to the front; here everything is laid out forwards,
// which the format allows.

/** A value that is laid out behind the table or vector that refers to it. */
export type Part =
  | { readonly kind: 'table'; readonly fields: Readonly<Record<number, FieldValue>> }
  | { readonly kind: 'tables'; readonly items: readonly Part[] }
  | { readonly kind: 'ints'; readonly items: readonly number[] }
  | { readonly kind: 'doubles'; readonly items: readonly number[] }
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
export const doubles = (...items: readonly number[]): Part => ({ kind: 'doubles', items })
export const raw = (items: Uint8Array): Part => ({ kind: 'bytes', items })
export const text = (value: string): Part => ({ kind: 'text', value })
export const i8 = (value: number): FieldValue => ({ kind: 'i8', value })
export const i32 = (value: number): FieldValue => ({ kind: 'i32', value })
export const u32 = (value: number): FieldValue => ({ kind: 'u32', value })
export const u64 = (value: bigint): FieldValue => ({ kind: 'u64', value })

/** A FlatBuffer with this root table and a mark of four letters. */
export function flatBuffer(root: Part, { mark = 'TFL3' }: { readonly mark?: string } = {}): Uint8Array {
  const out: number[] = [0, 0, 0, 0, ...Buffer.from(mark)]
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
    } else if (part.kind === 'doubles') {
      // Elements stand at multiples of eight, so their number stands four in front of one.
      out.push(0, 0, 0, 0)
      put(from, 4, out.length - from)
      put(out.length, 4, part.items.length)
      out.push(...new Uint8Array(Float64Array.from(part.items).buffer))
    } else {
      const bytes = part.kind === 'text' ? new TextEncoder().encode(part.value) : part.items
      out.push(0, 0, 0, 0, ...bytes, ...(part.kind === 'text' ? [0] : []))
      put(at, 4, bytes.length)
    }
  }
  lay(root, 0)
  return Uint8Array.from(out)
}
