// `model.safetensors.index.json` (and `pytorch_model.bin.index.json`): which shard holds which tensor.
import { quoted } from '../../scan/quoted.ts'
import type { JsonKind } from '../format.ts'
import { safetensorsRules } from './rules.ts'

export const shardIndex: JsonKind = {
  id: 'shard-index',
  title: 'Index of shards',
  recognise: (value) => isObject(value) && isObject(value.weight_map),
  async examine(value, context) {
    const map = (value as { weight_map: Record<string, unknown> }).weight_map
    const files = new Set<string>()
    let count = 0
    for (const file of Object.values(map)) {
      if (++count % 1024 === 0) context.budget.checkTime()
      if (typeof file === 'string') files.add(file)
      else
        context.report(safetensorsRules['path-outside'], {
          message: 'A shard is not named by a text.',
          verdict: 'malformed',
        })
      if (files.size > 10_000) break
    }
    context.fact('tensors', Object.keys(map).length)
    context.fact('shards', [...files].slice(0, 200))
    for (const file of files) {
      if (/^[/\\]|^[A-Za-z]:|:\/\/|(?:^|[/\\])\.\.(?:[/\\]|$)|\0/.test(file)) {
        context.report(safetensorsRules['path-outside'], { message: `It names ${quoted(file)}.` })
        continue
      }
      if (context.beside === null) continue
      const entry = context.beside.find(file)
      if (entry === null) {
        context.report(safetensorsRules['missing-shard'], { message: `It names ${quoted(file)}.` })
      } else if (entry.kind !== 'file' && entry.kind !== 'hard-link') {
        context.report(safetensorsRules['linked-shard'], { message: `It names ${quoted(file)}.` })
      }
    }
  },
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
