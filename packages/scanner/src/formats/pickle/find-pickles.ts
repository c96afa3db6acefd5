// Where a pickle may begin among other bytes. Few false starts matter more than none missed late in a file: each is run.
import type { Source } from '../../source/source.ts'

/** Opcodes with which the first opcode after PROTO, or of a text pickle, can begin. */
const openers = new Set(
  '(cIJKLMNFGSTUVX])}lditPB\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x95\x96C'.split('').map((c) => c.charCodeAt(0)),
)

/** Whether an opcode that can open a pickle stands there. */
export function couldBegin(head: Uint8Array, at: number): boolean {
  const first = head[at]
  if (first === undefined) return false
  if (at === 0 && first === 0x80) return head[1] !== undefined
  return openers.has(first)
}

/** `c` or `i`, a dotted module, a line, a name, a line. One may lie within another, so it only looks ahead. */
const textImport = /[ci](?=([A-Za-z_][\w.]{0,80}\n[^\0-\x20]{1,80}\n))/g
/** Two short texts, memoised or not, and STACK_GLOBAL. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are lengths
const stackImport = /\x8c[\x01-\x60][A-Za-z_][\w.]{0,95}\x94?\x8c[\x01-\x60][^\0-\x20]{1,95}\x94?\x93/g
const after = new Set('(cIJKLMNFGSTUVX])}.Rtp0q\x85\x86\x87\x8c\x94oa'.split('').map((c) => c.charCodeAt(0)))

/** Offsets in a range at which a pickle may begin, in order. */
export function* findPickles(
  source: Source,
  { from, to }: { readonly from: number; readonly to: number },
): Generator<number> {
  const bytes = source.read(from, Math.min(to - from + 256, source.size - from))
  const window = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const found = new Set<number>()
  for (let at = window.indexOf(0x80); at !== -1 && at < to - from; at = window.indexOf(0x80, at + 1)) {
    const protocol = window[at + 1]
    const next = window[at + 2]
    if (protocol === undefined || next === undefined || protocol > 5) continue
    // Protocols 4 and 5 begin with a frame, the others with a container, a name or a text.
    if (next === 0x95 || (openers.has(next) && plainAfter(window, at + 2))) found.add(at)
  }
  const text = window.toString('latin1')
  if (window.includes(0x0a)) {
    for (const match of text.matchAll(textImport)) {
      const at = match.index
      if (!after.has(window[at + 1 + match[1]!.length] ?? 0)) continue
      // What is given to an import stands behind a mark in front of it.
      const mark = window[at] === 0x69 ? text.lastIndexOf('(', at) : -1
      let start = mark !== -1 && at - mark < 300 ? mark : at
      while (start > 0 && window[start] === 0x28 && window[start - 1] === 0x28) start -= 1
      if (start < to - from) found.add(start)
    }
  }
  if (window.includes(0x93)) {
    for (const { index } of text.matchAll(stackImport)) if (index < to - from) found.add(index)
  }
  yield* [...found].sort((a, b) => a - b).map((at) => from + at)
}

/** The bytes behind an opener go on as opcodes would. */
function plainAfter(window: Buffer, at: number): boolean {
  const [first, second] = [window[at]!, window[at + 1]]
  if (second === undefined) return false
  if (first === 0x63 || first === 0x69)
    return (
      (second >= 0x41 && second <= 0x5a) ||
      second === 0x5f ||
      (second >= 0x61 && second <= 0x7a) ||
      second >= 0xc2
    )
  if (first === 0x58) return window[at + 3] === 0 && window[at + 4] === 0
  if (first === 0x8c) return second < 0x80
  return true
}
