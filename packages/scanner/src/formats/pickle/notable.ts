// Names that are harmless by themselves, called so that they are not.
import type { Source } from '../../source/source.ts'
import { entry } from './joblib.ts'
import { textOf } from './literals.ts'
import { type Call, isGlobal, itemsOf, type Value } from './values.ts'

/** Beyond this a size given to a built-in function is there to exhaust memory or time. */
const largest = 2 ** 31
const sized = new Set([
  'bytearray',
  'bytes',
  'dict',
  'frozenset',
  'list',
  'pow',
  'range',
  'set',
  'str',
  'sum',
  'tuple',
  'xrange',
  'zip',
  'max',
  'min',
  'sorted',
  'enumerate',
  'unicode',
  'long',
  'int',
  'Decimal',
])

/** @param call of a name that is known to be harmless */
export function isNotable({ callee, args }: Call, source: Source): boolean {
  if (typeof callee !== 'object' || callee === null || callee.kind !== 'global') return false
  const { module, name } = callee
  if (module === '_codecs' && name === 'encode') return !isPlainEncoding(args, source)
  if (module !== 'builtins' && module !== '__builtin__' && module !== 'decimal') return false
  const given = itemsOf(args)
  // With one argument it tells the type of something; with three it makes a class.
  if (name === 'type') return given.length !== 1
  return sized.has(name) && given.some((one) => isHuge(one, source))
}

function isHuge(value: Value, source: Source): boolean {
  if (typeof value === 'number') return Math.abs(value) >= largest
  if (typeof value !== 'object' || value === null) return false
  if (value.kind === 'text' && value.length < 100)
    return /^\s*[+-]?[\d.]*e\+?\d{5,}/i.test(textOf(source, value) ?? '')
  return value.kind === 'plain' && value.shown === '<huge>'
}

/** `_codecs.encode('…', 'latin1')` is how protocol 2 writes bytes. */
function isPlainEncoding(args: Value, source: Source): boolean {
  const [, coding] = itemsOf(args)
  if (coding === undefined) return true
  const name =
    typeof coding === 'object' && coding !== null && coding.kind === 'text' ? textOf(source, coding) : null
  return name !== null && /^(?:latin-?1|utf-?8|ascii|iso-?8859-?1)$/i.test(name)
}

/** The file that an array wrapper of an old joblib names, when it is not simply one beside the pickle. */
export function strayFile(call: Call, source: Source): string | null {
  if (!isGlobal(call.callee, null, 'NDArrayWrapper') && !isGlobal(call.callee, null, 'ZNDArrayWrapper'))
    return null
  const named = entry(call.state ?? null, 'filename', source)
  const text =
    typeof named === 'object' && named !== null && named.kind === 'text' ? textOf(source, named) : null
  return text !== null && /[/\\:]|\.\./.test(text) ? text : null
}
