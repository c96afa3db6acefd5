// The tensors of a PyTorch file, from what its pickle says: which storage, from which element on, in which shape and with
// which steps. Names are the keys on the way to a tensor, joined by dots. Nothing is unpickled.
import type { Archive } from '../formats/format.ts'
import { textOf } from '../formats/pickle/literals.ts'
import { isText, runPickle } from '../formats/pickle/machine.ts'
import { isGlobal, itemsOf, type Value } from '../formats/pickle/values.ts'
import { storageOf } from '../formats/pytorch/storages.ts'
import type { Budget } from '../scan/limits.ts'
import type { Source } from '../source/source.ts'
import {
  isRowMajor,
  largestView,
  type ModelTensor,
  type ModelTensors,
  stridedTensor,
  tensorAt,
} from './tensor.ts'

const dtypes: Readonly<Record<string, string>> = {
  Float: 'float32',
  Double: 'float64',
  Half: 'float16',
  BFloat16: 'bfloat16',
  Long: 'int64',
  Int: 'int32',
  Short: 'int16',
  Char: 'int8',
  Byte: 'uint8',
  Bool: 'bool',
  ComplexFloat: 'complex64',
  ComplexDouble: 'complex128',
}
const ofModules = new Set(['_modules', '_parameters', '_buffers'])
const mostTensors = 1_000_000
const deepest = 20

/** @param folder of the pickle, with a slash at its end, or empty */
export async function torchTensors(archive: Archive, folder: string, budget: Budget): Promise<ModelTensors> {
  const pickle = await archive.find(`${folder}data.pkl`)!.open()
  const order = archive.find(`${folder}byteorder`)
  const bigEndian =
    order !== null && Buffer.from((await order.open()).read(0, 10)).toString('latin1') === 'big'
  const { result } = runPickle(pickle, 0, { budget, keep: mostTensors })
  const storages = new Map<string, Source>()
  for (const entry of archive.entries) {
    if (entry.kind === 'file' && entry.path.startsWith(`${folder}data/`))
      storages.set(entry.path.slice(folder.length + 5), await entry.open())
  }
  const tensors: ModelTensor[] = []
  const skipped: { name: string; why: string }[] = []
  const names = new Set<string>()
  const visit = (value: Value | undefined, path: readonly string[]): void => {
    if (typeof value !== 'object' || value === null || path.length > deepest || tensors.length >= mostTensors)
      return
    if (value.kind === 'dict') {
      entries(value.items, path)
      return
    }
    if (value.kind === 'list' || value.kind === 'tuple') {
      for (const [index, item] of value.items.entries()) visit(item, [...path, String(index)])
      return
    }
    if (value.kind !== 'call') return
    if (
      isGlobal(value.callee, 'torch._utils', '_rebuild_parameter') ||
      isGlobal(value.callee, 'torch._utils', '_rebuild_parameter_with_state')
    ) {
      visit(itemsOf(value.args)[0], path)
      return
    }
    if (
      isGlobal(value.callee, 'torch._utils', '_rebuild_tensor_v2') ||
      isGlobal(value.callee, 'torch._utils', '_rebuild_tensor')
    ) {
      // A whole module keeps its parts under names of its own, which its state dict leaves out.
      const name = path.filter((part) => !ofModules.has(part)).join('.')
      const made = names.has(name)
        ? 'the name stands twice'
        : rebuilt(itemsOf(value.args), { name, pickle, storages, bigEndian })
      names.add(name)
      if (typeof made === 'string') skipped.push({ name, why: made })
      else tensors.push(made)
      return
    }
    // A dict that was made by a call, or a module with its state.
    if (value.entries !== undefined) entries(value.entries, path)
    if (value.state !== undefined) visit(value.state, path)
  }
  const entries = (items: readonly Value[], path: readonly string[]): void => {
    for (let i = 0; i + 1 < items.length; i += 2) {
      const key = items[i]
      const name = isText(key) ? textOf(pickle, key) : typeof key === 'number' ? String(key) : null
      if (name !== null) visit(items[i + 1], [...path, name])
    }
  }
  visit(result, [])
  return { format: 'pytorch', tensors, skipped, graph: null }
}

interface Where {
  readonly name: string
  readonly pickle: Source
  readonly storages: ReadonlyMap<string, Source>
  readonly bigEndian: boolean
}

/** The tensor, or why it cannot be read. */
function rebuilt(args: readonly Value[], { name, pickle, storages, bigEndian }: Where): ModelTensor | string {
  const [reference, offset, size, stride] = args
  const storage =
    typeof reference === 'object' && reference?.kind === 'persistent' ? storageOf(reference, pickle) : null
  if (storage === null) return 'its storage is of an unknown kind'
  const kind = /\.(\w+)Storage$/.exec(storage.storageClass)?.[1] ?? ''
  const dtype = dtypes[kind]
  const source = storages.get(storage.key)
  if (dtype === undefined) return `numbers of ${storage.storageClass} are not read`
  if (source === undefined) return `the storage ${storage.key} is not here`
  const shape = wholes(size)
  const strides = wholes(stride)
  if (
    shape === null ||
    strides === null ||
    shape.length !== strides.length ||
    typeof offset !== 'number' ||
    offset < 0
  )
    return 'its shape is no list of whole numbers'
  const { itemBytes } = storage
  const count = shape.reduce((product, one) => product * one, 1)
  const last = count === 0 ? -1 : shape.reduce((sum, one, axis) => sum + (one - 1) * strides[axis]!, offset)
  if (!Number.isSafeInteger(count * itemBytes) || (last + 1) * itemBytes > source.size)
    return 'it reaches beyond its storage'
  const complex = kind.startsWith('Complex')
  const swap = bigEndian ? { swap: complex ? itemBytes / 2 : itemBytes } : {}
  const about = { name, dtype, shape }
  if (isRowMajor(shape, strides))
    return tensorAt(about, { source, offset: offset * itemBytes, bytes: count * itemBytes, ...swap })
  const span = (last - offset + 1) * itemBytes
  if (span > largestView || count * itemBytes > largestView)
    return 'a view with steps of over 512 MB is not put in order'
  return stridedTensor(
    about,
    { source, offset: offset * itemBytes, bytes: span, ...swap },
    { strides, itemBytes },
  )
}

function wholes(value: Value | undefined): readonly number[] | null {
  const items = itemsOf(value)
  return items.every((one) => typeof one === 'number' && Number.isSafeInteger(one) && one >= 0)
    ? (items as readonly number[])
    : null
}
