// A skops file is a zip whose `schema.json` is a tree of nodes. Each names a class and the loader that makes it; some
// loaders call what they name. What counts is what will be called, not what is declared. The nodes are found wherever
// they stand, so no place in the tree hides one. After skops' `io/_general.py` and its neighbours.
import { judgeImport } from '../../policy/judge-import.ts'
import { quoted } from '../../scan/quoted.ts'
import type { JsonKind, ScanContext } from '../format.ts'
import { skopsRules } from './rules.ts'

type Node = Readonly<Record<string, unknown>>

/** Loaders that make plain values of their own, whatever class is written beside them. */
const plain = new Set(['JsonNode', 'SliceNode', 'BytesNode', 'BytearrayNode', 'PartialNode'])
/** Loaders that make or call what they name. */
const making = new Set([
  'DictNode',
  'DefaultDictNode',
  'ListNode',
  'SetNode',
  'TupleNode',
  'FunctionNode',
  'TypeNode',
  'ConstructorFromReduceNode',
  'ObjectNode',
  'ReduceNode',
  'NdArrayNode',
  'MaskedArrayNode',
  'RandomStateNode',
  'RandomGeneratorNode',
  'DTypeNode',
  'SparseMatrixNode',
  'TreeNode',
  'LossNode',
  'SGDNode',
  'QuantileForestNode',
  '_DictWithDeprecatedKeysNode',
  'MethodNode',
  'OperatorFuncNode',
  'CachedNode',
])
const mostNodes = 5_000_000
const told = 100

export const skopsSchema: JsonKind = {
  id: 'skops',
  title: 'skops schema',
  recognise: (value) =>
    isObject(value) &&
    typeof value.__loader__ === 'string' &&
    typeof value.__module__ === 'string' &&
    '__class__' in value,
  async examine(value, context) {
    const examination = new Examination(context)
    const waiting: unknown[] = [value]
    let count = 0
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (++count % 4096 === 0) context.budget.checkTime()
      if (count > mostNodes) break
      if (Array.isArray(next)) for (const one of next) push(waiting, one)
      else if (isObject(next)) {
        if (typeof next.__loader__ === 'string') examination.node(next.__loader__, next)
        for (const one of Object.values(next)) push(waiting, one)
      }
    }
    examination.tell()
    const version = (value as Node)._skops_version
    if (typeof version === 'string') context.fact('version', version.slice(0, 40))
  },
}

function push(waiting: unknown[], value: unknown): void {
  if (typeof value === 'object' && value !== null) waiting.push(value)
}

class Examination {
  private readonly context: ScanContext
  private readonly judged = new Set<string>()
  private readonly names = new Set<string>()
  private reports = 0

  constructor(context: ScanContext) {
    this.context = context
  }

  tell(): void {
    this.context.fact('types', [...this.names].sort().slice(0, 300))
  }

  node(loader: string, node: Node): void {
    const module = textOf(node.__module__)
    const name = textOf(node.__class__)
    if (!plain.has(loader)) {
      this.names.add(`${module}.${name}`.slice(0, 200))
      this.judge(module, name, loader)
      if (!making.has(loader))
        this.report('unknown-node', `It is ${quoted(loader)}, for ${quoted(`${module}.${name}`)}`)
    }
    if (typeof node.file === 'string') this.file(node.file)
    const content = isObject(node.content) ? node.content : {}
    if (loader === 'FunctionNode' && ('module_path' in content || 'function' in content)) {
      const [calledModule, called] = [textOf(content.module_path), textOf(content.function)]
      this.judge(calledModule, called, loader)
      if (module !== 'builtins' && `${calledModule}.${called}` !== `${module}.${name}`) {
        this.report(
          'other-than-declared',
          `It declares ${quoted(`${module}.${name}`)} and calls ${quoted(`${calledModule}.${called}`)}`,
          `${calledModule}.${called}(...)`,
        )
      }
    }
    if (loader === 'TypeNode') {
      const [module, name] = [textOf(content.__module__), textOf(content.__class__)]
      if (name !== '') this.judge(module, name, loader)
    }
    if (loader === 'MethodNode') this.method(module, name, content)
    if (loader === 'OperatorFuncNode') this.operator(module, name, node)
  }

  private judge(module: string, name: string, loader: string): void {
    const whole = `${module}.${name}`
    if (this.judged.has(whole)) return
    this.judged.add(whole)
    // These loaders have rules of their own.
    if (loader === 'MethodNode' || loader === 'OperatorFuncNode') return
    const judgement = judgeImport(module, name)
    if (judgement.standing === 'safe') return
    if (judgement.standing === 'unknown') this.report('unknown-import', `${loader} of ${quoted(whole)}`)
    else this.report('dangerous-import', `${loader} of ${quoted(whole)} (${judgement.kind})`, `${whole}(...)`)
  }

  private method(module: string, name: string, content: Node): void {
    const method = textOf(content.func)
    const owner = isObject(content.obj) ? content.obj : {}
    const of = `${textOf(owner.__module__)}.${textOf(owner.__class__)}`
    const call = `${of}.${method}`
    if (of !== `${module}.${name}`)
      this.report(
        'other-than-declared',
        `It declares ${quoted(`${module}.${name}`)} and reaches ${quoted(call)}`,
        call,
      )
    this.report('reaches-attribute', `It reaches ${quoted(call)}`, call, method.startsWith('__'))
  }

  private operator(module: string, name: string, node: Node): void {
    const call = `operator.${name}`
    if (module !== 'operator' || !/^(?:attrgetter|itemgetter|methodcaller)$/.test(name)) {
      this.report(
        'other-than-declared',
        `It declares ${quoted(`${module}.${name}`)} and makes ${quoted(call)}`,
        `${call}(...)`,
      )
      return
    }
    // Getting an item out of a list or a table is what pipelines use it for.
    const arguments_ = JSON.stringify(node.attrs ?? null).slice(0, 10_000)
    if (name === 'itemgetter' && !arguments_.includes('__globals__') && !arguments_.includes('__builtins__'))
      return
    this.report(
      'reaches-attribute',
      `It makes ${quoted(call)}`,
      `${call}(...)`,
      name === 'methodcaller' || /\\"_?_?[\w.]*__/.test(arguments_),
    )
  }

  private file(path: string): void {
    const beside = this.context.beside
    if (/^[/\\~]|^[A-Za-z]:|:\/\/|(?:^|[/\\])\.\.(?:[/\\]|$)/.test(path))
      this.report('file-outside', `It names ${quoted(path)}`)
    else if (beside !== null && beside.find(path) === null)
      this.report('file-outside', `There is no ${quoted(path)}`)
  }

  private report(rule: keyof typeof skopsRules, message: string, call?: string, worse = false): void {
    if (++this.reports > told) return
    this.context.report(skopsRules[rule], {
      message: `${message}.`,
      ...(call === undefined ? {} : { call: call.slice(0, 300) }),
      ...(worse ? { verdict: 'malicious' as const, severity: 'critical' as const } : {}),
    })
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function isObject(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
