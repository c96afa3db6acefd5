import type { ModelDescriptor } from './model-descriptor.ts'
import { openOnnx } from './onnx-target.ts'
import type { OpenModel } from './opened-model.ts'

/** Opens a described model in this thread, to compute with `threads` threads. */
export function openModel(
  descriptor: ModelDescriptor,
  options: { readonly threads: number },
): Promise<OpenModel> {
  return openOnnx(descriptor, options)
}
