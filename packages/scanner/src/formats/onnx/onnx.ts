// ONNX: a graph of operators with its weights. The file holds no code, so what it can do is what its operators can do,
// and what it can reach is what its tensors name as their files.
import { quoted } from '../../scan/quoted.ts'
import type { Rule } from '../../scan/rule.ts'
import { type Format, Malformed, type ScanContext } from '../format.ts'
import { searchStarts } from '../search-starts.ts'
import { endlessWork } from './endless-work.ts'
import { followExternal } from './external.ts'
import { type Body, type OnnxFunction, type Scope, type Visitor, walkModel } from './model.ts'
import { selfDependent } from './node-order.ts'
import { isStandard, judgeOperator } from './operators.ts'
import { recogniseModel } from './recognise.ts'
import { onnxRules } from './rules.ts'
import { sizeFault, type Tensor } from './tensor.ts'

const namesShown = 200

export const onnx: Format = {
  id: 'onnx',
  title: 'ONNX model',
  recognise: recogniseModel,
  async examine(source, context) {
    const uses = new Uses()
    const files = new Set<string>()
    const starts: number[] = []
    let initializers = 0
    let initializerBytes = 0
    const visitor: Visitor = {
      ...told(context),
      tensor(tensor, place) {
        if (place === 'initializer') initializers += 1
        if (starts.length < 10_000 && tensor.raw !== null && tensor.raw.to > tensor.raw.from)
          starts.push(tensor.raw.from)
        if (tensor.external === null) {
          const fault = sizeFault(source, tensor, context.budget)
          if (fault !== null) reportSize(tensor, fault, context)
          else if (place === 'initializer' && tensor.raw !== null) {
            initializerBytes += tensor.raw.to - tensor.raw.from
          }
          return
        }
        const { range, faults } = followExternal(tensor, context.beside, context.budget)
        for (const { rule, message } of faults) context.report(rule, { message, offset: tensor.at })
        if (range === null) return
        if (files.size < namesShown) files.add(range.path)
        if (place === 'initializer') initializerBytes += range.bytes
      },
      body(body) {
        uses.add(body)
        checkBody(body, context)
      },
    }
    const { facts, functions } = walkModel(source, { from: 0, to: source.size }, context.budget, visitor)
    if (facts.graphs === functions.length) throw new Malformed('the model has no graph')
    checkFunctions(functions, context)
    uses.judge(functions, context)
    await searchStarts(source, starts, context)
    context.fact('irVersion', facts.irVersion)
    context.fact('producer', [facts.producer, facts.producerVersion].filter((part) => part !== '').join(' '))
    context.fact('opsets', facts.opsets)
    context.fact('metadata', facts.metadata)
    context.fact('operators', uses.counts())
    context.fact('functions', functions.length)
    context.fact('initializers', initializers)
    context.fact('initializerBytes', initializerBytes)
    if (files.size > 0) context.fact('externalFiles', [...files])
    return { end: source.size }
  },
}

function told(context: ScanContext): Pick<Visitor, 'unknown' | 'again'> {
  const numbers = new Set<number>()
  return {
    unknown(number, at) {
      if (numbers.has(number)) return
      numbers.add(number)
      context.report(onnxRules['unknown-field'], { message: `Field ${number} is new.`, offset: at })
    },
    again: (name, at) =>
      context.report(onnxRules['repeated-field'], { message: `It is the field ${name}.`, offset: at }),
  }
}

function reportSize(tensor: Tensor, fault: string, context: ScanContext): void {
  context.report(onnxRules['tensor-size'], {
    message: `The tensor ${quoted(tensor.name)}: ${fault}.`,
    offset: tensor.at,
  })
}

/** Which operators are used, by domain and name. */
class Uses {
  private readonly seen = new Map<string, Map<string, { count: number; at: number }>>()

  add({ nodes }: Body): void {
    for (const { domain, operator, at } of nodes) {
      let names = this.seen.get(domain)
      if (names === undefined) this.seen.set(domain, (names = new Map()))
      const use = names.get(operator)
      if (use === undefined) names.set(operator, { count: 1, at })
      else use.count += 1
    }
  }

  /** By domain, the counts of its operators. */
  counts(): Record<string, Record<string, number>> {
    return Object.fromEntries(
      [...this.seen]
        .slice(0, namesShown)
        .map(([domain, names]) => [
          domain === '' ? 'ai.onnx' : domain.slice(0, 200),
          Object.fromEntries(
            [...names].slice(0, namesShown).map(([name, { count }]) => [name.slice(0, 200), count]),
          ),
        ]),
    )
  }

  judge(functions: readonly OnnxFunction[], context: ScanContext): void {
    const local = new Set(functions.map(keyOf))
    for (const [domain, names] of this.seen) {
      for (const [name, { count, at }] of names) {
        if (local.has(keyOf({ domain, name }))) continue
        const judged = judgeOperator(domain, name)
        if (judged === null) continue
        const full = domain === '' ? name : `${domain}:${name}`
        context.report(judged.rule, {
          message: `${quoted(full)} is used ${count === 1 ? 'once' : `${count} times`}: ${judged.what}.`,
          offset: at,
          call: full.slice(0, 200),
        })
      }
    }
  }
}

function keyOf({ domain, name }: { readonly domain: string; readonly name: string }): string {
  return `${domain}\0${name}`
}

function checkFunctions(functions: readonly OnnxFunction[], context: ScanContext): void {
  for (const { domain, name, at } of functions) {
    if (!isStandard(domain, name)) continue
    context.report(onnxRules['shadowed-operator'], { message: `It is ${quoted(name)}.`, offset: at })
  }
  const calls = functions.map((one) => ({
    inputs: one.nodes.map(({ domain, operator }) => keyOf({ domain, name: operator })),
    outputs: [keyOf(one)],
  }))
  if (selfDependent(calls) === null) return
  broken(context, 'A function of the model calls itself', functions[0]!.at)
}

function checkBody(
  { at, name, scope, nodes, outputs, constants, clashes }: Body,
  context: ScanContext,
): void {
  const where = `in the graph ${quoted(name)}`
  for (const clash of clashes.slice(0, 20))
    broken(context, `Two values ${where} are called ${quoted(clash)}`, at)
  let undefinedNames = 0
  const check = (value: string, user: string): void => {
    if (value === '' || isDefined(scope, value) || ++undefinedNames > 20) return
    broken(context, `${user} ${where} uses ${quoted(value)}, which nothing gives`, at)
  }
  for (const node of nodes) {
    if (node.operator === '') broken(context, `A node ${where} has no operator`, node.at)
    const work = endlessWork(node, constants)
    if (work !== null) {
      context.report(onnxRules['endless-work'], {
        message: `${quoted(node.operator)} ${where} asks for ${work}.`,
        offset: node.at,
      })
    }
    for (const input of node.inputs) check(input, `A node (${quoted(node.operator)})`)
  }
  for (const output of outputs) check(output, 'An output')
  const around = selfDependent(nodes)
  if (around !== null) broken(context, `The value ${quoted(around)} ${where} depends on itself`, at)
}

function isDefined(scope: Scope, name: string): boolean {
  for (let at: Scope | null = scope; at !== null; at = at.around) if (at.names.has(name)) return true
  return false
}

function broken(
  context: ScanContext,
  message: string,
  offset: number,
  rule: Rule = onnxRules['broken-graph'],
): void {
  context.report(rule, { message: `${message}.`, offset })
}
