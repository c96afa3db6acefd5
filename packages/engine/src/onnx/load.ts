// A model from a path: the file's bytes, and the folder that weights in files beside it must lie in.
import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { EngineError } from '../errors.ts'
import type { Model } from '../ir/graph.ts'
import { readModel } from './read.ts'

/** A protobuf message, and so an ONNX file, holds at most 2 GiB. */
const maxFileBytes = 2 ** 31 - 1

/**
 * Reads the model in a file.
 * @throws EngineError as {@link readModel}; also model-too-large, and model-invalid when the path cannot be read.
 */
export async function loadModel(path: string): Promise<Model> {
  return readModel(await modelBytes(path), { folder: dirname(path) })
}

/** The bytes of a model file, checked to be a file of a possible size. */
export async function modelBytes(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path)
    if (size > maxFileBytes) {
      throw new EngineError(
        'model-too-large',
        `"${path}" has ${size} bytes, an ONNX file holds at most 2 GiB`,
        {
          hint: 'Export it with its weights in a file beside it (external data).',
        },
      )
    }
    return await readFile(path)
  } catch (cause) {
    if (cause instanceof EngineError) throw cause
    const code = (cause as NodeJS.ErrnoException).code
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : code
    throw new EngineError('model-invalid', `"${path}" cannot be read: ${why ?? 'unknown reason'}`, { cause })
  }
}
