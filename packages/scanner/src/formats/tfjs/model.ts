// `model.json` of TensorFlow.js: the layers of a Keras model, or the graph of a TensorFlow model, and where the weights
// lie.
import { quoted } from '../../scan/quoted.ts'
import type { JsonKind, ScanContext } from '../format.ts'
import { examineKerasConfig } from '../keras/config.ts'
import { judgeOp } from '../saved-model/judge-op.ts'
import { isObject, leadsOut, readManifest } from './manifest.ts'
import { tfjsRules } from './rules.ts'

const told = 50

export const tfjsModel: JsonKind = {
  id: 'tfjs',
  title: 'TensorFlow.js model',
  recognise: (value) => isObject(value) && Array.isArray(value.weightsManifest),
  async examine(value, context) {
    const model = value as Readonly<Record<string, unknown>>
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      if (Object.hasOwn(model, key))
        context.report(tfjsRules['hidden-key'], { message: `It is ${quoted(key)}.` })
    }
    if (typeof model.format === 'string') context.fact('format', model.format.slice(0, 40))
    manifest(model.weightsManifest, context)
    const topology = model.modelTopology
    if (!isObject(topology)) return
    if (Array.isArray(topology.node)) graph(topology, context)
    else await examineKerasConfig(topology.model_config ?? topology, context)
    // What trained it, and what an author added, may hold settings of layers too.
    for (const key of ['trainingConfig', 'userDefinedMetadata'] as const) {
      if (isObject(model[key])) await examineKerasConfig(model[key], context)
    }
  },
}

function manifest(value: unknown, context: ScanContext): void {
  const groups = readManifest(value) ?? []
  const paths = groups.flatMap(({ paths }) => paths).slice(0, 10_000)
  context.fact(
    'weights',
    groups.reduce((sum, { weights }) => sum + weights, 0),
  )
  context.fact('files', paths.slice(0, 200))
  let reports = 0
  for (const path of paths) {
    if (leadsOut(path)) {
      if (++reports <= told)
        context.report(tfjsRules['path-outside'], { message: `It names ${quoted(path)}.` })
    } else if (context.beside !== null && context.beside.find(path) === null && ++reports <= told) {
      context.report(tfjsRules['missing-weights'], { message: `It is ${quoted(path)}.` })
    }
  }
}

function graph(topology: Readonly<Record<string, unknown>>, context: ScanContext): void {
  const library =
    isObject(topology.library) && Array.isArray(topology.library.function) ? topology.library.function : []
  const own = new Set<string>()
  for (const one of library) {
    if (isObject(one) && isObject(one.signature) && typeof one.signature.name === 'string')
      own.add(one.signature.name)
  }
  const lists: readonly unknown[] = [
    topology.node,
    ...library.map((one) => (isObject(one) ? (one.nodeDef ?? one.node_def) : null)),
  ]
  const ops = new Map<string, number>()
  let reports = 0
  for (const list of lists) {
    if (!Array.isArray(list)) continue
    context.budget.checkTime()
    for (const node of list) {
      const op = isObject(node) && typeof node.op === 'string' ? node.op : ''
      if (ops.size < 5000 || ops.has(op)) ops.set(op, (ops.get(op) ?? 0) + 1)
      const { standing } = judgeOp(op)
      if (
        standing === 'ordinary' ||
        standing === 'print' ||
        standing === 'table-file' ||
        (standing === 'unknown' && own.has(op))
      )
        continue
      if (++reports > told) continue
      const name = isObject(node) && typeof node.name === 'string' ? node.name : ''
      // The fused operators of the converter are its own.
      if (standing === 'unknown' && /^_?Fused[A-Z]\w{0,60}$/.test(op)) continue
      context.report(tfjsRules[standing === 'unknown' ? 'custom-operator' : 'reaches-out'], {
        message: `The node ${quoted(name, { limit: 80 })} is ${quoted(op, { limit: 80 })}.`,
        call: op.slice(0, 200),
      })
    }
  }
  context.fact('operators', Object.fromEntries([...ops].slice(0, 200)))
}
