import { Budget, defaultLimits } from '../../scan/limits.ts'
import { quoted } from '../../scan/quoted.ts'
import type { Source } from '../../source/source.ts'
import { type Format, Malformed, NotThisFormat, type ScanContext } from '../format.ts'
import { jsonValue } from '../json/read-json.ts'
import { examineKerasConfig } from '../keras/config.ts'
import { type Field, fields, type Range, readText } from '../protobuf/fields.ts'
import { examineGraph, isGraph } from './graph.ts'
import { tensorflowRules } from './rules.ts'

/** `saved_model.pb`: graphs with their functions, savers, assets and, from Keras, settings. */
export const savedModel: Format = {
  id: 'saved-model',
  title: 'TensorFlow SavedModel',
  recognise: (head, source) => (head[0] === 0x08 && head[1] === 1 && hasMetaGraph(source) ? 'sure' : 'no'),
  async examine(source, context) {
    const whole = { from: 0, to: source.size }
    let graphs = 0
    for (const field of fields(source, whole, context.budget)) {
      if (field.number === 1 && field.wire === 'varint' && field.value === 1n) continue
      if (field.number !== 2 || field.wire !== 'bytes') {
        throw new Malformed(`field ${field.number} is none of a SavedModel`, field.at)
      }
      graphs += 1
      await examineMetaGraph(source, field, context)
    }
    if (graphs === 0) throw new NotThisFormat('no graph')
    context.fact('graphs', graphs)
    return { end: source.size }
  },
}

/** A frozen graph, or the graph of a training run. */
export const tensorflowGraph: Format = {
  id: 'tensorflow-graph',
  title: 'TensorFlow graph',
  recognise(head, source) {
    if (head[0] !== 0x0a && head[0] !== 0x12) return 'no'
    const whole = { from: 0, to: source.size }
    if (isGraph(source, whole, new Budget(defaultLimits), { known: true })) return 'sure'
    return isGraph(source, whole, new Budget(defaultLimits), { known: false }) ? 'maybe' : 'no'
  },
  async examine(source, context) {
    const whole = { from: 0, to: source.size }
    if (!isGraph(source, whole, context.budget, { known: false })) throw new NotThisFormat('no graph')
    for (const field of fields(source, whole, context.budget)) {
      if (field.number > 5) throw new Malformed(`field ${field.number} is none of a graph`, field.at)
    }
    const { nodes, ops } = examineGraph(source, whole, context, { saver: null })
    facts(context, { nodes, ops })
    return { end: source.size }
  },
}

/** The `.meta` file beside a checkpoint of TensorFlow 1. */
export const tensorflowMetaGraph: Format = {
  id: 'tensorflow-meta-graph',
  title: 'TensorFlow meta graph',
  recognise: (head, source) =>
    head[0] === 0x0a && isMetaGraph(source, { from: 0, to: source.size }, new Budget(defaultLimits))
      ? 'sure'
      : 'no',
  async examine(source, context) {
    await examineMetaGraph(source, { from: 0, to: source.size }, context)
    return { end: source.size }
  },
}

function hasMetaGraph(source: Source): boolean {
  const budget = new Budget(defaultLimits)
  try {
    let count = 0
    for (const field of fields(source, { from: 0, to: source.size }, budget)) {
      if (++count > 4) return false
      if (field.number !== 2 || field.wire !== 'bytes') continue
      if (isMetaGraph(source, field, budget)) return true
    }
  } catch {
    return false
  }
  return false
}

/** By its graph; without one of nodes the version in the meta info has to do. */
function isMetaGraph(source: Source, range: Range, budget: Budget): boolean {
  let parts = 0
  try {
    for (const part of fields(source, range, budget)) {
      if (part.wire !== 'bytes' || part.number > 7 || ++parts > 4) return false
      if (part.number === 2 && isGraph(source, part, budget, { known: false })) return true
      if (part.number === 1 && metaInfo(source, part, budget)) return true
    }
  } catch {
    return false
  }
  return false
}

function metaInfo(source: Source, range: Range, budget: Budget): boolean {
  for (const field of fields(source, range, budget)) {
    if (field.number === 5 && field.wire === 'bytes')
      return /^\d+\.\d+/.test(readText(source, field, { limit: 64 }))
  }
  return false
}

async function examineMetaGraph(source: Source, meta: Range, context: ScanContext): Promise<void> {
  const { budget } = context
  const graphs: Range[] = []
  const saver = new Set<string>()
  const assets = new Map<string, string>()
  const objects: Range[] = []
  for (const field of fields(source, meta, budget)) {
    if (field.wire !== 'bytes') throw new Malformed(`field ${field.number} is none of a meta graph`, field.at)
    if (field.number === 1) metaFacts(source, field, context)
    else if (field.number === 2) graphs.push(field)
    else if (field.number === 3) {
      for (const part of fields(source, field, budget)) {
        if (part.wire !== 'bytes' || part.number > 3) continue
        saver.add(readText(source, part).split(':')[0]!)
      }
    } else if (field.number === 6) {
      const { tensor, name } = readAsset(source, field, budget)
      assets.set(tensor.split(':')[0]!, name)
    } else if (field.number === 7) objects.push(field)
  }
  for (const name of assets.values()) {
    if (/^[/\\~]|^[A-Za-z]:|:\/\/|(?:^|[\\/])\.\.(?:[\\/]|$)/.test(name)) {
      context.report(tensorflowRules['asset-path'], { message: `An asset is called ${quoted(name)}.` })
    } else if (context.beside !== null && context.beside.find(`assets/${name}`) === null && assets.size > 0) {
      const kept = context.beside.entries.some(({ path }) => path.endsWith(`assets/${name}`))
      if (!kept)
        context.report(tensorflowRules['asset-missing'], { message: `${quoted(name)} is not in assets.` })
    }
  }
  for (const graph of graphs) {
    const { nodes, ops } = examineGraph(source, graph, context, { saver, assets: new Set(assets.keys()) })
    facts(context, { nodes, ops })
  }
  for (const object of objects) await examineObjects(source, object, context)
}

function facts(
  context: ScanContext,
  { nodes, ops }: { readonly nodes: number; readonly ops: ReadonlyMap<string, number> },
): void {
  context.fact('nodes', nodes)
  const byName = [...ops].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, 500)
  context.fact('operators', Object.fromEntries(byName.map(([name, count]) => [name.slice(0, 100), count])))
}

function metaFacts(source: Source, range: Range, context: ScanContext): void {
  for (const field of fields(source, range, context.budget)) {
    if (field.number === 5 && field.wire === 'bytes') {
      context.fact('tensorflow_version', readText(source, field, { limit: 1024 }).slice(0, 50))
    }
  }
}

function readAsset(
  source: Source,
  range: Range,
  budget: Budget,
): { readonly tensor: string; readonly name: string } {
  let tensor = ''
  let name = ''
  for (const field of fields(source, range, budget)) {
    if (field.wire !== 'bytes') continue
    if (field.number === 2) name = readText(source, field)
    else if (field.number === 1) {
      for (const part of fields(source, field, budget)) {
        if (part.wire === 'bytes' && part.number === 1) tensor = readText(source, part)
      }
    }
  }
  return { tensor, name }
}

/** Before TensorFlow 2.5 the settings of Keras objects were texts in the object graph. */
async function examineObjects(source: Source, objects: Range, context: ScanContext): Promise<void> {
  const { budget } = context
  for (const node of fields(source, objects, budget)) {
    if (node.number !== 1 || node.wire !== 'bytes') continue
    for (const field of fields(source, node, budget)) {
      if (field.number !== 4 || field.wire !== 'bytes') continue
      for (const part of fields(source, field, budget)) {
        if (part.number === 3) await examineKerasText(source, part, context)
      }
    }
  }
}

/** Settings of a Keras object that a SavedModel carries; classes of its author's own are not needed to load it. */
export async function examineKerasText(source: Source, field: Field, context: ScanContext): Promise<void> {
  if (field.wire !== 'bytes' || field.to - field.from < 2 || source.read(field.from, 1)[0] !== 0x7b) return
  const text = readText(source, field, { limit: context.budget.limits.headerBytes })
  await examineKerasConfig(jsonValue(text, context.budget), context, { ownClasses: 'optional' })
}
