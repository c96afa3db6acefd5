// LightGBM saves its models as text: a head, trees, and the parameters of training. All of it is numbers that are
// followed; the file says how many bytes each tree takes, and a reader of many threads trusts that.
import { LimitReached } from '../../scan/limits.ts'
import { quoted } from '../../scan/quoted.ts'
import { pieces, type Source } from '../../source/source.ts'
import { type Format, Malformed, type ScanContext } from '../format.ts'
import { unknownKey, whole, wrongWith } from './check-tree.ts'
import { lightgbmRules } from './rules.ts'

const headKeys = new Set(
  `version num_class num_tree_per_iteration label_index max_feature_idx objective average_output feature_names
  monotone_constraints feature_infos tree_sizes`.split(/\s+/),
)
const longestLine = 64 * 2 ** 20
const told = 50

interface Line {
  readonly text: string
  readonly at: number
}

interface OpenTree {
  readonly index: number
  readonly at: number
  readonly fields: Map<string, string>
}

export const lightgbm: Format = {
  id: 'lightgbm',
  title: 'LightGBM model',
  recognise(head) {
    const start = Buffer.from(head.subarray(0, 64)).toString('latin1')
    return /^tree\r?\n(?:version=v\d|num_class=\d)/.test(start) ? 'sure' : 'no'
  },
  async examine(source, context) {
    const reader = new Reader(source, context)
    for (const line of lines(source, context)) reader.line(line)
    reader.finish()
    // The parameters at its end are free text.
    await context.search(source)
    return { end: source.size }
  },
}

class Reader {
  private part: 'head' | 'trees' | 'rest' = 'head'
  private readonly head = new Map<string, string>()
  private tree: OpenTree | null = null
  private readonly starts: number[] = []
  private count = 0
  private reports = 0
  private readonly source: Source
  private readonly context: ScanContext

  constructor(source: Source, context: ScanContext) {
    this.source = source
    this.context = context
  }

  line({ text, at }: Line): void {
    if (this.part === 'rest' || at === 0 || text === '') return
    if (text === 'end of trees') {
      this.close()
      this.starts.push(at)
      this.part = 'rest'
      return
    }
    const start = /^Tree=(\d{1,12})$/.exec(text)
    if (start !== null) {
      this.close()
      this.part = 'trees'
      this.starts.push(at)
      if (Number(start[1]) !== this.count)
        this.object('broken-tree', `Tree ${start[1]} stands where tree ${this.count} belongs`, at)
      this.tree = { index: this.count, at, fields: new Map() }
      this.count += 1
      return
    }
    const equals = text.indexOf('=')
    const key = equals === -1 ? text : text.slice(0, equals)
    const value = equals === -1 ? '' : text.slice(equals + 1)
    const fields = this.tree?.fields ?? this.head
    if (this.tree === null && !headKeys.has(key))
      this.object('unknown-part', `Its head has ${quoted(key, { limit: 80 })}`, at)
    if (fields.has(key)) this.object('broken-tree', `${quoted(key, { limit: 80 })} stands twice`, at)
    else if (fields.size < 1000) fields.set(key, value)
  }

  finish(): void {
    this.close()
    if (this.part !== 'rest') throw new Malformed('the trees do not end', this.source.size)
    const sizes = (this.head.get('tree_sizes') ?? '').split(' ').filter((word) => word !== '')
    if (sizes.length > 0) {
      if (sizes.length !== this.count)
        this.object('broken-tree', `${this.count} trees where ${sizes.length} are announced`, 0)
      const wrong = sizes.findIndex(
        (size, index) => whole(size) !== (this.starts[index + 1] ?? Number.NaN) - this.starts[index]!,
      )
      if (wrong !== -1 && sizes.length === this.count) {
        this.object(
          'broken-tree',
          `Tree ${wrong} takes ${this.starts[wrong + 1]! - this.starts[wrong]!} bytes and announces ${quoted(sizes[wrong]!, { limit: 20 })}`,
          this.starts[wrong]!,
        )
      }
    }
    this.context.fact('version', (this.head.get('version') ?? '').slice(0, 20))
    this.context.fact('objective', (this.head.get('objective') ?? '').slice(0, 80))
    this.context.fact('trees', this.count)
  }

  private close(): void {
    if (this.tree === null) return
    const { index, at, fields } = this.tree
    this.tree = null
    this.context.budget.checkTime()
    const last = whole(this.head.get('max_feature_idx'))
    const unknown = unknownKey(fields)
    if (unknown !== null)
      this.object('unknown-part', `Tree ${index} has ${quoted(unknown, { limit: 80 })}`, at)
    const wrong = wrongWith(fields, { features: (last ?? -1) + 1 })
    if (wrong !== null) this.object('broken-tree', `Tree ${index}: ${wrong}`, at)
  }

  private object(rule: keyof typeof lightgbmRules, message: string, offset: number): void {
    if (++this.reports <= told) this.context.report(lightgbmRules[rule], { message: `${message}.`, offset })
  }
}

/** Lines with the place where they begin. Latin-1 keeps one character a byte. */
function* lines(source: Source, { budget }: ScanContext): Generator<Line> {
  let rest = ''
  let restAt = 0
  for (const { bytes } of pieces(source)) {
    budget.checkTime()
    const window = rest + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    let from = 0
    for (let end = window.indexOf('\n'); end !== -1; end = window.indexOf('\n', from)) {
      yield { text: window.slice(from, end).replace(/\r$/, ''), at: restAt + from }
      from = end + 1
    }
    rest = window.slice(from)
    restAt += from
    if (rest.length > longestLine)
      throw new LimitReached('headerBytes', `a line of over ${longestLine} bytes`)
  }
  if (rest !== '') yield { text: rest, at: restAt }
}
