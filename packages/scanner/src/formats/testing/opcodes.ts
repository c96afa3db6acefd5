// Pickles put together opcode by opcode, so that tests can write what no pickler writes. What they would do, if anything
// ever loaded them, is `true`.

export type Part = string | Uint8Array | number

/** Texts as Latin-1, numbers as one byte. */
export function assemble(...parts: readonly Part[]): Uint8Array {
  return Buffer.concat(
    parts.map((part) =>
      typeof part === 'number'
        ? Buffer.of(part)
        : typeof part === 'string'
          ? Buffer.from(part, 'latin1')
          : Buffer.from(part.buffer, part.byteOffset, part.byteLength),
    ),
  )
}

const little = (bytes: number, value: number | bigint): Uint8Array => {
  const out = Buffer.alloc(8)
  out.writeBigUInt64LE(BigInt(value))
  return out.subarray(0, bytes)
}

export const proto = (version: number): Uint8Array => Uint8Array.of(0x80, version)
export const frame = (content: Uint8Array, length: number | bigint = content.length): Uint8Array =>
  assemble(0x95, little(8, length), content)
export const shortText = (text: string): Uint8Array =>
  assemble(0x8c, Buffer.byteLength(text), Buffer.from(text))
export const text = (value: string): Uint8Array =>
  assemble('X', little(4, Buffer.byteLength(value)), Buffer.from(value))
export const blob = (content: Uint8Array): Uint8Array => assemble('B', little(4, content.length), content)
export const global = (module: string, name: string): string => `c${module}\n${name}\n`
export const stackGlobal = (module: string, name: string): Uint8Array =>
  assemble(shortText(module), shortText(name), 0x93)
export const int4 = (value: number): Uint8Array => assemble('J', little(4, value >>> 0))
export const binput = (slot: number): Uint8Array => Uint8Array.of(0x71, slot)
export const binget = (slot: number): Uint8Array => Uint8Array.of(0x68, slot)
export const longBinput = (slot: number): Uint8Array => assemble('r', little(4, slot))
export const memoize = 0x94
export const mark = '('
export const reduce = 'R'
export const stop = '.'
export const tuple1 = 0x85
export const tuple2 = 0x86
export const ext1 = (code: number): Uint8Array => Uint8Array.of(0x82, code)
export const ext2 = (code: number): Uint8Array => assemble(0x83, little(2, code))
export const ext4 = (code: number): Uint8Array => assemble(0x84, little(4, code))

/** One call with one text, left on the stack. */
export const call = (module: string, name: string, argument = 'true'): Uint8Array =>
  assemble(global(module, name), text(argument), tuple1, reduce)

/** A pickle that calls `os.system('true')`. */
export const systemPickle: Uint8Array = assemble(proto(2), call('os', 'system'), stop)

/** `numpy` array of two float64, as numpy pickles it. */
export const honestArray: Uint8Array = assemble(
  proto(3),
  global('numpy._core.multiarray', '_reconstruct'),
  global('numpy', 'ndarray'),
  'K\x00\x85',
  'C\x01b\x87R',
  '(K\x01K\x02\x85',
  global('numpy', 'dtype'),
  text('f8'),
  '\x89\x88\x87R',
  '(K\x03',
  text('<'),
  'NNN',
  'J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb',
  '\x89',
  'C\x10',
  new Uint8Array(Float64Array.of(1, 2).buffer),
  'tb.',
)
