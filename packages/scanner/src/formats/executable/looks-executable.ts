// Says from the first bytes whether they are native code or a program of some other machine. Numbers of a tensor can
// begin with any four bytes, so a signature is believed only with the structure that must follow it: a class, an order of
// bytes, a version, counts and offsets that fit.

export type ExecutableKind =
  | 'ELF'
  | 'PE'
  | 'Mach-O'
  | 'WebAssembly'
  | 'script'
  | 'Python bytecode'
  | 'Java class'
  | 'Android bytecode'
  | 'Windows shortcut'

/** The kind of executable that these bytes begin with, or null. Give the first 4,096 bytes, or all. */
export function looksExecutable(head: Uint8Array): ExecutableKind | null {
  if (head.length < 4) return null
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  for (const [kind, is] of kinds) if (is(head, view)) return kind
  return null
}

const kinds: readonly (readonly [ExecutableKind, (head: Uint8Array, view: DataView) => boolean])[] = [
  ['ELF', isElf],
  ['PE', isPe],
  ['Mach-O', isMachO],
  ['WebAssembly', isWebAssembly],
  ['script', isScript],
  ['Python bytecode', isPythonBytecode],
  ['Java class', isJavaClass],
  ['Android bytecode', isDex],
  ['Windows shortcut', isShortcut],
]

/** \x7fELF, 32 or 64 bits, an order of bytes, version 1, a known kind of file. */
function isElf(head: Uint8Array, view: DataView): boolean {
  if (head.length < 20 || view.getUint32(0) !== 0x7f454c46) return false
  const [, , , , bits = 0, order = 0, version = 0] = head
  if ((bits !== 1 && bits !== 2) || (order !== 1 && order !== 2) || version !== 1) return false
  const type = view.getUint16(16, order === 1)
  return type <= 4 || type >= 0xfe00
}

/** MZ, and at the offset it gives a PE, NE or LE header. MZ alone is too little to be believed. */
function isPe(head: Uint8Array, view: DataView): boolean {
  if (head.length < 64 || view.getUint16(0) !== 0x4d5a) return false
  const at = view.getUint32(60, true)
  if (at < 4) return false
  if (at + 24 > head.length) {
    // The header lies beyond what is looked at: the stub in front of it still says what it is.
    return Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, 1024)).includes('DOS mode')
  }
  return view.getUint32(at) === 0x50450000 && view.getUint16(at + 6, true) <= 96
}

/** Thin: magic, a known machine, a kind of file. Fat: few machines, each with an aligned place. */
function isMachO(head: Uint8Array, view: DataView): boolean {
  if (head.length < 28) return false
  const magic = view.getUint32(0)
  const little = magic === 0xcefaedfe || magic === 0xcffaedfe
  if (little || magic === 0xfeedface || magic === 0xfeedfacf) {
    const machine = view.getUint32(4, little) & 0x00ff_ffff
    const type = view.getUint32(12, little)
    const commands = view.getUint32(16, little)
    return machines.has(machine) && type >= 1 && type <= 12 && commands > 0 && commands < 65_536
  }
  if (magic !== 0xcafebabe && magic !== 0xcafebabf) return false
  const count = view.getUint32(4)
  const machine = view.getUint32(8) & 0x00ff_ffff
  const align = view.getUint32(magic === 0xcafebabe ? 24 : 32 <= head.length - 4 ? 32 : 24)
  // A Java class has its version there, which is 45 at the least.
  return count > 0 && count < 40 && machines.has(machine) && align < 32
}

/** x86, ARM, PowerPC and the older ones (mach/machine.h). */
const machines = new Set([1, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 18])

/** \0asm, version 1 (or 13 and a layer, of the component model). */
function isWebAssembly(head: Uint8Array, view: DataView): boolean {
  if (head.length < 8 || view.getUint32(0) !== 0x0061736d) return false
  const version = view.getUint32(4, true)
  return version === 1 || (version & 0xffff) === 13
}

/** `#!` and the absolute path of an interpreter on the first line, in plain text. */
function isScript(head: Uint8Array): boolean {
  if (head[0] !== 0x23 || head[1] !== 0x21) return false
  const line = Buffer.from(head.subarray(2, 258)).toString('latin1').split('\n', 1)[0]!
  return /^[ \t]*\/[\x21-\x7e]+([ \t][\x20-\x7e\t]*)?\r?$/.test(line)
}

/** A version number, then \r\n; flags and a marshalled code object after 8, 12 or 16 bytes. */
function isPythonBytecode(head: Uint8Array, view: DataView): boolean {
  if (head.length < 18 || head[2] !== 0x0d || head[3] !== 0x0a) return false
  const version = view.getUint16(0, true)
  const two = version >= 20_121 && version <= 62_300
  const three = version >= 3000 && version < 4200
  if (!two && !three) return false
  // Code objects are of type `c`, the highest bit marks one that is referred to.
  return (two ? [8] : [16, 12, 8]).some((at) => (head[at]! & 0x7f) === 0x63)
}

/** 0xCAFEBABE, a version of Java, a table of constants that is not empty and begins with a known tag. */
function isJavaClass(head: Uint8Array, view: DataView): boolean {
  if (head.length < 11 || view.getUint32(0) !== 0xcafebabe) return false
  const major = view.getUint16(6)
  const tag = head[10]!
  return major >= 45 && major < 100 && view.getUint16(8) > 1 && tag >= 1 && tag <= 20 && tag !== 2
}

/** `dex\n`, three digits, a null character. */
function isDex(head: Uint8Array): boolean {
  return /^(dex|dey)\n\d{3}\0/.test(Buffer.from(head.subarray(0, 8)).toString('latin1'))
}

/** Header size 0x4c and the class id of shell links (MS-SHLLINK 2.1). */
function isShortcut(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, 20)).toString('hex') === '4c0000000114020000000000c000000000000046'
}
