// A value as one would write it in Python, cut where it gets long.
import type { Source } from '../../source/source.ts'
import { textOf } from './literals.ts'
import type { Value } from './values.ts'

const longest = 240
const charactersShown = 120
/** Bytes of a text that are read when it is longer. */
const longestText = 1024

/** `os.system('true')`, `subprocess.Popen(['sh', '-c', …])`. */
export function render(source: Source, value: Value): string {
  let left = longest
  const show = (one: Value | undefined, depth: number): string => {
    if (left <= 0 || depth > 6) return '…'
    const text = showOne(one, depth)
    left -= text.length
    return text
  }
  const list = (items: readonly Value[], count: number, depth: number): string => {
    const shown: string[] = []
    for (const item of items) {
      if (left <= 0 || shown.length >= 16) break
      shown.push(show(item, depth + 1))
    }
    if (shown.length < count) shown.push('…')
    return shown.join(', ')
  }
  const showOne = (one: Value | undefined, depth: number): string => {
    if (one === undefined) return '…'
    if (one === null) return 'None'
    if (typeof one === 'number') return String(one)
    if (typeof one === 'boolean') return one ? 'True' : 'False'
    switch (one.kind) {
      case 'plain':
        return one.shown
      case 'text': {
        const whole = one.coding === 'literal' || one.length <= longestText
        // Cut where a character of several bytes may end.
        const text = whole
          ? textOf(source, one)
          : Buffer.from(source.read(one.at, longestText)).toString(one.coding === 'utf-8' ? 'utf8' : 'latin1')
        return text === null ? '…' : literal(text, !whole, invisible)
      }
      case 'bytes': {
        const start = Buffer.from(source.read(one.at, Math.min(one.length, 60))).toString('latin1')
        return `b${literal(start, one.length > 60, noAscii)}`
      }
      case 'tuple':
        return one.count === 1 ? `(${list(one.items, 1, depth)},)` : `(${list(one.items, one.count, depth)})`
      case 'list':
        return `[${list(one.items, one.count, depth)}]`
      case 'set':
        return `{${list(one.items, one.count, depth)}}`
      case 'dict': {
        const pairs: string[] = []
        for (let i = 0; i + 1 < one.items.length && pairs.length < 8 && left > 0; i += 2) {
          pairs.push(`${show(one.items[i], depth + 1)}: ${show(one.items[i + 1], depth + 1)}`)
        }
        if (pairs.length < one.count) pairs.push('…')
        return `{${pairs.join(', ')}}`
      }
      case 'global':
        return `${one.module}.${one.name}`
      case 'persistent':
        return `persistent_load(${show(one.id, depth + 1)})`
      case 'call': {
        const args =
          typeof one.args === 'object' && one.args !== null && one.args.kind === 'tuple'
            ? list(one.args.items, one.args.count, depth)
            : `*${show(one.args, depth + 1)}`
        const callee = show(one.callee, depth + 1)
        return one.how === 'new'
          ? `${callee}.__new__(${callee}${args === '' ? '' : `, ${args}`})`
          : `${callee}(${args})`
      }
    }
  }
  return show(value, 0)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is escaped
const invisible = /[\\'\0-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is escaped
const noAscii = /[\\'\0-\x1f\x7f-\xff]/g

function literal(text: string, isCut: boolean, escapedCharacters: RegExp): string {
  const cut = isCut || text.length > charactersShown ? `${text.slice(0, charactersShown)}…` : text
  const escaped = cut.replace(escapedCharacters, (character) => {
    if (character === '\\' || character === "'") return `\\${character}`
    if (character === '\n') return '\\n'
    const code = character.charCodeAt(0)
    return code < 256
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`
  })
  return `'${escaped}'`
}
