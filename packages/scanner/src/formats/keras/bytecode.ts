// What compiled Python names. A code object is kept as marshal data in base64; its layout differs between versions of
// Python, but names and texts in it are stored one way in all: a type, a length, the characters. So it is swept for those
// instead of being parsed, and no version and no damage hides a name.
import { dangerOf } from '../../policy/judge-import.ts'

export interface Bytecode {
  readonly bytes: number
  /** Names and short texts in it, as they first occur; at most 500. */
  readonly names: readonly string[]
  /** Those that reach the system. */
  readonly dangerous: readonly string[]
}

const mostNames = 500

/** Null when the text is not base64 of a code object. */
export function readBytecode(text: string): Bytecode | null {
  const packed = text.replace(/\s/g, '')
  if (packed.length < 24 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(packed)) return null
  const bytes = Buffer.from(packed, 'base64')
  // `c` is a code object; the high bit says that it is referred to later.
  if ((bytes[0]! & 0x7f) !== 0x63) return null
  const names = [...textsIn(bytes)]
  return { bytes: bytes.length, names, dangerous: names.filter(reachesSystem) }
}

/** Texts of marshal data: types z, Z (short), a, A, u, t, s (long), with or without the reference bit. */
function textsIn(bytes: Buffer): Set<string> {
  const found = new Set<string>()
  for (let at = 0; at < bytes.length && found.size < mostNames; at++) {
    const type = bytes[at]! & 0x7f
    const short = type === 0x7a || type === 0x5a
    if (!short && ![0x61, 0x41, 0x75, 0x74, 0x73].includes(type)) continue
    const start = at + (short ? 2 : 5)
    if (start > bytes.length) continue
    const length = short ? bytes[at + 1]! : bytes.readUInt32LE(at + 1)
    if (length < 2 || length > 4096 || start + length > bytes.length) continue
    const text = bytes.toString('latin1', start, start + length)
    if (/^[\x20-\x7e\t\r\n]+$/.test(text)) found.add(text)
  }
  return found
}

/** Built-in functions and methods by which code goes on to more code. */
const telling = new Set([
  '__import__',
  'eval',
  'exec',
  'execfile',
  'compile',
  'open',
  'system',
  'popen',
  'Popen',
  'check_output',
  'check_call',
  'import_module',
  '__builtins__',
  '__subclasses__',
  '__globals__',
  'globals',
  'getattr',
  'breakpoint',
  'urlopen',
  'urlretrieve',
  'b64decode',
  'py_function',
  'numpy_function',
  'write_file',
  'read_file',
  'load_op_library',
  'load_library',
])

function reachesSystem(text: string): boolean {
  if (telling.has(text)) return true
  // A module as it stands in `import x.y`; other words are methods and variables, which share names with modules.
  if (!/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/.test(text)) return shellText.test(text)
  if (harmlessWords.has(text)) return false
  const danger = dangerOf(text)
  return danger !== null && danger.severity !== 'medium'
}

const shellText =
  /\/bin\/(?:ba|z|da)?sh|\bcurl\s|\bwget\s|powershell|\bnc -e|https?:\/\/|\/etc\/(?:passwd|shadow)/
/** Modules on the list whose names are also ordinary words of code on tensors. */
const harmlessWords = new Set([
  'code',
  'profile',
  'trace',
  'test',
  'site',
  'signal',
  'types',
  'operator',
  'functools',
  'io',
  'copyreg',
  'inspect',
  'compile',
  'timeit',
  'distribute',
  'pipes',
  'commands',
])
