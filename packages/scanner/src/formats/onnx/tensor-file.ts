// A single TensorProto in a file: how the ONNX project stores the inputs and outputs of its tests (`input_0.pb`).

import { Budget, defaultLimits } from '../../scan/limits.ts'
import { type Format, Malformed, NotThisFormat } from '../format.ts'
import { fields } from '../protobuf/fields.ts'
import { followExternal } from './external.ts'
import { tensorSchema } from './schema.ts'
import { dataTypeName, readTensor, sizeFault } from './tensor.ts'

export const onnxTensor: Format = {
  id: 'onnx-tensor',
  title: 'ONNX tensor',
  recognise(head, source) {
    const first = head[0]
    // Dimensions, one by one or packed, or (of a scalar) the data type.
    if (first !== 0x08 && first !== 0x0a && first !== 0x10) return 'no'
    let count = 0
    try {
      for (const field of fields(source, { from: 0, to: source.size }, new Budget(defaultLimits))) {
        if (!(field.number in tensorSchema)) return 'no'
        if (++count > 100) break
      }
    } catch (error) {
      if (error instanceof Malformed) return 'no'
      throw error
    }
    return 'maybe'
  },
  async examine(source, context) {
    const wrong = (): never => {
      throw new NotThisFormat('its fields are not those of a tensor')
    }
    const range = { from: 0, to: source.size }
    const tensor = readTensor(source, range, context.budget, { unknown: wrong, again: wrong })
    if (tensor.external === null) {
      // Without a magic, only a tensor that is right in every respect is taken for one.
      if (sizeFault(source, tensor, context.budget) !== null) wrong()
      if (tensor.raw === null && tensor.typed.length === 0 && !tensor.dims.includes(0n)) wrong()
    } else {
      for (const { rule, message } of followExternal(tensor, context.beside, context.budget).faults) {
        context.report(rule, { message })
      }
    }
    context.fact('dtype', dataTypeName(tensor.dataType))
    context.fact('shape', tensor.dims.map(Number))
    return { end: source.size }
  },
}
