import type { MessagePort } from 'node:worker_threads'
import { type Connection, connectHosted } from './hosted/model-port.ts'
import { openHttp } from './http/http-target.ts'
import type { ModelDescriptor } from './model-descriptor.ts'
import { openOnnx } from './onnx-target.ts'
import type { OpenModel } from './opened-model.ts'

/**
 * Opens a described model in this thread, to compute with `threads` threads. A model that lives in the parent is asked
 * over a port that `connect` takes there.
 * @throws RangeError for such a model where there is no way to the parent
 */
export async function openModel(
  descriptor: ModelDescriptor,
  options: {
    readonly threads: number
    /** Weights are drawn anew from this seed; for files only. */
    readonly untrained?: number
    readonly connect?: (connection: Connection, transfer: readonly MessagePort[]) => void
  },
): Promise<OpenModel> {
  if (descriptor.kind === 'onnx') return openOnnx(descriptor, options)
  if (descriptor.kind === 'http') return openHttp(descriptor)
  if (options.connect === undefined) throw new RangeError('this model can only be asked in a run')
  return connectHosted(descriptor, options.connect)
}
