// Weights that a model keeps in files beside it. The model is untrusted, so the path it gives must stay inside
// the model's own folder: no absolute path, no way up, no link that leads out. Offsets and lengths are checked
// against the file before anything is read, and the bytes are read only when somebody asks for the data.
import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { EngineError } from '../errors.ts'
import { byteCount, type DataType, type Tensor, type TensorData, tensorFromBytes } from '../ir/tensor.ts'

/** Where in which file a tensor's bytes are, as the model says. */
export interface ExternalRange {
  /** Path relative to the model's folder. */
  readonly location: string
  readonly offset: number
  /** Undefined: to the end of the file. */
  readonly length?: number
}

/** A tensor whose `data` is read from a file on first use. */
export interface ExternalTensor extends Tensor {
  readonly external: ExternalRange
}

export function isExternal(tensor: Tensor): tensor is ExternalTensor {
  return 'external' in tensor
}

/**
 * A tensor kept in a file in `folder`. Path, offset and length are checked now, the bytes are read on first use.
 * Without a folder the tensor can be described, but asking for its data throws.
 * @throws EngineError external-data-outside, external-data-broken
 */
export function externalTensor(
  name: string,
  dtype: DataType,
  dims: readonly number[],
  external: ExternalRange,
  folder: string | undefined,
): ExternalTensor {
  const bytes = byteCount(dtype, dims)
  if (dtype === 'string' || (external.length !== undefined && external.length !== bytes)) {
    throw broken(name, `it takes ${bytes} bytes, but the model says ${external.length}`)
  }
  const path = folder === undefined ? undefined : insidePath(name, folder, external.location)
  if (path !== undefined) {
    const size = statSync(path).size
    if (external.offset + bytes > size) {
      throw broken(
        name,
        `bytes ${external.offset} to ${external.offset + bytes} of "${external.location}", which has ${size}`,
      )
    }
  }
  let data: TensorData | undefined
  return {
    dtype,
    dims,
    external,
    get data() {
      if (path === undefined)
        throw broken(name, `the model was read without the folder of "${external.location}"`)
      data ??= tensorFromBytes(dtype, dims, readRange(name, path, external.offset, bytes)).data
      return data
    },
  }
}

function insidePath(name: string, folder: string, location: string): string {
  const outside = new EngineError(
    'external-data-outside',
    `the weights of "${name}" point outside the model's folder: "${location}"`,
    { hint: 'A model that reaches for other files is not to be trusted; do not load it.' },
  )
  // A backslash or a drive letter would be harmless here and a way out on Windows: refuse it everywhere.
  if (location === '' || isAbsolute(location) || /^[a-z]:|\\|\0/i.test(location)) throw outside
  if (!isInside(resolve(folder), resolve(folder, location))) throw outside
  let real: string
  try {
    real = realpathSync(resolve(folder, location))
  } catch (cause) {
    throw new EngineError(
      'external-data-broken',
      `the file "${location}" with the weights of "${name}" cannot be read`,
      {
        hint: 'Keep the weight files beside the model, under the names that the model gives.',
        cause,
      },
    )
  }
  if (!isInside(realpathSync(folder), real)) throw outside
  // A folder, a pipe or a device has no bytes to give, or gives them without end.
  if (!statSync(real).isFile()) throw broken(name, `"${location}" is not a regular file`)
  return real
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

function readRange(name: string, path: string, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  const file = openSync(path, 'r')
  try {
    let done = 0
    while (done < length) {
      const count = readSync(file, bytes, done, Math.min(length - done, 2 ** 30), offset + done)
      if (count === 0) throw broken(name, `"${path}" ended early`)
      done += count
    }
  } finally {
    closeSync(file)
  }
  return bytes
}

function broken(name: string, why: string): EngineError {
  return new EngineError('external-data-broken', `the weights of "${name}" cannot be read: ${why}`)
}
