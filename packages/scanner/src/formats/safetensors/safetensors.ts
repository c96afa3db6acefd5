// Safetensors: a length, a JSON header, raw numbers. It can run nothing; what can be wrong is that two readers
// understand two different files, which the strictness of the header's reader rules out.
import { type Format, Malformed } from '../format.ts'
import { claimedHeaderBytes, readHeader } from './header.ts'

const namesShown = 200

export const safetensors: Format = {
  id: 'safetensors',
  title: 'safetensors',
  recognise(head, source) {
    const length = claimedHeaderBytes(source)
    if (length === null || head[8] !== 0x7b) return 'no'
    // A brace and then a key, or an empty header: by chance a binary file does not have it at this place.
    const start = Buffer.from(head.subarray(8, 8 + Math.min(length, 512))).toString('latin1')
    if (!/^\{\s*(?:"|\}\s*$)/.test(start)) return 'no'
    return 8 + length <= source.size ? 'sure' : 'maybe'
  },
  async examine(source, context) {
    const { metadata, tensors, end } = readHeader(source)
    context.budget.checkTime()
    const types = new Map<string, number>()
    for (const { dtype } of tensors) types.set(dtype, (types.get(dtype) ?? 0) + 1)
    context.fact('tensors', tensors.length)
    context.fact('dtypes', Object.fromEntries(types))
    context.fact(
      'names',
      tensors.slice(0, namesShown).map(({ name }) => name.slice(0, 200)),
    )
    context.fact(
      'metadata',
      Object.fromEntries(
        Object.entries(metadata)
          .slice(0, 100)
          .map(([key, value]) => [key.slice(0, 200), value.slice(0, 200)]),
      ),
    )
    if (end < source.size) {
      // The reference refuses such a file; what the bytes are is looked at before that is said.
      await context.search(source, { from: end, to: source.size })
      throw new Malformed(`${source.size - end} bytes follow the last tensor`, end)
    }
    return { end }
  },
}
