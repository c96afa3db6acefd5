// From a `data` entry of the configuration to the numbers of its files, whatever the format. What comes out is not yet in
// unit space and has no meaning beyond what the format itself says; `storeSamples` gives it one.
import { resolve } from 'node:path'
import { FailmodeError, type Metadata, sizeOf } from '@failmode/core'
import type { DataSpec } from '../config/config-schema.ts'
import { readTable, readTextColumns } from './csv.ts'
import { readIdx } from './idx.ts'
import { decodeAll, type ImageFolder, openImageFolder } from './image-folder.ts'
import { readNpy } from './npy.ts'
import { readNpz } from './npz.ts'
import type { RawArray } from './raw-array.ts'
import { readBytes } from './read-bytes.ts'

export interface RawSamples {
  /** What messages call the inputs, such as `x.npy`. */
  readonly name: string
  /** First dimension: the samples. */
  readonly inputs: RawArray
  /** What messages call the labels. */
  readonly labelsName: string
  /** Numbers as the file has them, class names, or null. */
  readonly labels: RawArray | readonly string[] | null
  /** Class names in an order of their own, where the format has one. */
  readonly classNames: readonly string[] | null
  /** The order of the dimensions, where the format fixes it. */
  readonly layout: 'NHWC' | 'NCHW' | null
  /** Where the samples are too many to be held: the folder to decode them from, and `inputs` has their shape and no data. */
  readonly pictures?: ImageFolder
  /** One text a sample and column. */
  readonly metadata?: Metadata
}

export interface ReadSamplesOptions {
  /** What relative paths start from. */
  readonly folder: string
  /** Name of the data set in the configuration, such as `test`. */
  readonly split: string
  readonly signal?: AbortSignal | undefined
  /** Bytes of pictures that are kept in memory; 256 MiB unless said, more go through a file. */
  readonly mostInMemory?: number | undefined
}

const mostInMemory = 2 ** 28

/** @throws FailmodeError `config-invalid` for a format that this version does not read, and those of the readers */
export async function readSamples(spec: DataSpec, options: ReadSamplesOptions): Promise<RawSamples> {
  const raw = await readArrays(spec, options)
  const { file, columns } = spec.metadata ?? {}
  if (file === undefined) return raw
  const { folder, signal } = options
  const read = await readTextColumns(resolve(folder, file), {
    name: file,
    signal,
    delimiter: /\.tsv(?:\.gz)?$/i.test(file) ? '\t' : ',',
    wanted: columns,
  })
  const count = raw.inputs.shape[0] ?? 0
  const given = Object.values(read)[0]?.length ?? 0
  if (given !== count) {
    throw new FailmodeError('data-mismatch', {
      message: `${file} has ${given} rows for the ${count} samples of ${raw.name}.`,
      hint: 'Give one row a sample below a line of names, in the order of the samples.',
    })
  }
  return { ...raw, metadata: { ...raw.metadata, ...read } }
}

async function readArrays(spec: DataSpec, options: ReadSamplesOptions): Promise<RawSamples> {
  const { folder, signal } = options
  const own = spec.metadata?.file === undefined ? spec.metadata?.columns : undefined
  if (own !== undefined && !('csv' in spec || 'tsv' in spec)) {
    throw new FailmodeError('config-invalid', {
      message: `"data.${options.split}.metadata" names columns of a table, but the data are none.`,
      hint: 'Name the table with one row a sample: "metadata": { "file": "metadata.csv" }.',
    })
  }
  const load = (file: string) => readBytes(resolve(folder, file), { name: file, signal })
  const none = { classNames: null, layout: null } as const
  if ('npy' in spec || 'idx' in spec) {
    const [pair, read] = 'npy' in spec ? ([spec.npy, readNpy] as const) : ([spec.idx, readIdx] as const)
    const labels = pair.labels === undefined ? null : read(await load(pair.labels), { name: pair.labels })
    const inputs = read(await load(pair.inputs), { name: pair.inputs })
    return { ...none, name: pair.inputs, inputs, labelsName: pair.labels ?? '', labels }
  }
  if ('npz' in spec) {
    const { file, inputs: x, labels: y } = spec.npz
    const arrays = readNpz(await load(file), { name: file, wanted: y === undefined ? [x] : [x, y] })
    return {
      ...none,
      name: `${file}/${x}`,
      inputs: arrays[0]!,
      labelsName: `${file}/${y}`,
      labels: arrays[1] ?? null,
    }
  }
  if ('images' in spec) {
    const name = spec.images.folder
    const read = await openImageFolder(resolve(folder, name), { name, signal })
    const { classNames, labels, files, height, width, channels } = read
    const shape = [files.length, height, width, channels]
    const large = sizeOf(shape) > (options.mostInMemory ?? mostInMemory)
    return {
      name,
      // Too many to hold: they are decoded again, one by one, into a file.
      inputs: large ? { dtype: 'uint8', shape, data: new Uint8Array(0) } : await decodeAll(read),
      ...(large ? { pictures: read } : {}),
      labelsName: name,
      labels,
      classNames,
      layout: 'NHWC',
      metadata: { file: files },
    }
  }
  if ('csv' in spec || 'tsv' in spec) {
    if (spec.schema !== undefined) throw notInThisVersion(options.split, 'schema')
    const table = 'csv' in spec ? spec.csv : spec.tsv
    const { file, shape } = table
    const delimiter = 'csv' in spec ? ',' : '\t'
    const read = await readTable(resolve(folder, file), {
      name: file,
      signal,
      delimiter,
      spec: table,
      metadata: own,
    })
    const inputs = shape === undefined ? read.features : reshape(read.features, shape, file)
    return { ...none, name: file, inputs, labelsName: file, labels: read.labels, metadata: read.metadata }
  }
  throw notInThisVersion(options.split, Object.keys(spec)[0]!)
}

function reshape(array: RawArray, shape: readonly number[], file: string): RawArray {
  const [count, width] = array.shape as readonly [number, number]
  if (sizeOf(shape) === width) return { ...array, shape: [count, ...shape] }
  throw new FailmodeError('data-mismatch', {
    message: `${file} has ${width} numbers a row, but "shape" [${shape.join(', ')}] needs ${sizeOf(shape)}.`,
    hint: 'Correct "shape", or choose the columns with "features".',
  })
}

function notInThisVersion(split: string, key: string): FailmodeError {
  return new FailmodeError('config-invalid', {
    message: `"data.${split}.${key}" is not in this version.`,
    hint: 'This version reads npy, npz, idx, images, csv and tsv.',
  })
}
