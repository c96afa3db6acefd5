// Reads Python source without running it: which names it imports, and what it calls, with names followed back through
// imports (`import os as o; o.system(...)` is `os.system`), `__import__`, `importlib.import_module` and `getattr` with
// names that are written out. It is told apart whether a call happens when the file is imported or only when somebody
// calls the function it stands in. What is computed at run time cannot be followed; such a call is named `?`.
import type { SyntaxNode, Tree } from '@lezer/common'
import { parser } from '@lezer/python'
import type { Budget } from '../../scan/limits.ts'

export interface PythonCall {
  /** Dotted name as far as it could be followed: `os.system`, `builtins.exec`. */
  readonly callee: string
  /** The call as it is written, cut. */
  readonly text: string
  /** Offset in characters. */
  readonly at: number
  /** `import`: runs when the file is imported. `call`: stands in a function, or behind `if __name__ == '__main__'`. */
  readonly when: 'import' | 'call'
}

export interface PythonSource {
  /** Modules and names: `os`, `os.path.join`. */
  readonly imports: readonly { readonly name: string; readonly at: number }[]
  readonly calls: readonly PythonCall[]
  /** Keyword arguments with a literal True: `trust_remote_code`, with their offset. */
  readonly switchedOn: readonly { readonly name: string; readonly at: number }[]
  /** Places that are not Python. */
  readonly errors: number
  /** Top-level statements, comments not counted. */
  readonly statements: number
  /** Holds an import, a definition or a class: sentences in prose never do. */
  readonly hasStructure: boolean
  /** Does nothing when it is imported: only comments, texts and assignments of literals. */
  readonly inert: boolean
}

const callsRead = 10_000

/** @param text at most a few megabytes */
export function readPython(text: string, budget: Budget): PythonSource {
  const tree = parse(text, budget)
  const names = new Map<string, string>()
  const imports: { name: string; at: number }[] = []
  const calls: PythonCall[] = []
  const switchedOn: { name: string; at: number }[] = []
  let errors = 0
  let hasStructure = false
  let steps = 0
  // Names first: a function may use an import that stands below it.
  walk(tree, (node) => {
    if ((++steps & 4095) === 0) budget.checkTime()
    if (node.type.isError) errors += 1
    if (node.name === 'ImportStatement') {
      hasStructure = true
      for (const one of readImport(node, text)) {
        if (imports.length < callsRead) imports.push({ name: one.name, at: node.from })
        names.set(one.as, one.name)
      }
    } else if (node.name === 'FunctionDefinition' || node.name === 'ClassDefinition') hasStructure = true
  })
  const resolve = resolver(text, names)
  walk(tree, (node) => {
    if ((++steps & 4095) === 0) budget.checkTime()
    if (node.name === 'CallExpression' && calls.length < callsRead) {
      const called = node.firstChild
      if (called === null) return
      const callee = resolve(called)
      if (callee === null) return
      calls.push({ callee, text: shown(text, node), at: node.from, when: whenRun(node, text) })
    } else if (node.name === 'Decorator') {
      // A decorator is called with what it stands on, when the file is imported.
      const callee = decoratorOf(node, text, resolve)
      if (callee !== null)
        calls.push({ callee, text: shown(text, node), at: node.from, when: whenRun(node, text) })
    } else if (node.name === 'AssignOp' && text.slice(node.from, node.to) === '=') {
      const key = node.prevSibling
      const value = node.nextSibling
      if (key?.name === 'VariableName' && value !== null && text.slice(value.from, value.to) === 'True') {
        switchedOn.push({ name: text.slice(key.from, key.to), at: key.from })
      }
    }
  })
  let statements = 0
  let inert = true
  for (let node = tree.topNode.firstChild; node !== null; node = node.nextSibling) {
    if (node.name === 'Comment') continue
    statements += 1
    if (!isInert(node)) inert = false
  }
  return { imports, calls, switchedOn, errors, statements, hasStructure, inert }
}

function parse(text: string, budget: Budget): Tree {
  const parse = parser.startParse(text)
  for (let step = 0; ; step++) {
    if ((step & 255) === 0) budget.checkTime()
    const tree = parse.advance()
    if (tree !== null) return tree
  }
}

function walk(tree: Tree, visit: (node: SyntaxNode) => void): void {
  const cursor = tree.cursor()
  do visit(cursor.node)
  while (cursor.next())
}

function readImport(node: SyntaxNode, text: string): { readonly name: string; readonly as: string }[] {
  const words: { word: string; name: string }[] = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    words.push({ word: text.slice(child.from, child.to), name: child.name })
  }
  const found: { name: string; as: string }[] = []
  let at = 0
  let from = ''
  if (words[0]?.word === 'from') {
    for (at = 1; at < words.length && words[at]!.word !== 'import'; at++) from += words[at]!.word
    at += 1
    if (!from.endsWith('.')) from += '.'
  } else at = 1
  while (at < words.length) {
    let name = ''
    while (at < words.length && words[at]!.word !== 'as' && words[at]!.word !== ',') {
      if (words[at]!.word !== '(' && words[at]!.word !== ')') name += words[at]!.word
      at += 1
    }
    let as = from === '' ? (name.split('.')[0] ?? name) : name
    let whole = from === '' ? as : from + name
    if (words[at]?.word === 'as') {
      as = words[at + 1]?.word ?? as
      whole = from + name
      at += 2
    }
    if (name !== '') found.push({ name: whole, as })
    while (
      at < words.length &&
      (words[at]!.word === ',' || words[at]!.word === '(' || words[at]!.word === ')')
    )
      at += 1
  }
  return found
}

const builtinCalls = new Set([
  'eval',
  'exec',
  'compile',
  'open',
  'getattr',
  'setattr',
  '__import__',
  'globals',
  'locals',
  'vars',
  'breakpoint',
  'input',
  'execfile',
  'reload',
  'delattr',
])

/** The dotted name of an expression, null when it is nothing that was imported or built in. */
function resolver(
  text: string,
  names: ReadonlyMap<string, string>,
): (node: SyntaxNode | null) => string | null {
  const resolve = (node: SyntaxNode | null, depth: number): string | null => {
    if (node === null || depth > 64) return null
    const word = text.slice(node.from, Math.min(node.to, node.from + 4096))
    if (node.name === 'VariableName' && word === '__builtins__') return 'builtins'
    if (node.name === 'VariableName')
      return names.get(word) ?? (builtinCalls.has(word) ? `builtins.${word}` : null)
    if (node.name === 'ParenthesizedExpression')
      return resolve(node.firstChild?.nextSibling ?? null, depth + 1)
    if (node.name === 'MemberExpression') {
      const object = resolve(node.firstChild, depth + 1)
      const property = node.lastChild
      if (object === null) return null
      if (property?.name === 'PropertyName') return `${object}.${text.slice(property.from, property.to)}`
      // `module.__dict__['name']`
      const key = literal(node.firstChild?.nextSibling?.nextSibling ?? null, text)
      return key === null ? `${object}.?` : `${object.replace(/\.__dict__$/, '')}.${key}`
    }
    if (node.name !== 'CallExpression') return null
    const called = resolve(node.firstChild, depth + 1)
    const parts = argumentsOf(node.lastChild)
    if (called === 'builtins.__import__' || called === 'importlib.import_module') {
      return literal(parts[0] ?? null, text) ?? '?'
    }
    if (called === 'builtins.getattr') {
      const object = resolve(parts[0] ?? null, depth + 1)
      const name = literal(parts[1] ?? null, text)
      return object === null ? null : `${object}.${name ?? '?'}`
    }
    if (called === 'builtins.globals' || called === 'builtins.vars' || called === 'builtins.locals')
      return called
    return null
  }
  return (node) => resolve(node, 0)
}

/** `@a.b.c(...)` has its names side by side, not nested as elsewhere. */
function decoratorOf(
  node: SyntaxNode,
  text: string,
  resolve: (node: SyntaxNode | null) => string | null,
): string | null {
  let name: string | null = null
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name !== 'VariableName') continue
    if (child.prevSibling?.name === 'At') name = resolve(child)
    else if (name !== null) name += `.${text.slice(child.from, child.to)}`
  }
  return name
}

function argumentsOf(list: SyntaxNode | null): SyntaxNode[] {
  const found: SyntaxNode[] = []
  for (let child = list?.firstChild ?? null; child !== null && found.length < 8; child = child.nextSibling) {
    if (!['(', ')', ',', 'Comment'].includes(child.name)) found.push(child)
  }
  return found
}

/** The value of a text that is written out, also in pieces: `'sys' + 'tem'`. */
function literal(node: SyntaxNode | null, text: string, depth = 0): string | null {
  if (node === null || depth > 64) return null
  const word = text.slice(node.from, Math.min(node.to, node.from + 4096))
  if (node.name === 'String') {
    const match = /^[rRbBuU]{0,2}('''|"""|'|")([\s\S]*)\1$/.exec(word)
    return match === null
      ? null
      : match[2]!.replace(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) =>
          String.fromCharCode(Number.parseInt(hex, 16)),
        )
  }
  if (node.name === 'ContinuedString') {
    return join(argumentsOf(node), text, depth)
  }
  if (node.name === 'ParenthesizedExpression')
    return literal(node.firstChild?.nextSibling ?? null, text, depth + 1)
  if (node.name === 'BinaryExpression') {
    const operator = node.firstChild?.nextSibling
    if (operator === undefined || operator === null || text.slice(operator.from, operator.to) !== '+')
      return null
    const left = literal(node.firstChild, text, depth + 1)
    const right = literal(node.lastChild, text, depth + 1)
    return left === null || right === null ? null : left + right
  }
  return null
}

function join(nodes: readonly SyntaxNode[], text: string, depth: number): string | null {
  let joined = ''
  for (const node of nodes) {
    const part = literal(node, text, depth + 1)
    if (part === null) return null
    joined += part
  }
  return joined
}

function whenRun(node: SyntaxNode, text: string): 'import' | 'call' {
  // Deeper than any program is written, the worse of the two is taken.
  let depth = 0
  for (let at: SyntaxNode | null = node; at !== null && depth < 500; at = at.parent, depth++) {
    const parent: SyntaxNode | null = at.parent
    if (parent === null) break
    // The body of a function runs later; its default values and decorators now.
    if (parent.name === 'FunctionDefinition' && at.name === 'Body') return 'call'
    if (parent.name === 'Decorator') return 'import'
    // A lambda that is a decorator, or is called where it stands, runs at once.
    if (parent.name === 'LambdaExpression' && at.name !== 'ParamList' && !runsAtOnce(parent)) return 'call'
    if (parent.name === 'IfStatement' && at.name === 'Body') {
      const condition = text.slice(parent.from, Math.min(at.from, parent.from + 80))
      if (/^if\s*\(?\s*__name__\s*==\s*['"]__main__['"]/.test(condition)) return 'call'
    }
  }
  return 'import'
}

function runsAtOnce(lambda: SyntaxNode): boolean {
  let at = lambda.parent
  while (at?.name === 'ParenthesizedExpression') at = at.parent
  return at === null || at.name === 'Decorator' || at.name === 'CallExpression' || at.type.isError
}

const inertValues = new Set(['String', 'ContinuedString', 'Number', 'Boolean', 'None', 'UnaryExpression'])
const inertParts = new Set([
  'VariableName',
  'AssignOp',
  'TypeDef',
  ',',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ':',
  'Comment',
  'ArithOp',
])
const inertBoxes = new Set([
  'ArrayExpression',
  'TupleExpression',
  'DictionaryExpression',
  'ParenthesizedExpression',
  'AssignStatement',
  'ExpressionStatement',
])

function isInert(statement: SyntaxNode): boolean {
  if (statement.name === 'PassStatement') return true
  if (statement.name !== 'AssignStatement' && statement.name !== 'ExpressionStatement') return false
  const waiting: SyntaxNode[] = [statement]
  for (let node = waiting.pop(), count = 0; node !== undefined; node = waiting.pop(), count++) {
    if (count > 100_000) return false
    if (inertValues.has(node.name) || inertParts.has(node.name)) continue
    if (!inertBoxes.has(node.name)) return false
    for (let child = node.firstChild; child !== null; child = child.nextSibling) waiting.push(child)
  }
  return true
}

function shown(text: string, node: SyntaxNode): string {
  const written = text.slice(node.from, Math.min(node.to, node.from + 160)).replace(/\s+/g, ' ')
  return node.to - node.from > 160 ? `${written}…` : written
}
