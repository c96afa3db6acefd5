// Safetensors: a length, a JSON header, raw numbers. It can run nothing; what can be wrong is that two readers
// understand two different files, which the strictness of the header's reader rules out.
import { memorySource } from '../../source/source.ts'
import { type Format, Malformed, type ScanContext } from '../format.ts'
import { searchStarts } from '../search-starts.ts'
import { claimedHeaderBytes, readHeader } from './header.ts'

const namesShown = 200
const longestText = 8 * 2 ** 20

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
    await examineTexts(metadata, context)
    await searchStarts(
      source,
      tensors.filter(({ bytes }) => bytes > 0).map(({ offset }) => offset),
      context,
    )
    if (end < source.size) {
      // The reference refuses such a file; what the bytes are is looked at before that is said.
      await context.search(source, { from: end, to: source.size })
      throw new Malformed(`${source.size - end} bytes follow the last tensor`, end)
    }
    return { end }
  },
}

/** Settings can carry a file in base64; one that begins as a pickle, a zip or a gzip is examined as a file. */
async function examineTexts(metadata: Readonly<Record<string, string>>, context: ScanContext): Promise<void> {
  for (const [key, value] of Object.entries(metadata).slice(0, 1000)) {
    if (!/^(?:gA[I-Z]|UEsDB|H4sI)/.test(value) || value.length > longestText) continue
    if (!/^[\w+/-]{8,}={0,2}$/.test(value)) continue
    await context.scan(
      memorySource(new Uint8Array(Buffer.from(value, 'base64'))),
      `__metadata__ ${key.slice(0, 100)}`,
    )
  }
}
