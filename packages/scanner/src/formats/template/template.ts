// Chat templates are small Jinja programs that the runtime renders at every conversation. In Python a template that
// gets hold of an object's class can reach every function of the process, unless the renderer is a sandbox; and even
// within one it can put words into the conversation. So a template is parsed, never rendered, and read for both.
import { parse, tokenize } from '@huggingface/jinja'
import { quoted } from '../../scan/quoted.ts'
import type { Rule } from '../../scan/rule.ts'
import type { ScanContext } from '../format.ts'
import { children, descendants, type Node } from './ast.ts'
import { findConditionalInstruction } from './conditional-instruction.ts'
import { type Constant, fold } from './fold.ts'
import { templateRules } from './rules.ts'

export interface TemplateOptions {
  /** How it is called where it was found. */
  readonly name: string
  /** Where it begins in the part. */
  readonly offset?: number
}

/** The longest in use take some 30,000 characters. */
const longest = 65_536
/** Of a longer one this much is searched for names. */
const searched = 4_000_000
const mostRounds = 1_000_000
const findingsOfRule = 5

/** Reports what a template does that no chat template should. */
export function examineTemplate(text: string, context: ScanContext, { name, offset }: TemplateOptions): void {
  const told = new Map<string, number>()
  const report = (rule: Rule, message: string, call?: string): void => {
    const count = (told.get(rule.id) ?? 0) + 1
    told.set(rule.id, count)
    if (count > findingsOfRule) return
    context.report(rule, {
      message: `${name} ${message}.`,
      ...(offset === undefined ? {} : { offset }),
      ...(call === undefined ? {} : { call }),
    })
  }
  context.budget.checkTime()
  const program = parsed(text, report)
  if (program !== null) {
    context.budget.checkTime()
    examineTree(program, report)
    const instruction = findConditionalInstruction(program)
    if (instruction !== null) {
      report(
        templateRules['conditional-instruction'],
        `writes ${quoted(instruction.adds)} when a message has ${quoted(instruction.when)}`,
      )
    }
  }
  // Renderers do not all parse alike, so the bare text has a say too.
  if (!told.has(templateRules['reaches-internals'].id)) examineText(text.slice(0, searched), report)
}

function parsed(text: string, report: Report): Node | null {
  if (text.length > longest) {
    report(templateRules.unreadable, `has ${text.length} characters`)
    return null
  }
  try {
    // Long runs of blanks mean nothing here, and take the parser's own expressions quadratic time.
    const plain = text
      .replace(/\s{64,}/g, ' ')
      // The parser does not know the empty tuple.
      .replace(/([{([,=~+|%-]|\b(?:in|if|else|and|or|not|set)\b)\s{0,9}\(\s{0,9}\)/g, '$1 []')
    const tokens = tokenize(plain, { lstrip_blocks: true, trim_blocks: true })
    return parse(tokens) as unknown as Node
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    report(templateRules.unreadable, `is not understood: ${reason.slice(0, 200)}`)
    return null
  }
}

type Report = (rule: Rule, message: string, call?: string) => void

const dunder = /__[A-Za-z]\w{0,60}__/
/** Attributes of functions, frames and generators that lead to globals without a double underscore, and the way up. */
const leadsOut =
  /^(?:mro|func_globals|func_code|f_globals|f_builtins|f_locals|f_back|tb_frame|gi_frame|gi_code|cr_frame|ag_frame|co_code|co_consts)$/
const runs =
  /^(?:popen|Popen|check_output|getoutput|getstatusoutput|system|spawnl|spawnv|execv|execve|import_module)$/
const builtins =
  /^(?:eval|exec|execfile|compile|open|__import__|getattr|setattr|globals|locals|vars|breakpoint|input)$/
const runtimeObjects = new Set([
  'self',
  'lipsum',
  'cycler',
  'joiner',
  'request',
  'url_for',
  'get_flashed_messages',
  'environment',
])

/** What can be said without parsing: names, with their escapes undone, within tags. */
function examineText(text: string, report: Report): void {
  for (const tag of tags(text)) {
    if (/^\{%[-+]?\s{0,40}(?:import|include|extends|from)\b/.test(tag)) {
      report(templateRules['loads-template'], `has the tag ${quoted(tag)}`)
    }
    const found = dunder.exec(withoutTexts(unescaped(tag)))
    if (found !== null) {
      report(templateRules['reaches-internals'], `names ${quoted(found[0])}`, tag.slice(0, 200))
    }
  }
}

function* tags(text: string): Generator<string> {
  const open = /\{[{%]/g
  for (let match = open.exec(text); match !== null; match = open.exec(text)) {
    const end = text.indexOf(match[0] === '{%' ? '%}' : '}}', match.index + 2)
    yield text.slice(match.index, end === -1 ? text.length : end + 2)
    if (end === -1) return
    open.lastIndex = end
  }
}

/** In quotes a name is only a text, unless the whole text is the name. */
function withoutTexts(tag: string): string {
  let bare = ''
  for (let at = 0; at < tag.length; at++) {
    const quote = tag[at]!
    if (quote !== '"' && quote !== "'") {
      bare += quote
      continue
    }
    const from = at + 1
    for (at = from; at < tag.length && tag[at] !== quote; at++) if (tag[at] === '\\') at++
    const literal = tag.slice(from, at)
    bare += dunder.exec(literal.slice(0, 100))?.[0] === literal ? ` ${literal} ` : '""'
  }
  return bare
}

function unescaped(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3}))/g,
    (whole, x, u, long, octal) => {
      const code = octal === undefined ? Number.parseInt(x ?? u ?? long, 16) : Number.parseInt(octal, 8)
      // A quote stays an escape, so that it does not end a text that it does not end.
      return code > 0x10ffff || code === 0x22 || code === 0x27 || code === 0x5c
        ? whole
        : String.fromCodePoint(code)
    },
  )
}

function examineTree(program: Node, report: Report): void {
  const variables = new Map<string, Constant>()
  const own = new Set<string>()
  for (const node of descendants([program])) {
    if (node.type === 'Set' && node.assignee.type === 'Identifier') own.add(node.assignee.value)
    if (node.type === 'Macro') for (const arg of node.args) if (arg.type === 'Identifier') own.add(arg.value)
    if (node.type === 'For' && node.loopvar.type === 'Identifier') own.add(node.loopvar.value)
  }
  for (const node of descendants([program])) {
    switch (node.type) {
      case 'Set':
        if (node.assignee.type === 'Identifier' && node.value !== null) {
          const value = fold(node.value, variables)
          if (value === null) variables.delete(node.assignee.value)
          else variables.set(node.assignee.value, value)
        }
        break
      case 'MemberExpression':
        examineMember(node.object, node.property, node.computed, { variables, own, report })
        break
      case 'FilterExpression':
      case 'FilterStatement':
        examineFilter(node.filter, { variables, report })
        break
      case 'CallExpression':
        examineCall(node, variables, report)
        break
      case 'BinaryExpression': {
        if (node.operator.value !== '~' && node.operator.value !== '+' && node.operator.value !== '*') break
        if (node.operator.value === '*') examineProduct(node, variables, report)
        const value = fold(node, variables)
        if (typeof value === 'string' && dunder.test(value) && !/\s/.test(value)) {
          report(templateRules['reaches-internals'], `builds the name ${quoted(value)} from pieces`)
        }
        break
      }
      case 'For':
        examineLoops(node, variables, report)
        break
    }
  }
}

interface Known {
  readonly variables: ReadonlyMap<string, Constant>
  readonly own: ReadonlySet<string>
  readonly report: Report
}

function examineMember(
  object: Node,
  property: Node,
  computed: boolean,
  { variables, own, report }: Known,
): void {
  if (object.type === 'Identifier' && runtimeObjects.has(object.value) && !own.has(object.value)) {
    report(templateRules['runtime-object'], `reaches into ${object.value}`)
  }
  const name = computed ? fold(property, variables) : property.type === 'Identifier' ? property.value : null
  if (typeof name === 'string') examineName(name, report)
  if (computed && buildsText(property)) {
    const made = typeof name === 'string' ? quoted(name) : 'a name that it builds'
    report(templateRules['hidden-name'], `looks up ${made} from pieces`)
  }
}

function examineName(name: string, report: Report): void {
  if (dunder.test(name) || leadsOut.test(name)) {
    report(templateRules['reaches-internals'], `looks up ${quoted(name)}`)
  } else if (name.startsWith('_')) report(templateRules['private-name'], `looks up ${quoted(name)}`)
}

/** Filters whose argument is the name of an attribute, and where it stands. */
const byAttribute = new Set([
  'map',
  'selectattr',
  'rejectattr',
  'groupby',
  'sort',
  'sum',
  'unique',
  'min',
  'max',
])

function examineFilter(filter: Node, { variables, report }: Pick<Known, 'variables' | 'report'>): void {
  const [name, args] =
    filter.type === 'CallExpression' && filter.callee.type === 'Identifier'
      ? [filter.callee.value, filter.args]
      : [filter.type === 'Identifier' ? filter.value : '', []]
  if (name === 'attr') {
    const wanted = args[0] === undefined ? null : fold(args[0], variables)
    if (typeof wanted === 'string') examineName(wanted, report)
    report(
      templateRules[args[0]?.type === 'StringLiteral' ? 'reads-attribute' : 'hidden-name'],
      `applies attr with ${typeof wanted === 'string' ? quoted(wanted) : 'a name that it builds'}`,
    )
    return
  }
  if (!byAttribute.has(name)) return
  for (const arg of args) {
    const positional = arg.type !== 'KeywordArgumentExpression'
    const isAttribute = positional
      ? name !== 'map' && arg === args[0]
      : arg.key.type === 'Identifier' && arg.key.value === 'attribute'
    if (!isAttribute) {
      // `map('attr', ...)` applies a filter by its name.
      const value = positional ? fold(arg, variables) : null
      if (name === 'map' && arg === args[0] && value === 'attr') {
        report(templateRules['reads-attribute'], 'applies attr by way of map')
      }
      if (typeof value === 'string' && dunder.test(value)) examineName(value, report)
      continue
    }
    const value = positional ? arg : arg.value
    const wanted = fold(value, variables)
    if (typeof wanted === 'string') for (const part of wanted.split('.')) examineName(part, report)
    if (buildsText(value)) report(templateRules['hidden-name'], `gives ${name} a name that it builds`)
  }
}

function examineCall(
  { callee, args }: Extract<Node, { type: 'CallExpression' }>,
  variables: ReadonlyMap<string, Constant>,
  report: Report,
): void {
  const name =
    callee.type === 'Identifier'
      ? callee.value
      : callee.type === 'MemberExpression' && !callee.computed && callee.property.type === 'Identifier'
        ? callee.property.value
        : null
  if (name === null) return
  const method = callee.type === 'MemberExpression'
  if (method ? runs.test(name) : builtins.test(name) || runs.test(name)) {
    report(templateRules['dangerous-call'], `calls ${name}`, `${name}(...)`)
  }
  if (method && (name === 'format' || name === 'format_map')) {
    // `'{0.__class__}'.format(x)` looks attributes up inside the text.
    const text = fold(callee.object, variables)
    if (typeof text === 'string' && /\{[^}]{0,200}[._[][^}]{0,200}__/.test(text)) {
      report(templateRules['reaches-internals'], `formats ${quoted(text)}`)
    } else if (name === 'format_map') report(templateRules['hidden-name'], 'calls format_map')
  }
  if (!method && name === 'range' && roundsOf(args, variables) > mostRounds) {
    report(templateRules['endless-work'], 'counts further than any conversation')
  }
}

function roundsOf(args: readonly Node[], variables: ReadonlyMap<string, Constant>): number {
  const numbers = args.map((arg) => fold(arg, variables))
  const [first, second] = numbers
  if (typeof first !== 'number') return 1
  return Math.max(1, typeof second === 'number' ? Math.abs(second - first) : first)
}

function examineProduct(node: Node, variables: ReadonlyMap<string, Constant>, report: Report): void {
  if (node.type !== 'BinaryExpression') return
  for (const side of [fold(node.left, variables), fold(node.right, variables)]) {
    if (typeof side === 'number' && side > mostRounds) {
      report(templateRules['endless-work'], `repeats something ${side} times`)
    }
  }
}

/** Loops within loops multiply. */
function examineLoops(
  loop: Extract<Node, { type: 'For' }>,
  variables: ReadonlyMap<string, Constant>,
  report: Report,
): void {
  let rounds = 1
  let at: Node | undefined = loop
  for (let depth = 0; at?.type === 'For' && depth < 20; depth++) {
    const { iterable }: Extract<Node, { type: 'For' }> = at
    if (
      iterable.type === 'CallExpression' &&
      iterable.callee.type === 'Identifier' &&
      iterable.callee.value === 'range'
    ) {
      rounds *= roundsOf(iterable.args, variables)
    }
    at = at.body.find((node) => node.type === 'For')
  }
  if (rounds > mostRounds) report(templateRules['endless-work'], `loops ${rounds} times`)
}

/** Whether an expression puts texts together, or takes one apart. */
function buildsText(node: Node): boolean {
  if (node.type === 'BinaryExpression') {
    const joins = node.operator.value === '~' || node.operator.value === '+' || node.operator.value === '*'
    return (
      (joins && mentionsText(node)) || (node.operator.value === '%' && node.left.type === 'StringLiteral')
    )
  }
  if (node.type === 'FilterExpression') {
    const name =
      node.filter.type === 'CallExpression' && node.filter.callee.type === 'Identifier'
        ? node.filter.callee.value
        : node.filter.type === 'Identifier'
          ? node.filter.value
          : ''
    return ['join', 'replace', 'format', 'reverse', 'string'].includes(name) && mentionsText(node)
  }
  if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression') {
    return node.callee.object.type === 'StringLiteral'
  }
  return false
}

function mentionsText(node: Node): boolean {
  let looked = 0
  for (const one of descendants(children(node))) {
    if (one.type === 'StringLiteral') return true
    if (++looked > 200) return true
  }
  return false
}
