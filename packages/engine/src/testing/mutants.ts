// Damaged models: bytes of a real model that were cut, overwritten, moved or repeated, and models that are whole as a
// message but say nonsense (a negative size, a node that feeds itself, a name that is taken, a weight that is short).
// The second kind gets through parsing, and so to everything after it. All are drawn from a seed.
import { fromBinary, toBinary } from '@bufbuild/protobuf'
import { ModelProtoSchema } from '../onnx/onnx-pb.generated.ts'

/** Whole numbers from 0 to n - 1, the same for the same seed (mulberry32). */
export function draws(seed: number): (n: number) => number {
  let state = seed >>> 0
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * n)
  }
}

/** A damaged copy of the bytes of a model. */
export function mutant(bytes: Uint8Array, seed: number): Uint8Array {
  const draw = draws(seed)
  return draw(2) === 0 ? damagedBytes(bytes, draw) : damagedMessage(bytes, draw)
}

type Draw = ReturnType<typeof draws>

function damagedBytes(bytes: Uint8Array, draw: Draw): Uint8Array {
  const from = draw(bytes.length)
  const to = Math.min(bytes.length, from + 1 + draw(draw(4) === 0 ? 2000 : 12))
  const [head, run, tail] = [bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to)]
  const random = Uint8Array.from({ length: 1 + draw(20) }, () => draw(256))
  switch (draw(7)) {
    case 0:
      return head
    case 1:
      return tail
    case 2:
      return joined(head, tail)
    case 3:
      return joined(head, run, run, tail)
    case 4:
      return joined(head, random, tail)
    case 5:
      return joined(
        head,
        run.map(() => (from % 2 === 0 ? 0xff : 0)),
        tail,
      )
    default: {
      const copy = Uint8Array.from(bytes)
      for (let i = draw(6); i >= 0; i--) copy[draw(copy.length)]! ^= 1 << draw(8)
      return copy
    }
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

const numbers = [0, 1, -1, 2, 3, 7, 18, 27, 255, 65_536, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 1e9]
const bigNumbers = [0n, 1n, -1n, 2n, 5n, 99n, 2n ** 31n, 2n ** 40n, 2n ** 62n, 2n ** 63n - 1n, -(2n ** 63n)]
const floats = [0, -0, 1, -1, 1e-30, 1e30, Number.NaN, Infinity, -Infinity]

type Slot = { readonly holder: Record<string | number, unknown>; readonly key: string | number }

/** One to three fields anywhere in the message get another value, or a list loses, repeats or swaps entries. */
function damagedMessage(bytes: Uint8Array, draw: Draw): Uint8Array {
  const message = fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false })
  const slots: Slot[] = []
  const texts = new Set<string>(['', '__proto__', 'constructor', 'x'.repeat(5000)])
  collect(message, slots, texts)
  for (let i = draw(3); i >= 0; i--) {
    const { holder, key } = slots[draw(slots.length)]!
    holder[key] = damaged(holder[key], draw, [...texts])
  }
  try {
    return toBinary(ModelProtoSchema, message)
  } catch {
    // A value that its field cannot hold, such as 2^31 in an int32: damage the bytes instead.
    return damagedBytes(bytes, draw)
  }
}

function collect(value: unknown, slots: Slot[], texts: Set<string>): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return
  for (const key of Object.keys(value)) {
    if (key.startsWith('$')) continue
    const holder = value as Record<string, unknown>
    const inner = holder[key]
    if (typeof inner === 'string') texts.add(inner)
    // Long lists of numbers would otherwise take nearly all draws.
    if (!Array.isArray(value) || Number(key) < 8 || typeof inner === 'object') slots.push({ holder, key })
    collect(inner, slots, texts)
  }
}

function damaged(value: unknown, draw: Draw, texts: readonly string[]): unknown {
  const one = <T>(choices: readonly T[]): T => choices[draw(choices.length)]!
  switch (typeof value) {
    case 'string':
      return one(texts)
    case 'bigint':
      return draw(3) === 0 ? value + 1n : one(bigNumbers)
    case 'number':
      return Number.isInteger(value) ? one(numbers) : one(floats)
    case 'boolean':
      return !value
  }
  if (value instanceof Uint8Array) {
    return draw(2) === 0 ? value.subarray(0, draw(value.length + 1)) : value.map(() => draw(256))
  }
  if (Array.isArray(value) && value.length > 0) {
    const at = draw(value.length)
    switch (draw(4)) {
      case 0:
        return value.toSpliced(at, 1)
      case 1:
        return value.toSpliced(at, 0, value[draw(value.length)])
      case 2:
        return [...value].reverse()
      default:
        return []
    }
  }
  return value
}
