// An HDF5 file can name other files in four ways, and can carry bytes that some library unpickles. Both are looked for;
// numbers are not read. If its attributes make it a Keras model, the rules for Keras apply too.
import { quoted } from '../../scan/quoted.ts'
import { memorySource, type Source, slice } from '../../source/source.ts'
import { type Format, Malformed, type ScanContext } from '../format.ts'
import { examineKerasH5 } from '../keras/keras-h5.ts'
import {
  elementsOf,
  findSuperblock,
  type Hdf5File,
  type Hdf5Object,
  hdf5Signature,
  readHdf5,
} from './read-hdf5.ts'
import { hdf5Rules } from './rules.ts'

export const hdf5: Format = {
  id: 'hdf5',
  title: 'HDF5',
  recognise: (_head, source) => (findSuperblock(source) === null ? 'no' : 'sure'),
  signatures: [hdf5Signature],
  async examine(source, context) {
    const file = readHdf5(source, context.budget)
    facts(file, context)
    await userBlock(file, source, context)
    for (const link of file.links) {
      if (link.kind === 'external') {
        context.report(hdf5Rules['external-link'], {
          message: `${quoted(link.path)} stands for ${quoted(link.target)} in the file ${quoted(link.file ?? '')}.`,
        })
      } else if (link.kind === 'user-defined') {
        context.report(hdf5Rules['user-defined-link'], { message: `${quoted(link.path)}.` })
      }
    }
    for (const message of file.unread) context.report(hdf5Rules.unread, { message: `${message}.` })
    for (const object of file.objects) {
      context.budget.checkTime()
      await examineAttributes(object, context)
      await examineDataset(object, source, context)
    }
    await examineKerasH5(file, context)
    if (file.end > source.size) {
      throw new Malformed(`it should have ${file.end} bytes and has ${source.size}`, source.size)
    }
    return { end: file.end }
  },
}

function facts(file: Hdf5File, context: ScanContext): void {
  const datasets = file.objects.filter(({ kind }) => kind === 'dataset')
  context.fact('superblock', file.version)
  context.fact('groups', file.objects.filter(({ kind }) => kind === 'group').length)
  context.fact('datasets', datasets.length)
  context.fact(
    'tensors',
    datasets.slice(0, 200).map(({ path, dataset }) => ({
      name: path.slice(0, 200),
      dtype: dataset!.type.name,
      shape: dataset!.shape,
    })),
  )
  const names = file.objects[0]?.attributes.map(({ name }) => name.slice(0, 100)) ?? []
  context.fact('attributes', names.slice(0, 100))
}

async function userBlock(file: Hdf5File, source: Source, context: ScanContext): Promise<void> {
  if (file.base === 0) return
  const start = source.read(0, Math.min(file.base, 4096))
  // Text and zeros, then the two bytes of version and byte order that MATLAB puts at 124.
  const plain = start.every(
    (byte, at) =>
      byte === 0 || (byte >= 0x20 && byte < 0x7f) || [9, 10, 13].includes(byte) || (at >= 124 && at < 128),
  )
  const found = await context.search(source, { from: 0, to: file.base })
  if (plain && found === 0 && file.base <= 4096) return
  context.report(hdf5Rules['user-block'], { message: `${file.base} bytes stand before it.`, offset: 0 })
}

async function examineAttributes(object: Hdf5Object, context: ScanContext): Promise<void> {
  for (const attribute of object.attributes) {
    const { classes } = attribute.type
    if (
      !['string', 'opaque', 'variable-length', 'variable-string', 'integer'].some((one) =>
        classes.has(one as never),
      )
    )
      continue
    if (attribute.type.class === 'integer' && attribute.type.size > 1) continue
    const values = attribute.type.class === 'integer' ? [joined(attribute.values())] : attribute.values()
    for (const [index, value] of values.slice(0, 1000).entries()) {
      if (!looksPickled(value)) continue
      await context.scan(
        memorySource(value),
        `${object.path}@${attribute.name}${index === 0 ? '' : `[${index}]`}`,
      )
    }
  }
}

function joined(values: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(values)
}

/** PyTables and others keep pickles in attributes; zeros may follow in strings of fixed length. */
function looksPickled(value: Uint8Array): boolean {
  if (value.length < 4) return false
  let end = value.length
  while (end > 0 && value[end - 1] === 0) end -= 1
  if (value[end - 1] !== 0x2e) return false
  if (value[0] === 0x80) return value[1]! <= 5
  // Protocol 0 is text: a mark, an import, an empty list or dictionary, and lines.
  return '(c]}'.includes(String.fromCharCode(value[0]!)) && value.includes(0x0a)
}

/** Filters that come with HDF5 (1 to 6) or with h5py (32000). */
const ownFilters = new Set([1, 2, 3, 4, 5, 6, 32000])
/** Of those registered with the HDF Group, the ones in use for tensors: bzip2, blosc, lz4, bitshuffle, zfp, zstd, sz3, blosc2. */
const registeredFilters = new Set([307, 32001, 32004, 32008, 32013, 32015, 32024, 32026])
const searchedBytes = 16 * 2 ** 20

async function examineDataset(object: Hdf5Object, source: Source, context: ScanContext): Promise<void> {
  const { dataset, offset } = object
  if (dataset === null) return
  const { type, shape, layout } = dataset
  const name = quoted(object.path)
  for (const { id, name: given } of layout.filters) {
    if (ownFilters.has(id)) continue
    const registered = registeredFilters.has(id)
    context.report(hdf5Rules['unknown-filter'], {
      message: `${name} passed filter ${id}${given === '' ? '' : ` (${quoted(given)})`}.`,
      offset,
      ...(registered ? { verdict: 'not-examined', severity: 'low' } : {}),
    })
  }
  for (const file of layout.files.slice(0, 100)) {
    const rule = hdf5Rules[layout.kind === 'virtual' ? 'virtual-dataset' : 'external-storage']
    context.report(rule, { message: `${name} is read from ${quoted(file)}.`, offset })
  }
  if (layout.range !== null) {
    const { from, to } = layout.range
    if (to > source.size || to - from < elementsOf(shape) * type.size) {
      context.report(hdf5Rules.extent, {
        message: `${name} takes ${elementsOf(shape) * type.size} bytes and lies at ${from} to ${to}.`,
        offset,
      })
      return
    }
  }
  const bytes =
    type.class === 'opaque' || type.class === 'string' || (type.class === 'integer' && type.size === 1)
  if (bytes && layout.range !== null) {
    const { from, to } = layout.range
    const data = slice(source, from, to - from)
    // One pickle as a whole is a part of its own; otherwise anything in it counts.
    if (data.size <= searchedBytes && looksPickled(data.read(0, data.size))) {
      await context.scan(data, object.path)
    } else if (data.size <= searchedBytes) await context.search(source, { from, to })
  } else if (type.class === 'opaque' && layout.kind === 'chunked' && layout.filters.length > 0) {
    context.report(hdf5Rules['opaque-data'], { message: `${name} is ${quoted(type.name)}.`, offset })
  }
  if (type.class === 'variable-length' && type.base !== undefined && type.base.size === 1) {
    // The values lie in heaps of the file, uncompressed.
    await context.search(source)
  }
}
