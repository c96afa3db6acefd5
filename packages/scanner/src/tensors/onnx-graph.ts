// What an ONNX model computes, as one digest and as a list of nodes. Two files that differ only in how they were written
// (the order of fields, raw or typed values, names of nodes, producer, comments) have the same; another operator,
// attribute, edge, shape or function has not. Values of the weights are not part of it: those have digests of their own.
import { createHash } from 'node:crypto'
import { type Field, fields, type Range, readText, signed } from '../formats/protobuf/fields.ts'
import type { Budget } from '../scan/limits.ts'
import type { Source } from '../source/source.ts'

/** Fields that say nothing of what is computed, by message. */
const cosmetic: Readonly<Record<string, ReadonlySet<number>>> = {
  // version of the format, producer name and version, domain and version of the model, comment, metadata
  model: new Set([1, 2, 3, 4, 5, 6, 14]),
  // name, comment, types of values between, quantisation notes, metadata
  graph: new Set([2, 10, 13, 14, 16]),
  node: new Set([3, 6, 9]),
  function: new Set([8, 14]),
  tensor: new Set([12, 16]),
  attribute: new Set([13]),
  value: new Set([3, 4]),
  other: new Set(),
}
type Kind =
  | 'model'
  | 'graph'
  | 'node'
  | 'function'
  | 'tensor'
  | 'attribute'
  | 'value'
  | 'other'
  | 'initializer'
/** Messages within messages. */
const inner: Readonly<Record<string, Readonly<Record<number, Kind>>>> = {
  model: { 7: 'graph', 8: 'other', 20: 'other', 25: 'function' },
  graph: { 1: 'node', 5: 'initializer', 11: 'value', 12: 'value', 13: 'value', 15: 'other' },
  node: { 5: 'attribute' },
  function: { 7: 'node', 9: 'other', 11: 'attribute', 12: 'value' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph' },
}
const deepest = 64

export interface GraphNode {
  readonly operator: string
  readonly outputs: readonly string[]
  readonly inputs: readonly string[]
  /** Canonical text of each attribute by name: a digest where it is long. */
  readonly attributes: ReadonlyMap<string, string>
}

export function onnxGraphDigest(source: Source, budget: Budget): string {
  return createHash('sha256')
    .update('failmode graph 1\n')
    .update(canonical(source, { from: 0, to: source.size }, 'model', budget, 0))
    .digest('hex')
}

/** Nodes of the main graph, in order. */
export function onnxNodes(source: Source, budget: Budget): readonly GraphNode[] {
  const nodes: GraphNode[] = []
  for (const model of fields(source, { from: 0, to: source.size }, budget)) {
    if (model.number !== 7 || model.wire !== 'bytes') continue
    for (const field of fields(source, model, budget)) {
      if (field.number === 1 && field.wire === 'bytes') nodes.push(nodeOf(source, field, budget))
    }
  }
  return nodes
}

function nodeOf(source: Source, range: Range, budget: Budget): GraphNode {
  const inputs: string[] = []
  const outputs: string[] = []
  const attributes = new Map<string, string>()
  let operator = ''
  let domain = ''
  for (const field of fields(source, range, budget)) {
    if (field.wire !== 'bytes') continue
    if (field.number === 1) inputs.push(readText(source, field))
    else if (field.number === 2) outputs.push(readText(source, field))
    else if (field.number === 4) operator = readText(source, field)
    else if (field.number === 7) domain = readText(source, field)
    else if (field.number === 5) {
      let name = ''
      for (const part of fields(source, field, budget)) {
        if (part.number === 1 && part.wire === 'bytes') name = readText(source, part)
      }
      attributes.set(name, shownAttribute(source, field, budget))
    }
  }
  return {
    operator: domain === '' || domain === 'ai.onnx' ? operator : `${domain}.${operator}`,
    inputs,
    outputs,
    attributes,
  }
}

function shownAttribute(source: Source, range: Range, budget: Budget): string {
  const values: string[] = []
  let plain = true
  for (const field of fields(source, range, budget)) {
    if (field.number === 1 || field.number === 20 || field.number === 13 || field.number === 21) continue
    if (field.wire === 'varint') values.push(String(signed(field.value)))
    else if (field.wire === 'fixed32') values.push(String(floatOf(source, field)))
    else if (field.number === 4 && field.to - field.from < 200)
      values.push(JSON.stringify(readText(source, field)))
    else if (field.number === 8 && field.wire === 'bytes' && field.to - field.from < 200) {
      for (const one of packedInts(source, field)) values.push(one)
    } else if (field.number === 7 && field.wire === 'bytes' && field.to - field.from < 200) {
      for (let at = field.from; at + 4 <= field.to; at += 4)
        values.push(String(floatOf(source, { from: at, to: at + 4 })))
    } else plain = false
  }
  if (plain && values.length <= 40) return values.join(' ')
  return createHash('sha256')
    .update(canonical(source, range, 'attribute', budget, 0))
    .digest('hex')
    .slice(0, 16)
}

function floatOf(source: Source, { from }: Range): number {
  const bytes = source.read(from, 4)
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true)
}

function packedInts(source: Source, { from, to }: Range): readonly string[] {
  const bytes = source.read(from, to - from)
  const out: string[] = []
  let value = 0n
  let shift = 0n
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift
    shift += 7n
    if (byte < 0x80) {
      out.push(String(signed(value)))
      value = 0n
      shift = 0n
    }
  }
  return out
}

/** A text of a message that does not depend on how it was written: its fields by number, repeated ones in their order. */
function canonical(source: Source, range: Range, kind: Kind, budget: Budget, depth: number): string {
  if (depth > deepest) return '…'
  if (kind === 'initializer' || kind === 'tensor') return tensorText(source, range, kind, budget)
  const groups = new Map<number, string[]>()
  const skip = cosmetic[kind]!
  for (const field of fields(source, range, budget)) {
    if (skip.has(field.number)) continue
    const told = fieldText(source, field, kind, budget, depth)
    const group = groups.get(field.number)
    if (group === undefined) groups.set(field.number, told)
    else group.push(...told)
  }
  // Attributes of a node, opsets, initializers and value infos have no order of their own.
  const unordered = kind === 'node' ? [5] : kind === 'model' ? [8] : kind === 'graph' ? [5, 13, 15] : []
  const parts = [...groups]
    .sort(([a], [b]) => a - b)
    .map(
      ([number, values]) =>
        `${number}:${(unordered.includes(number) ? [...values].sort() : values).join(',')}`,
    )
  return `{${parts.join(';')}}`
}

function fieldText(source: Source, field: Field, kind: Kind, budget: Budget, depth: number): string[] {
  if (field.wire === 'varint') return [String(signed(field.value))]
  const within = inner[kind]?.[field.number]
  if (within !== undefined && field.wire === 'bytes')
    return [canonical(source, field, within, budget, depth + 1)]
  // Lists of numbers are written packed or one by one.
  if (kind === 'attribute' && field.number === 8 && field.wire === 'bytes')
    return [...packedInts(source, field)]
  if (kind === 'attribute' && field.number === 7 && field.wire === 'bytes') {
    const out: string[] = []
    for (let at = field.from; at + 4 <= field.to; at += 4)
      out.push(Buffer.from(source.read(at, 4)).toString('hex'))
    return out
  }
  return [hashOf(source, field)]
}

/** Short values as they are, long ones as a digest. */
function hashOf(source: Source, { from, to }: Range): string {
  if (to - from <= 64) return Buffer.from(source.read(from, to - from)).toString('hex')
  const hash = createHash('sha256')
  for (let at = from; at < to; at += 1 << 18) hash.update(source.read(at, Math.min(1 << 18, to - at)))
  return hash.digest('hex')
}

/** Of an initializer its name, type and shape; of a constant its values too, whichever way they are stored. */
function tensorText(source: Source, range: Range, kind: 'initializer' | 'tensor', budget: Budget): string {
  const dims: string[] = []
  let type = ''
  let name = ''
  const values: Field[] = []
  for (const field of fields(source, range, budget)) {
    if (field.number === 1) {
      if (field.wire === 'varint') dims.push(String(signed(field.value)))
      else if (field.wire === 'bytes') dims.push(...packedInts(source, field))
    } else if (field.number === 2 && field.wire === 'varint') type = String(field.value)
    else if (field.number === 8 && field.wire === 'bytes') name = readText(source, field)
    else if (field.number !== 12 && field.number !== 14) values.push(field)
  }
  const about = `${type} [${dims.join(',')}]`
  if (kind === 'initializer') return `${JSON.stringify(name)} ${about}`
  return `${about} ${values.flatMap((field) => constantText(source, field, type)).join(' ')}`
}

const int64 = '7'

/** Whole numbers of 64 bits as numbers; reals as the bytes that they are, whether raw or typed. */
function constantText(source: Source, field: Field, type: string): readonly string[] {
  if (field.wire === 'varint') return [String(signed(field.value))]
  const length = field.to - field.from
  if (type === int64 && field.number === 7) return packedInts(source, field)
  if (type === int64 && field.number === 9 && length <= 1 << 16) {
    const bytes = source.read(field.from, length)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    return Array.from({ length: Math.floor(length / 8) }, (_, i) => String(view.getBigInt64(8 * i, true)))
  }
  const reals = field.number === 4 || field.number === 9 || field.number === 10
  return [`${reals ? 'raw' : field.number} ${hashOf(source, field)}`]
}
