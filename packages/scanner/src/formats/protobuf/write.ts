// Writes protobuf, for the tests and seed files of the formats that are made of it.

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function varint(value: bigint): Uint8Array {
  const out: number[] = []
  let left = BigInt.asUintN(64, value)
  do {
    out.push(Number(left & 0x7fn) | (left > 0x7fn ? 0x80 : 0))
    left >>= 7n
  } while (left > 0n)
  return Uint8Array.from(out)
}

const tag = (number: number, wire: number): Uint8Array => varint(BigInt(number) * 8n + BigInt(wire))

export function int(number: number, value: bigint | number): Uint8Array {
  return join(tag(number, 0), varint(BigInt(value)))
}

/** Bytes, a packed field or a nested message. */
export function bytes(number: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const payload = join(...parts)
  return join(tag(number, 2), varint(BigInt(payload.length)), payload)
}

export function text(number: number, value: string): Uint8Array {
  return bytes(number, new TextEncoder().encode(value))
}

export function fixed32(number: number, value: number): Uint8Array {
  const payload = new Uint8Array(4)
  new DataView(payload.buffer).setFloat32(0, value, true)
  return join(tag(number, 5), payload)
}
