// MessagePack, as Flax stores its parameters: maps of maps, with arrays in an extension type. There is no magic, so only
// what is one map to its last byte is taken for it.
import { quoted } from '../../scan/quoted.ts'
import type { Source } from '../../source/source.ts'
import { type Format, NotThisFormat, type ScanContext } from '../format.ts'
import type { Range } from '../protobuf/fields.ts'
import { searchStarts } from '../search-starts.ts'
import { ChunkedArrays } from './chunked.ts'
import { bitsOf, complexFault, readArray } from './flax-array.ts'
import { msgpackRules } from './rules.ts'
import { walk } from './walk.ts'

const shown = 200
/** Keys that are compared; a file of parameters has thousands. */
const keysCompared = 1_000_000
const longestKey = 1000
/** Of the specification itself. */
const timestamp = -1

export const msgpack: Format = {
  id: 'msgpack',
  title: 'MessagePack (Flax)',
  recognise(head, source) {
    const tag = head[0]
    if (tag === undefined || source.size < 2) return 'no'
    const map = (tag > 0x80 && tag < 0x90) || tag === 0xde || tag === 0xdf
    if (!map) return 'no'
    // The first key is a text in all that libraries write.
    const key = head[tag < 0x90 ? 1 : tag === 0xde ? 3 : 5]
    return key !== undefined && ((key >= 0xa0 && key < 0xc0) || (key >= 0xd9 && key <= 0xdb) || key === 0xc4)
      ? 'maybe'
      : 'no'
  },
  async examine(source, context) {
    const arrays = new Arrays(source, context)
    const names: string[] = []
    const keys: Set<string>[] = []
    const bytes: Range[] = []
    const chunked = new ChunkedArrays(source, context, (message, offset) =>
      context.report(msgpackRules['broken-array'], { message: `${message}.`, offset }),
    )
    let compared = 0
    const steps = walk(source, { from: 0, to: source.size }, context.budget)
    let end = 0
    for (;;) {
      const step = steps.next()
      if (step.done === true) {
        end = step.value
        break
      }
      const { item, depth, isKey } = step.value
      if (item.kind === 'map') keys[depth] = new Set()
      if (item.kind === 'extension') arrays.examine(item)
      if (item.kind === 'bytes' && !isKey) bytes.push(item)
      const key =
        isKey && (item.kind === 'text' || item.kind === 'bytes') && item.to - item.from <= longestKey
          ? Buffer.from(source.read(item.from, item.to - item.from)).toString('latin1')
          : null
      chunked.step(step.value, key)
      if (key === null || !(item.kind === 'text' || item.kind === 'bytes')) continue
      if (names.length < shown)
        names.push(new TextDecoder().decode(source.read(item.from, item.to - item.from)).slice(0, 100))
      if (++compared > keysCompared) continue
      const own = keys[depth - 1]!
      if (own.has(key)) {
        context.report(msgpackRules['repeated-key'], { message: `It is ${quoted(key)}.`, offset: item.at })
      }
      own.add(key)
    }
    if (end !== source.size) throw new NotThisFormat('something follows the first value')
    chunked.finish()
    arrays.tell()
    context.fact('keys', names)
    // Arrays have a type of their own; other bytes can be anything.
    await searchStarts(source, arrays.starts, context)
    for (const { from, to } of bytes.slice(0, shown)) await context.search(source, { from, to })
    return { end }
  },
}

class Arrays {
  private readonly source: Source
  private readonly context: ScanContext
  /** Where their values begin. */
  readonly starts: number[] = []
  private count = 0
  private bytes = 0
  private readonly types = new Map<string, number>()

  constructor(source: Source, context: ScanContext) {
    this.source = source
    this.context = context
  }

  examine({ type, at, from, to }: { readonly type: number; readonly at: number } & Range): void {
    const report = (message: string): void =>
      this.context.report(msgpackRules['broken-array'], { message: `${message}.`, offset: at })
    if (type === timestamp && (to - from === 4 || to - from === 8 || to - from === 12)) return
    if (type === 2) {
      const fault = complexFault(this.source, { from, to }, this.context.budget)
      if (fault !== null) report(`A complex number: ${fault}`)
      return
    }
    if (type !== 1 && type !== 3) {
      this.context.report(msgpackRules['unknown-extension'], {
        message: `It is type ${type}, with ${to - from} bytes.`,
        offset: at,
      })
      return
    }
    const array = readArray(this.source, { from, to }, this.context.budget)
    if ('wrong' in array) {
      report(`An array: ${array.wrong}`)
      return
    }
    const { dtype, shape, bytes } = array
    this.count += 1
    if (this.starts.length < 10_000 && bytes.to > bytes.from) this.starts.push(bytes.from)
    this.bytes += bytes.to - bytes.from
    if (this.types.size < 50 || this.types.has(dtype)) this.types.set(dtype, (this.types.get(dtype) ?? 0) + 1)
    const bits = bitsOf(dtype)
    if (bits === null) {
      this.context.report(msgpackRules['unknown-dtype'], { message: `It is ${quoted(dtype)}.`, offset: at })
      return
    }
    const wanted = (shape.reduce((product, dim) => product * dim, 1n) * BigInt(bits)) / 8n
    if (wanted !== BigInt(bytes.to - bytes.from)) {
      report(`An array of ${quoted(dtype)} needs ${wanted} bytes and has ${bytes.to - bytes.from}`)
    }
  }

  tell(): void {
    this.context.fact('arrays', this.count)
    this.context.fact('arrayBytes', this.bytes)
    this.context.fact('dtypes', Object.fromEntries(this.types))
  }
}
