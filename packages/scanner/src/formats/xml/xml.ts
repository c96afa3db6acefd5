// XML: above all PMML, the exchange format of statistical models. What it computes is harmless; what an XML parser
// can be made to do is not, nor what an evaluator makes of the names of functions. A document with a type of its own is
// not read further, since from there on parsers differ.
import { SaxesParser, type SaxesTagNS } from 'saxes'
import { LimitReached } from '../../scan/limits.ts'
import { quoted } from '../../scan/quoted.ts'
import { pieces, type Source } from '../../source/source.ts'
import { type Format, Malformed, type ScanContext } from '../format.ts'
import { beginningOf, type Encoding } from './encoding.ts'
import { xmlRules } from './rules.ts'

const largest = 256 * 2 ** 20
const deepest = 2000
const told = 50

export const xml: Format = {
  id: 'xml',
  title: 'XML',
  recognise(head) {
    const { encoding, start, objection } = beginningOf(head)
    if (encoding === null) return objection === null ? 'no' : 'sure'
    return /^\s{0,200}<(?:\?xml\b|!DOCTYPE\s{1,20}(?!html\b)|(?:\w{1,20}:)?PMML\b|svg\b)/i.test(start)
      ? 'sure'
      : 'no'
  },
  async examine(source, context) {
    const { encoding, objection } = beginningOf(source.read(0, 4096))
    if (objection !== null) context.report(xmlRules.encoding, { message: `${objection}.`, offset: 0 })
    if (encoding !== null) {
      if (source.size > largest) throw new LimitReached('headerBytes', `${source.size} bytes of XML`)
      new Document(context).read(source, encoding)
    }
    await context.search(source)
    return { end: source.size }
  },
}

/** Ends the reading without an error. */
const enough = new Error('enough')

class Document {
  private readonly context: ScanContext
  private readonly parser = new SaxesParser({ xmlns: true, position: true })
  private depth = 0
  private root: string | null = null
  private reports = 0
  private array: { readonly announced: number; length: number; readonly at: number } | null = null
  private readonly kinds = new Map<string, number>()

  constructor(context: ScanContext) {
    this.context = context
  }

  read(source: Source, encoding: Encoding): void {
    const { parser } = this
    parser.on('error', (error) => {
      throw new Malformed(error.message.replace(/^\d+:\d+: /, ''), parser.position)
    })
    parser.on('doctype', (text) => {
      this.report('doctype', `It begins ${quoted(text.trim(), { limit: 80 })}`)
      throw enough
    })
    parser.on('processinginstruction', ({ target, body }) => {
      this.report('instruction', `It is ${quoted(`${target} ${body}`, { limit: 120 })}`)
    })
    parser.on('opentag', (tag) => this.open(tag))
    parser.on('closetag', (tag) => this.close(tag))
    const onText = (text: string): void => {
      if (this.array !== null) this.array.length += text.length
    }
    parser.on('text', onText)
    parser.on('cdata', onText)
    const decoder = new TextDecoder(encoding, { fatal: true })
    try {
      for (const { bytes } of pieces(source)) {
        this.context.budget.checkTime()
        parser.write(decoder.decode(bytes, { stream: true }))
      }
      parser.write(decoder.decode())
      parser.close()
    } catch (error) {
      if (error instanceof TypeError)
        throw new Malformed('a character is not valid in its encoding', parser.position)
      if (error !== enough) throw error
    }
    this.context.fact('root', (this.root ?? '').slice(0, 100))
    if (this.kinds.size > 0) this.context.fact('models', Object.fromEntries([...this.kinds].slice(0, 50)))
  }

  private open({ local, uri, attributes }: SaxesTagNS): void {
    this.depth += 1
    if (this.depth > deepest) throw new Malformed(`elements nest over ${deepest} deep`, this.parser.position)
    if (this.root === null) {
      this.root = local
      if (local !== 'PMML' && local !== 'svg')
        this.report('unknown-vocabulary', `Its root is ${quoted(local)}`)
    }
    if (this.depth === 2 && this.root === 'PMML' && /Model$|^(?:Scorecard|RuleSet)/.test(local)) {
      this.kinds.set(local, (this.kinds.get(local) ?? 0) + 1)
    }
    if (uri === 'http://www.w3.org/2001/XInclude' || local === 'TableLocator') {
      const value = Object.values(attributes)
        .map(({ value }) => value)
        .join(' ')
      this.report('includes-other', `It is ${quoted(local)}${value === '' ? '' : ` with ${quoted(value)}`}`)
    }
    if (local.toLowerCase() === 'script' || local === 'foreignObject')
      this.report('script', `There is an element ${quoted(local)}`)
    for (const { local: name, value } of Object.values(attributes)) this.attribute(local, name, value)
    if (local === 'Array' || local === 'INT-Entries' || local === 'REAL-Entries') {
      const n = attributes.n?.value
      this.array = n === undefined ? null : { announced: Number(n), length: 0, at: this.parser.position }
    }
  }

  private attribute(element: string, name: string, value: string): void {
    if (/^on[a-z]{3,20}$/i.test(name) || /^\s*javascript:/i.test(value)) {
      this.report('script', `${quoted(element)} has ${quoted(name)}`)
      return
    }
    const isFunction = element === 'Apply' && name === 'function'
    const foreign = /\b(?:java|javax|sun|jdk|groovy|org\.python|org\.mozilla)\.[\w.$]{2,}/.exec(value)?.[0]
    if (foreign === undefined && !(isFunction && /[.:/]/.test(value))) return
    const called = foreign ?? value
    const dangerous =
      /java\.lang\.(?:Runtime|ProcessBuilder|Class|System|reflect)|javax\.(?:script|naming|management)|ScriptEngine|groovy/.test(
        called,
      )
    this.report('calls-code', `${quoted(element)} names ${quoted(called)}`, {
      call: `${called}(...)`.slice(0, 200),
      ...(dangerous ? { verdict: 'malicious' as const, severity: 'critical' as const } : {}),
    })
  }

  private close({ local }: SaxesTagNS): void {
    this.depth -= 1
    if (this.array === null || !(local === 'Array' || local.endsWith('-Entries'))) return
    const { announced, length, at } = this.array
    this.array = null
    // The shortest element is one character and the blank behind it.
    if (!(Number.isInteger(announced) && announced >= 0 && announced <= (length + 1) / 2)) {
      this.report(
        'lying-length',
        `It announces ${quoted(String(announced))} elements in ${length} characters`,
        { offset: at },
      )
    }
  }

  private report(rule: keyof typeof xmlRules, message: string, more: object = {}): void {
    if (++this.reports > told) return
    this.context.report(xmlRules[rule], {
      message: `${message}.`,
      offset: Math.max(0, this.parser.position),
      ...more,
    })
  }
}
