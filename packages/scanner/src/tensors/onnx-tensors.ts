// The initializers of an ONNX model as tensors, in whichever of its four ways each is stored: raw bytes, typed values,
// packed integers, or a range of another file.
import { type Archive, Malformed } from '../formats/format.ts'
import { followExternal } from '../formats/onnx/external.ts'
import { walkModel } from '../formats/onnx/model.ts'
import { dataTypeName, type Tensor } from '../formats/onnx/tensor.ts'
import { signed, varints } from '../formats/protobuf/fields.ts'
import type { Budget } from '../scan/limits.ts'
import { pieces, type Source } from '../source/source.ts'
import { onnxGraphDigest } from './onnx-graph.ts'
import { type ModelTensor, type ModelTensors, tensorAt } from './tensor.ts'

const types: Readonly<Record<string, readonly [dtype: string, bytes: number]>> = {
  FLOAT: ['float32', 4],
  DOUBLE: ['float64', 8],
  FLOAT16: ['float16', 2],
  BFLOAT16: ['bfloat16', 2],
  INT8: ['int8', 1],
  INT16: ['int16', 2],
  INT32: ['int32', 4],
  INT64: ['int64', 8],
  UINT8: ['uint8', 1],
  UINT16: ['uint16', 2],
  UINT32: ['uint32', 4],
  UINT64: ['uint64', 8],
  BOOL: ['bool', 1],
  COMPLEX64: ['complex64', 8],
  COMPLEX128: ['complex128', 16],
  FLOAT8E4M3FN: ['float8_e4m3fn', 1],
  FLOAT8E5M2: ['float8_e5m2', 1],
}

/** @throws Malformed, LimitReached */
export async function onnxTensors(
  source: Source,
  beside: Archive | null,
  budget: Budget,
): Promise<ModelTensors> {
  const found: Tensor[] = []
  walkModel(source, { from: 0, to: source.size }, budget, {
    unknown() {},
    again() {},
    body() {},
    tensor(tensor, place) {
      if (place === 'initializer') found.push(tensor)
    },
  })
  const tensors: ModelTensor[] = []
  const skipped: { name: string; why: string }[] = []
  for (const tensor of found) {
    try {
      tensors.push(await readable(tensor, source, beside, budget))
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      skipped.push({ name: tensor.name, why: error.message })
    }
  }
  return { format: 'onnx', tensors, skipped, graph: onnxGraphDigest(source, budget) }
}

async function readable(
  tensor: Tensor,
  source: Source,
  beside: Archive | null,
  budget: Budget,
): Promise<ModelTensor> {
  const [dtype, itemBytes] = types[dataTypeName(tensor.dataType)] ?? []
  if (dtype === undefined || itemBytes === undefined)
    throw new Malformed(`values of type ${dataTypeName(tensor.dataType)} are not read`)
  const shape = tensor.dims.map(Number)
  const bytes = shape.reduce((product, size) => product * size, 1) * itemBytes
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw new Malformed('its shape is beyond counting')
  const about = { name: tensor.name, dtype, shape }
  const fits = (length: number): void => {
    if (length !== bytes) throw new Malformed(`its shape needs ${bytes} bytes and it has ${length}`)
  }
  if (tensor.external !== null) {
    const { range } = followExternal(tensor, beside, budget)
    const file = range === null ? null : (beside?.find(range.path) ?? null)
    if (range === null || file === null) throw new Malformed('its values lie in a file that is not here')
    fits(range.bytes)
    return tensorAt(about, { source: await file.open(), offset: range.offset, bytes })
  }
  if (tensor.raw !== null) {
    fits(tensor.raw.to - tensor.raw.from)
    return tensorAt(about, { source, offset: tensor.raw.from, bytes })
  }
  const reals = tensor.typed.every(({ name }) => name === 'float_data' || name === 'double_data')
  if (reals) {
    const ranges = tensor.typed.map(({ field }) => {
      if (field.wire === 'varint') throw new Malformed('a real number stands as an integer')
      return field
    })
    fits(ranges.reduce((sum, { from, to }) => sum + to - from, 0))
    return {
      ...about,
      bytes,
      *read() {
        for (const { from, to } of ranges) for (const piece of pieces(source, { from, to })) yield piece.bytes
      },
    }
  }
  return {
    ...about,
    bytes,
    *read() {
      const perPiece = 1 << 15
      let piece = Buffer.alloc(perPiece * itemBytes)
      let count = 0
      for (const { field } of tensor.typed) {
        for (const value of varints(source, field, budget)) {
          const bits = BigInt.asUintN(8 * itemBytes, signed(value))
          for (let k = 0; k < itemBytes; k++)
            piece[count * itemBytes + k] = Number((bits >> BigInt(8 * k)) & 0xffn)
          if (++count < perPiece) continue
          yield piece
          piece = Buffer.alloc(perPiece * itemBytes)
          count = 0
        }
      }
      yield piece.subarray(0, count * itemBytes)
    },
  }
}
