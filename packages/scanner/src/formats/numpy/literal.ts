// Reads the Python literal in the header of an .npy file: a dict of texts, whole numbers, tuples, lists, True, False
// and None. NumPy reads it with `ast.literal_eval`, and very old versions with `eval`; anything that is not one of
// these is therefore not merely broken but possibly meant to run.
import { Malformed } from '../format.ts'

export type Literal = string | number | boolean | null | readonly Literal[] | LiteralDict
export interface LiteralDict {
  readonly entries: readonly (readonly [Literal, Literal])[]
}

const depthOfHeader = 64
const token =
  /[ \t\r\n\f]*(?:([bBuUrR]{0,2})('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")|(-?\d+)[lL]?|([A-Za-z_]\w*)|([{}()[\],:]))/y

/** @throws Malformed where it is not such a literal */
export function readLiteral(text: string): Literal {
  token.lastIndex = 0
  let next = scan()

  function scan(): RegExpExecArray | null {
    const at = token.lastIndex
    const match = token.exec(text)
    if (match === null) {
      token.lastIndex = at
      if (text.slice(at).trim() !== '') throw new Malformed('the header is not a Python literal', at)
    }
    return match
  }
  function symbol(): string | null {
    return next?.[5] ?? null
  }
  function expect(wanted: string): void {
    if (symbol() !== wanted) throw new Malformed(`the header lacks a ${wanted}`, next?.index ?? text.length)
    next = scan()
  }

  function value(depth: number): Literal {
    if (next === null) throw new Malformed('the header ends too early', text.length)
    if (depth > depthOfHeader) throw new Malformed(`the header nests over ${depthOfHeader} deep`, next.index)
    const [, prefix, textual, digits, word, sign] = next
    const at = next.index
    if (textual !== undefined) {
      next = scan()
      return unescaped(textual.slice(1, -1), prefix!, at)
    }
    if (digits !== undefined) {
      next = scan()
      const number = Number(digits)
      if (!Number.isSafeInteger(number)) throw new Malformed(`the number ${digits} is too large`, at)
      return number
    }
    if (word !== undefined) {
      next = scan()
      if (word === 'True') return true
      if (word === 'False') return false
      if (word === 'None') return null
      throw new Malformed(`the header holds the name ${word}`, at)
    }
    if (sign === '{') return dict(depth)
    if (sign === '(' || sign === '[') return sequence(sign === '(' ? ')' : ']', depth)
    throw new Malformed(`the header has a ${sign} out of place`, at)
  }

  function sequence(close: string, depth: number): Literal {
    next = scan()
    const items: Literal[] = []
    let comma = false
    while (symbol() !== close) {
      items.push(value(depth + 1))
      comma = symbol() === ','
      if (comma) next = scan()
      else if (symbol() !== close) throw new Malformed('the header lacks a comma', next?.index ?? text.length)
    }
    next = scan()
    // Round brackets around one thing without a comma are no tuple.
    return close === ')' && items.length === 1 && !comma ? items[0]! : items
  }

  function dict(depth: number): LiteralDict {
    next = scan()
    const entries: [Literal, Literal][] = []
    while (symbol() !== '}') {
      const key = value(depth + 1)
      expect(':')
      entries.push([key, value(depth + 1)])
      if (symbol() === ',') next = scan()
      else if (symbol() !== '}') throw new Malformed('the header lacks a comma', next?.index ?? text.length)
    }
    next = scan()
    return { entries }
  }

  const result = value(0)
  if (next !== null) throw new Malformed('something follows the literal in the header', next.index)
  return result
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

function unescaped(text: string, prefix: string, at: number): string {
  if (/r/i.test(prefix)) return text
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/g,
    (whole, x, u, long, one) => {
      const code = x ?? u ?? long
      if (code !== undefined) {
        const point = Number.parseInt(code, 16)
        if (point > 0x10ffff) throw new Malformed(`${whole} is no character`, at)
        return String.fromCodePoint(point)
      }
      const character = escapes[one as string]
      if (character === undefined) throw new Malformed(`${whole} is no escape of a header`, at)
      return character
    },
  )
}
