// The tensors of a model file, told by its bytes. Formats that hold none, or that are not read so far, give null.
import { basename, dirname } from 'node:path'
import { type Archive, Malformed } from '../formats/format.ts'
import { gguf } from '../formats/gguf/gguf.ts'
import { listTensors as ggufList } from '../formats/gguf/tensors.ts'
import { findSuperblock, readHdf5 } from '../formats/hdf5/read-hdf5.ts'
import { readHeader as readNpy } from '../formats/numpy/header.ts'
import { numpy } from '../formats/numpy/numpy.ts'
import { onnx } from '../formats/onnx/onnx.ts'
import { safetensors } from '../formats/safetensors/safetensors.ts'
import { listTensors as safeList } from '../formats/safetensors/tensors.ts'
import { readZip } from '../formats/zip/read-zip.ts'
import { zip } from '../formats/zip/zip.ts'
import { Budget, defaultLimits, LimitReached } from '../scan/limits.ts'
import { ScannerError } from '../scanner-error.ts'
import { openFileSource } from '../source/file-source.ts'
import { openFolder } from '../source/folder.ts'
import type { Source } from '../source/source.ts'
import { onnxTensors } from './onnx-tensors.ts'
import { quietContext } from './quiet-context.ts'
import {
  isRowMajor,
  largestView,
  type ModelTensor,
  type ModelTensors,
  stridedTensor,
  tensorAt,
} from './tensor.ts'
import { torchTensors } from './torch-tensors.ts'

const safetensorsTypes: Readonly<Record<string, string>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U64: 'uint64',
  U32: 'uint32',
  U16: 'uint16',
  U8: 'uint8',
  BOOL: 'bool',
  C64: 'complex64',
  F8_E4M3: 'float8_e4m3fn',
  F8_E5M2: 'float8_e5m2',
}
const numpyKinds: Readonly<Record<string, string>> = { f: 'float', i: 'int', u: 'uint', c: 'complex' }

/**
 * Calls `use` with the tensors of a file, which can be read until it returns.
 * @returns what `use` gave, null when the file holds no tensors that are read here
 * @throws ScannerError `file-unreadable` when it is not there; `model-unreadable` when it breaks its own format
 */
export async function withTensors<Result>(
  path: string,
  use: (tensors: ModelTensors) => Promise<Result> | Result,
): Promise<Result | null> {
  const source = openFileSource(path)
  const beside = openFolder(dirname(path), { deep: false })
  const closing: (() => void)[] = []
  try {
    const tensors = await readTensors(source, beside, closing)
    return tensors === null ? null : await use(tensors)
  } catch (error) {
    if (!(error instanceof Malformed || error instanceof LimitReached)) throw error
    throw new ScannerError('model-unreadable', {
      message: `${basename(path)} cannot be read as a model: ${error.message}.`,
      hint: 'failmode scan says what is wrong with it.',
      cause: error,
    })
  } finally {
    for (const close of closing) close()
    beside.close()
    source.close()
  }
}

/** @param closing what is to be called once nothing is read any more */
async function readTensors(
  source: Source,
  beside: Archive,
  closing: (() => void)[],
): Promise<ModelTensors | null> {
  const head = source.read(0, 4096)
  // A digest is asked for by somebody who waits: there is no limit of time, but all others hold.
  const budget = new Budget({ ...defaultLimits, seconds: 24 * 3600 })
  const is = (format: { recognise(head: Uint8Array, source: Source): string }): boolean =>
    format.recognise(head, source) === 'sure'
  if (is(gguf)) return ggufTensors(source, budget)
  if (is(numpy)) return { format: 'numpy', graph: null, ...collect([['', () => npyTensor(source, '')]]) }
  if (findSuperblock(source) === 0) return hdf5Tensors(source, budget)
  if (is(zip)) return await zipTensors(source, budget, closing)
  if (is(safetensors)) return safeTensors(source)
  if (is(onnx)) return await onnxTensors(source, beside, budget)
  return null
}

function safeTensors(source: Source): ModelTensors {
  const tensors = safeList(source).map(({ name, dtype, shape, offset, bytes }) =>
    tensorAt({ name, dtype: safetensorsTypes[dtype] ?? dtype, shape }, { source, offset, bytes }),
  )
  return { format: 'safetensors', tensors, skipped: [], graph: null }
}

function ggufTensors(source: Source, budget: Budget): ModelTensors {
  const plain: Readonly<Record<string, string>> = {
    F32: 'float32',
    F16: 'float16',
    BF16: 'bfloat16',
    F64: 'float64',
    I8: 'int8',
    I16: 'int16',
    I32: 'int32',
    I64: 'int64',
  }
  // GGUF writes the fastest dimension first.
  const tensors = ggufList(source, { budget }).map(({ name, dtype, shape, offset, bytes }) =>
    tensorAt({ name, dtype: plain[dtype] ?? dtype, shape: [...shape].reverse() }, { source, offset, bytes }),
  )
  return { format: 'gguf', tensors, skipped: [], graph: null }
}

async function zipTensors(
  source: Source,
  budget: Budget,
  closing: (() => void)[],
): Promise<ModelTensors | null> {
  const archive = await readZip(source, quietContext(null, budget))
  closing.push(() => archive.close())
  const pickle = archive.entries.find(({ path }) => /^(?:[^/]{1,200}\/)?data\.pkl$/.test(path))
  if (pickle !== undefined)
    return await torchTensors(archive, pickle.path.slice(0, -'data.pkl'.length), budget)
  const keras = archive.find('model.weights.h5')
  if (keras !== null) return { ...hdf5Tensors(await keras.open(), budget), format: 'keras' }
  const arrays = archive.entries.filter(({ path, kind }) => kind === 'file' && path.endsWith('.npy'))
  if (arrays.length === 0 || arrays.length !== archive.entries.length) return null
  const opened: [string, () => ModelTensor][] = []
  for (const { path, open } of arrays) {
    const name = path.slice(0, -'.npy'.length)
    const member = await open()
    opened.push([name, () => npyTensor(member, name)])
  }
  return { format: 'npz', graph: null, ...collect(opened) }
}

/** @throws Malformed */
function npyTensor(source: Source, name: string): ModelTensor {
  const { dtype, shape, fortranOrder, bodyAt, bodyBytes } = readNpy(source)
  const [, order = '', kind = '', width = ''] = /^([<>|=]?)([a-zA-Z?])(\d*)$/.exec(dtype.text) ?? []
  const canonical =
    kind === '?' || (kind === 'b' && width === '1')
      ? 'bool'
      : numpyKinds[kind] === undefined
        ? null
        : `${numpyKinds[kind]}${8 * Number(width)}`
  if (canonical === null || bodyBytes === null) throw new Malformed(`an array of ${dtype.text} is not read`)
  if (bodyAt + bodyBytes > source.size) throw new Malformed('the array ends behind the file')
  const about = { name, dtype: canonical, shape }
  const place = {
    source,
    offset: bodyAt,
    bytes: bodyBytes,
    ...(order === '>' ? { swap: kind === 'c' ? dtype.itemBytes / 2 : dtype.itemBytes } : {}),
  }
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, 1))
  if (!fortranOrder || isRowMajor(shape, strides)) return tensorAt(about, place)
  if (bodyBytes > largestView)
    throw new Malformed('an array in column order of over 512 MB is not put in order')
  return stridedTensor(about, place, { strides, itemBytes: dtype.itemBytes })
}

function hdf5Tensors(source: Source, budget: Budget): ModelTensors {
  const file = readHdf5(source, budget)
  const opened = file.objects.flatMap(({ path, dataset }): [string, () => ModelTensor][] => {
    if (dataset === null) return []
    const name = path.replace(/^\//, '')
    return [
      [
        name,
        () => {
          const { type, shape, layout } = dataset
          if (type.class !== 'float' && type.class !== 'integer')
            throw new Malformed(`values of type ${type.name} are not read`)
          if (layout.kind === 'chunked' || layout.filters.length > 0)
            throw new Malformed('its values lie in chunks, which are not read')
          if (layout.files.length > 0 || layout.kind === 'virtual')
            throw new Malformed('its values lie in another file')
          const dims = shape ?? []
          const bytes = dims.reduce((product, size) => product * size, 1) * type.size
          if (
            layout.range === null ||
            layout.range.from + bytes > source.size ||
            layout.range.to - layout.range.from < bytes
          ) {
            throw new Malformed('its values are not there')
          }
          return tensorAt(
            { name, dtype: type.name, shape: dims },
            { source, offset: layout.range.from, bytes, ...(type.bigEndian ? { swap: type.size } : {}) },
          )
        },
      ],
    ]
  })
  return { format: 'hdf5', graph: null, ...collect(opened) }
}

/** Those that can be read, and why the others cannot. */
function collect(
  opened: readonly (readonly [name: string, make: () => ModelTensor])[],
): Pick<ModelTensors, 'tensors' | 'skipped'> {
  const tensors: ModelTensor[] = []
  const skipped: { name: string; why: string }[] = []
  for (const [name, make] of opened) {
    try {
      tensors.push(make())
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      skipped.push({ name, why: error.message })
    }
  }
  return { tensors, skipped }
}
