// ONNX has no magic. What tells a model is its first fields: a small version, texts, and a graph whose length leads
// exactly to the next field.
import { Budget, defaultLimits } from '../../scan/limits.ts'
import type { Source } from '../../source/source.ts'
import { Malformed } from '../format.ts'
import { type Field, fields } from '../protobuf/fields.ts'
import { graphSchema, modelSchema, type Schema } from './schema.ts'

const fieldsLookedAt = 400

/** As a format answers. */
export function recogniseModel(head: Uint8Array, source: Source): 'sure' | 'maybe' | 'no' {
  // The first field is one of the model's, which sorts out nearly every other file at its first byte.
  const first = head[0]
  if (first === undefined || !(first >> 3 in modelSchema || first >= 0x80)) return 'no'
  let version = false
  let named = false
  let graph = false
  let count = 0
  try {
    for (const field of fields(source, { from: 0, to: source.size }, new Budget(defaultLimits))) {
      count += 1
      if (!fits(field, modelSchema)) return 'no'
      if (field.number === 1) {
        if (field.wire !== 'varint' || field.value < 1n || field.value > 64n) return 'no'
        version = true
      }
      if (field.number === 2 && field.wire === 'bytes') {
        const name = source.read(field.from, Math.min(64, field.to - field.from))
        if (name.length > 0 && !isPrintable(name)) return 'no'
        named ||= name.length > 0
      }
      if (field.number === 7 && field.wire === 'bytes') {
        for (const inner of fields(source, field, new Budget(defaultLimits))) {
          if (!fits(inner, graphSchema)) return 'no'
          graph = true
          break
        }
      }
      if (count >= fieldsLookedAt) break
    }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    // Cut or broken further on; what came before can still not be chance.
    return (version && named) || (version && graph) ? 'sure' : 'no'
  }
  if (graph && version) return 'sure'
  return graph && count >= 2 ? 'maybe' : 'no'
}

function fits({ number, wire }: Field, schema: Schema): boolean {
  const kind = schema[number]?.[1]
  return kind !== undefined && (kind === 'int?' ? wire === 'varint' : wire === 'bytes')
}

function isPrintable(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x20 && byte !== 0x7f)
}
