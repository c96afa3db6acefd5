// A small assembler for WebAssembly: code is an array of bytes, and every instruction is a function from the code of its
// operands to the code of it all, so that nested calls read like the text format. Only what loops.ts uses is here.
// Numbers are those of the WebAssembly core specification 2.0, chapter 5 (binary format).

/** Bytes of a module. */
export type Code = readonly number[]

const valueTypes = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const
type ValueType = keyof typeof valueTypes

/** A parameter or variable, as the instruction that reads it. */
export type Local = readonly [get: 0x20, ...index: Code]

/** An integer from 0 as LEB128: seven bits a byte, the lowest first, the top bit for more to come. */
export function unsigned(n: number): Code {
  return n < 128 ? [n] : [(n % 128) + 128, ...unsigned(Math.floor(n / 128))]
}

/** A 32-bit integer as signed LEB128, whose last byte holds the sign in its second highest bit. */
export function signed(n: number): Code {
  const last = n >= -64 && n < 64
  return last ? [n & 127] : [(n & 127) | 128, ...signed(n >> 7)]
}

const unary =
  (...opcode: Code) =>
  (a: Code): Code => [...a, ...opcode]
const binary =
  (...opcode: Code) =>
  (a: Code, b: Code): Code => [...a, ...b, ...opcode]
/** Opcodes of the vector instructions follow a prefix. */
const vector = (opcode: number): Code => [0xfd, ...unsigned(opcode)]

/** All accesses promise an alignment of four bytes (2^2), a number's size; it is a hint and changes no result. */
const place = (offset: number): Code => [2, ...unsigned(offset)]
const load =
  (...opcode: Code) =>
  (address: Code, offset = 0): Code => [...address, ...opcode, ...place(offset)]

export const i32 = {
  const: (n: number): Code => [0x41, ...signed(n)],
  load: load(0x28),
  add: binary(0x6a),
  sub: binary(0x6b),
  ltU: binary(0x49),
}

export const f32 = {
  const: (x: number): Code => {
    const view = new DataView(new ArrayBuffer(4))
    view.setFloat32(0, x, true)
    return [0x43, ...new Uint8Array(view.buffer)]
  },
}

export const v128 = {
  load: load(...vector(0x00)),
  /** One 32-bit number, four times. */
  load32Splat: load(...vector(0x09)),
  store: (address: Code, value: Code): Code => [...address, ...value, ...vector(0x0b), ...place(0)],
}

export const f32x4 = {
  splat: unary(...vector(0x13)),
  floor: unary(...vector(0x68)),
  add: binary(...vector(0xe4)),
  mul: binary(...vector(0xe6)),
  div: binary(...vector(0xe7)),
  min: binary(...vector(0xe8)),
  max: binary(...vector(0xe9)),
}

export function set([, ...index]: Local, value: Code): Code {
  return [...value, 0x21, ...index]
}

/** Does the body once, and again while the condition, an i32, is not 0. */
export function repeat(body: readonly Code[], { while: condition }: { readonly while: Code }): Code {
  const [loop, noResult, branchIf, innermost, end] = [0x03, 0x40, 0x0d, 0, 0x0b]
  return [loop, noResult, ...body.flat(), ...condition, branchIf, innermost, end]
}

/** A function of a module, which gives no result; its three parts go to different sections. */
export interface Func {
  readonly name: string
  readonly type: Code
  readonly body: Code
}

/**
 * @param params their types, in the order of the call
 * @param write gives the instructions; `local` makes a new variable, which starts as 0
 */
export function func<P extends string>(
  name: string,
  params: Readonly<Record<P, ValueType>>,
  write: (params: Readonly<Record<P, Local>>, local: (type: ValueType) => Local) => readonly Code[],
): Func {
  const types = Object.values<ValueType>(params).map((type) => [valueTypes[type]])
  const variables: Code[] = []
  const read = (index: number): Local => [0x20, ...unsigned(index)]
  const named = Object.fromEntries(Object.keys(params).map((key, i) => [key, read(i)])) as Record<P, Local>
  const code = write(named, (type) => {
    // One of this type.
    variables.push([1, valueTypes[type]])
    return read(types.length + variables.length - 1)
  })
  return {
    name,
    type: [0x60, ...list(types), ...list([])],
    body: sized([...list(variables), ...code.flat(), 0x0b]),
  }
}

/** A module of these functions and a memory of one page, all exported by name, the memory as `memory`. */
export function assemble(functions: readonly Func[]): Uint8Array {
  const exported = (name: string, kind: number, index: number): Code => [
    ...sized(Array.from(name, (letter) => letter.charCodeAt(0))),
    kind,
    ...unsigned(index),
  ]
  return Uint8Array.from([
    // The format's name, "\0asm", and version.
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(functions.map(({ type }) => type))),
    ...section(3, list(functions.map((_, i) => unsigned(i)))),
    ...section(5, list([[0, 1]])),
    ...section(7, list([exported('memory', 2, 0), ...functions.map(({ name }, i) => exported(name, 0, i))])),
    ...section(10, list(functions.map(({ body }) => body))),
  ])
}

const section = (id: number, content: Code): Code => [id, ...sized(content)]

function list(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()]
}

function sized(code: Code): Code {
  return [...unsigned(code.length), ...code]
}
