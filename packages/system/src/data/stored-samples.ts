// Samples as they lie in memory: shared between threads, bytes as bytes (10,000 digits take 8 MB, not 31), pictures as
// C, H, W. They turn into floats of unit space only where rows are read.
import { createHash, type Hash } from 'node:crypto'
import { readSync } from 'node:fs'
import { type DataFacts, FailmodeError, type Metadata, type SampleSet, sizeOf } from '@failmode/core'
import { type Arrangement, arrangeSamples } from './arrange-samples.ts'
import type { NumberArray, RawArray } from './raw-array.ts'
import { dataInvalid } from './raw-array.ts'
import type { RawSamples } from './read-samples.ts'
import { resolveLabels } from './resolve-labels.ts'

/** A data set that can be posted to another thread without a copy. */
export interface StoredSamples {
  readonly facts: DataFacts
  readonly storage:
    | {
        readonly kind: 'u8'
        /** [count, ...sampleShape] */
        readonly values: SharedArrayBuffer
        /** The bytes that are 0 and 1 of unit space. */
        readonly range: readonly [number, number]
      }
    | {
        readonly kind: 'file'
        /** An open file of this process, which all its threads share: bytes as `u8`, one sample after the other. */
        readonly descriptor: number
        readonly range: readonly [number, number]
      }
    | {
        readonly kind: 'f32'
        /** [count, ...sampleShape], in unit space. */
        readonly values: SharedArrayBuffer
      }
  /** 32-bit class indices, one a sample. */
  readonly labels: SharedArrayBuffer | null
  readonly metadata: Metadata
}

export interface StoreOptions {
  /** The numbers that become 0 and 1; bytes are divided by 255 and others taken as they are unless said. */
  readonly valueRange?: readonly [number, number] | undefined
  readonly layout?: 'NHWC' | 'NCHW' | undefined
  /** What the model takes: C, H, W or F. */
  readonly sampleShape?: readonly number[] | undefined
  /** Names of the classes. */
  readonly labels?: readonly string[] | undefined
  readonly signal?: AbortSignal | undefined
}

/** How far outside [0,1] rounding may have put a number that is meant to be inside. */
const slack = 1e-6

/**
 * Brings samples into unit space and shared memory.
 * @throws FailmodeError `data-empty`, `data-invalid` (NaN or infinite), `data-mismatch` (outside unit space, other
 * shape than the model's, other number of labels), `labels-invalid`
 */
export function storeSamples(raw: RawSamples, options: StoreOptions = {}): StoredSamples {
  const { inputs, name } = raw
  if (inputs.shape.length === 0)
    throw dataInvalid(name, 'holds a single number, expected one row a sample', {
      hint: 'Give an array of samples.',
    })
  const count = inputs.shape[0]!
  if (count === 0 || inputs.data.length === 0) {
    throw new FailmodeError('data-empty', {
      message: `${name} holds no samples.`,
      hint: 'Give data with samples.',
    })
  }
  const layout = options.layout ?? raw.layout
  const arrangement = arrangeSamples(inputs.shape, { name, layout, sampleShape: options.sampleShape })
  const labels = resolveLabels(raw, options.labels)
  const move = orderOf(arrangement)

  const bytes = inputs.dtype === 'uint8' || inputs.dtype === 'bool'
  const range = options.valueRange ?? (inputs.dtype === 'uint8' ? ([0, 255] as const) : ([0, 1] as const))
  const toUnit = unitOf(inputs, {
    name,
    range,
    said: options.valueRange !== undefined,
    signal: options.signal,
  })
  const values = bytes
    ? new Uint8Array(shared(inputs.data.length))
    : new Float32Array(shared(inputs.data.length * 4))
  fill(values, inputs.data, { move, toUnit, keep: bytes, size: sizeOf(arrangement.sampleShape) })

  const hash = sampleHash({ bytes, range, shape: [count, ...arrangement.sampleShape], labels })
  hash.update(new Uint8Array(values.buffer))
  const kind = bytes ? 'u8' : 'f32'
  const facts = factsOf(raw, { hash, sampleShape: arrangement.sampleShape, labels })
  const buffer = values.buffer as SharedArrayBuffer
  return {
    facts,
    storage: kind === 'u8' ? { kind, values: buffer, range } : { kind, values: buffer },
    labels: labels === null ? null : sharedLabels(labels),
    metadata: raw.metadata ?? {},
  }
}

/** What the digest of samples begins with; their values come next, and `factsOf` adds the rest. */
export function sampleHash({
  bytes,
  range,
  shape,
  labels,
}: {
  readonly bytes: boolean
  readonly range: readonly [number, number]
  readonly shape: readonly number[]
  readonly labels: Int32Array | null
}): Hash {
  const kind = bytes ? 'u8' : 'f32'
  const header = { kind, range: bytes ? range : [0, 1], shape, labelled: labels !== null }
  return createHash('sha256').update(JSON.stringify(header))
}

/** @param parts.hash after header and values */
export function factsOf(
  raw: Pick<RawSamples, 'inputs' | 'metadata'>,
  {
    hash,
    sampleShape,
    labels,
  }: { readonly hash: Hash; readonly sampleShape: readonly number[]; readonly labels: Int32Array | null },
): DataFacts {
  if (labels !== null) hash.update(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength))
  const metadata = raw.metadata ?? {}
  const columns = Object.keys(metadata)
  if (columns.length > 0) hash.update(JSON.stringify(Object.entries(metadata)))
  return {
    digest: hash.digest('hex'),
    count: raw.inputs.shape[0]!,
    sampleShape,
    labelled: labels !== null,
    ...(columns.length === 0 ? {} : { metadata: columns }),
  }
}

export function sharedLabels(labels: Int32Array): SharedArrayBuffer {
  const buffer = shared(labels.byteLength)
  new Int32Array(buffer).set(labels)
  return buffer
}

/** The samples, read through memory that is shared. Works in any thread that was handed `stored`. */
export function toSampleSet(stored: StoredSamples): SampleSet {
  const { facts, storage, labels } = stored
  const size = sizeOf(facts.sampleShape)
  const bytes = storage.kind === 'u8' ? new Uint8Array(storage.values) : null
  const floats = storage.kind === 'f32' ? new Float32Array(storage.values) : null
  const row = storage.kind === 'file' ? new Uint8Array(size) : null
  const unit = storage.kind === 'f32' ? null : unitOfByte(storage.range)
  return {
    ...facts,
    labels: labels === null ? null : new Int32Array(labels),
    read(indices) {
      const data = new Float32Array(indices.length * size)
      for (let i = 0; i < indices.length; i++) {
        const index = indices[i]!
        if (!(Number.isInteger(index) && index >= 0 && index < facts.count)) {
          throw new RangeError(`samples are numbered 0 to ${facts.count - 1}, got ${index}`)
        }
        const from = index * size
        if (storage.kind === 'file') {
          readSync(storage.descriptor, row!, 0, size, from)
          for (let j = 0; j < size; j++) data[i * size + j] = unit![row![j]!]!
        } else if (bytes === null) data.set(floats!.subarray(from, from + size), i * size)
        else for (let j = 0; j < size; j++) data[i * size + j] = unit![bytes[from + j]!]!
      }
      return { data, dims: [indices.length, ...facts.sampleShape] }
    },
  }
}

function shared(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(bytes)
}

/** Unit space of each byte, rounded once. */
function unitOfByte([low, high]: readonly [number, number]): Float32Array {
  return Float32Array.from({ length: 256 }, (_, byte) => clamp((byte - low) / (high - low)))
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value))
}

/** Where the number at place j of a sample comes from inside the sample of the file; null when nothing moves. */
export function orderOf({ sampleShape, channelsLast }: Arrangement): Int32Array | null {
  if (!channelsLast || sampleShape.length !== 3 || sampleShape[0] === 1) return null
  const [channels, height, width] = sampleShape as readonly [number, number, number]
  const plane = height * width
  const order = new Int32Array(channels * plane)
  for (let c = 0; c < channels; c++) {
    for (let p = 0; p < plane; p++) order[c * plane + p] = p * channels + c
  }
  return order
}

/** Checks every number and gives the map to unit space. */
function unitOf(
  { data, dtype, shape }: RawArray,
  {
    name,
    range: [low, high],
    said,
    signal,
  }: {
    readonly name: string
    readonly range: readonly [number, number]
    readonly said: boolean
    readonly signal: AbortSignal | undefined
  },
): (value: number) => number {
  const width = high - low
  const within = slack * width
  let lowest = Number.POSITIVE_INFINITY
  let highest = Number.NEGATIVE_INFINITY
  let outside = -1
  for (let i = 0; i < data.length; i++) {
    if ((i & 0xfffff) === 0) signal?.throwIfAborted()
    const value = data[i]!
    if (!Number.isFinite(value)) {
      throw dataInvalid(name, `holds ${value} at [${indexOf(i, shape)}], expected a finite number`, {
        hint: 'Drop or repair the samples that are not numbers.',
      })
    }
    if (value < lowest) lowest = value
    if (value > highest) highest = value
    if (outside < 0 && !(value >= low - within && value <= high + within)) outside = i
  }
  if (outside >= 0) {
    const extent = `the data run from ${short(lowest)} to ${short(highest)}`
    const place = `${name} holds ${short(data[outside]!)} at [${indexOf(outside, shape)}]`
    const likely = likelyRange(lowest, highest)
    throw new FailmodeError('data-mismatch', {
      message: said
        ? `${place}, outside "valueRange" [${low}, ${high}]; ${extent}.`
        : `${place}, but ${dtype} data are taken to lie in [0, 1]; ${extent}.`,
      hint: `Say which numbers mean 0 and 1, such as "valueRange": [${likely.join(', ')}].`,
    })
  }
  return (value) => clamp((value - low) / width)
}

/** The usual range that holds the data, else their own. */
function likelyRange(lowest: number, highest: number): readonly [number, number] {
  const usual = [
    [0, 1],
    [-1, 1],
    [0, 16],
    [0, 255],
    [0, 65_535],
  ] as const
  return (
    usual.find(([low, high]) => lowest >= low && highest <= high) ?? [Math.floor(lowest), Math.ceil(highest)]
  )
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)))
}

function indexOf(flat: number, shape: readonly number[]): string {
  const index: number[] = []
  let rest = flat
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index.unshift(rest % shape[axis]!)
    rest = Math.floor(rest / shape[axis]!)
  }
  return index.join(', ')
}

function fill(
  out: NumberArray,
  data: NumberArray,
  {
    move,
    toUnit,
    keep,
    size,
  }: {
    readonly move: Int32Array | null
    readonly toUnit: (value: number) => number
    readonly keep: boolean
    readonly size: number
  },
): void {
  if (keep && move === null) {
    out.set(data)
    return
  }
  for (let from = 0; from < data.length; from += size) {
    for (let j = 0; j < size; j++) {
      const value = data[from + (move === null ? j : move[j]!)]!
      out[from + j] = keep ? value : toUnit(value)
    }
  }
}
