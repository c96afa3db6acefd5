// A value as one would write it in Python, cut where it gets long.
import type { Source } from '../../source/source.ts'
import { textOf } from './literals.ts'
import type { Value } from './values.ts'

const longest = 240

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
        const text = textOf(source, {
          ...one,
          length: Math.min(one.length, one.coding === 'literal' ? one.length : 160),
        })
        return text === null ? '…' : literal(text, one.length)
      }
      case 'bytes':
        return `b${literal(Buffer.from(source.read(one.at, Math.min(one.length, 60))).toString('latin1'), one.length)}`
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

function literal(text: string, length: number): string {
  const cut = text.length > 120 || text.length < length - 2 ? `${text.slice(0, 120)}…` : text
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is escaped
  const escaped = cut.replace(/[\\'\0-\x1f\x7f-\xff\u2028-\u202f\u200b-\u200f]/g, (character) => {
    if (character === '\\' || character === "'") return `\\${character}`
    if (character === '\n') return '\\n'
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
  return `'${escaped}'`
}
