// GGUF: the weights of language models for llama.cpp and its kin, with their settings, vocabulary and chat templates.
// The numbers do nothing; what can do harm is the template, and sizes and places that lie to a reader in C++.
import { quoted } from '../../scan/quoted.ts'
import { type Source, slice } from '../../source/source.ts'
import type { Format, ScanContext } from '../format.ts'
import { searchStarts } from '../search-starts.ts'
import { examineTemplate } from '../template/template.ts'
import { type GgufHeader, type GgufTensor, readHeader } from './header.ts'
import { ggufRules } from './rules.ts'

const magic = Uint8Array.of(0x47, 0x47, 0x55, 0x46)
/** GGML, GGMF, GGJT and GGLA, as little-endian numbers. */
const oldMagics: readonly string[] = ['lmgg', 'fmgg', 'tjgg', 'algg']
const shown = 200
/** Bytes of a tensor's name; readers in C++ copy it into a field of that size. */
const longestName = 64

export const gguf: Format = {
  id: 'gguf',
  title: 'GGUF model',
  signatures: [magic],
  recognise(head) {
    if (head.length < 8) return 'no'
    const start = Buffer.from(head.subarray(0, 4)).toString('latin1')
    return start === 'GGUF' || oldMagics.includes(start) ? 'sure' : 'no'
  },
  async examine(source, context) {
    const start = Buffer.from(source.read(0, 4)).toString('latin1')
    if (start !== 'GGUF') {
      const name = [...start].reverse().join('').toUpperCase()
      context.report(ggufRules['old-format'], { message: `It begins as ${name}.`, offset: 0 })
      return { end: source.size }
    }
    const header = readHeader(source, context.budget)
    tell(header, context)
    for (const [key, value] of header.values) {
      const isTemplate = key === 'tokenizer.chat_template' || key.startsWith('tokenizer.chat_template.')
      // Whatever it is called: what reads as a template may be rendered as one.
      if (typeof value !== 'string' || !(isTemplate || (value.includes('{%') && value.includes('{{'))))
        continue
      examineTemplate(value, context, { name: key.slice(0, 100) })
    }
    checkShards(header, context)
    await searchStarts(source, header.textsAt, context)
    await searchStarts(
      source,
      header.tensors.filter(({ bytes }) => bytes !== 0).map(({ offset }) => offset),
      context,
    )
    return { end: checkLayout(header, source, context) }
  },
}

function tell({ version, bigEndian, values, tensors }: GgufHeader, context: ScanContext): void {
  context.fact('version', version)
  if (bigEndian) context.fact('byteOrder', 'big')
  for (const key of ['general.architecture', 'general.name', 'general.license', 'general.file_type']) {
    const value = values.get(key)
    if (typeof value === 'string') context.fact(key, value.slice(0, shown))
    else if (typeof value === 'number') context.fact(key, value)
  }
  const types = new Map<string, number>()
  for (const { type, typeNumber } of tensors) {
    const name = type?.name ?? `type ${typeNumber}`
    if (types.size < shown || types.has(name)) types.set(name, (types.get(name) ?? 0) + 1)
  }
  context.fact('keys', values.size)
  context.fact('tensors', tensors.length)
  context.fact('types', Object.fromEntries(types))
}

function checkShards({ values }: GgufHeader, context: ScanContext): void {
  const [number, count] = [values.get('split.no'), values.get('split.count')]
  if (number === undefined && count === undefined) return
  if (
    typeof number !== 'number' ||
    typeof count !== 'number' ||
    count < 0 ||
    (count > 0 && number >= count) ||
    number < 0
  ) {
    context.report(ggufRules['broken-shards'], {
      message: `It is shard ${quoted(String(number))} of ${quoted(String(count))}, counted from 0.`,
    })
    return
  }
  context.fact('shard', `${number + 1} of ${count}`)
}

/** @returns where the last tensor ends */
function checkLayout(
  { values, tensors, bodyAt, alignment }: GgufHeader,
  source: Source,
  context: ScanContext,
): number {
  const report = (tensor: GgufTensor, what: string): void =>
    context.report(ggufRules['broken-layout'], {
      message: `The tensor ${quoted(tensor.name)} ${what}.`,
      offset: Math.min(tensor.offset, source.size),
    })
  if (values.size === 0 && tensors.length === 0) {
    context.report(ggufRules['broken-layout'], { message: 'It holds neither settings nor tensors.' })
  }
  const names = new Set<string>()
  let unknown = false
  let end = Math.min(bodyAt, source.size)
  for (const tensor of [...tensors].sort((a, b) => a.offset - b.offset || (a.bytes ?? 0) - (b.bytes ?? 0))) {
    context.budget.checkTime()
    if (names.has(tensor.name)) report(tensor, 'stands there twice')
    names.add(tensor.name)
    if (tensor.name === '') report(tensor, 'has no name')
    if (Buffer.byteLength(tensor.name) > longestName)
      report(tensor, `has a name of over ${longestName} bytes`)
    if ((tensor.offset - bodyAt) % alignment !== 0)
      report(tensor, `does not begin at a multiple of ${alignment}`)
    if (tensor.bytes === null) {
      unknown = true
      context.report(ggufRules['unknown-type'], {
        message: `The tensor ${quoted(tensor.name)} has type ${tensor.typeNumber}.`,
      })
    } else if (tensor.offset + tensor.bytes > source.size) {
      report(tensor, `of ${tensor.bytes} bytes ends behind the end of the file`)
    }
    if (tensor.offset < end) report(tensor, 'overlaps the one before it')
    // Behind a tensor of unknown size a gap cannot be told.
    else if (!unknown && tensor.offset > end + alignment - 1)
      report(tensor, `lies ${tensor.offset - end} bytes behind the one before it`)
    end = Math.max(end, Math.min(source.size, tensor.offset + (tensor.bytes ?? 0)))
  }
  if (unknown) return source.size
  const padded = Math.min(source.size, Math.ceil(end / alignment) * alignment)
  // Tensors are filled up to the alignment, the last one too.
  const filler = slice(source, end, Math.min(padded - end, 4096))
  return filler.read(0, filler.size).every((byte) => byte === 0) ? end + filler.size : end
}
