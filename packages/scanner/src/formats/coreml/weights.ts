// `weight.bin` of a Core ML program: a head, then for every weight a block that says how long it is, and its numbers.
// After `mlmodel/src/MILBlob/Blob/StorageFormat.hpp` of coremltools (version 2).
import { type Format, Malformed } from '../format.ts'

const sentinel = 0xdeadbeef
const headBytes = 64

export const coremlWeights: Format = {
  id: 'coreml-weights',
  title: 'Core ML weights',
  recognise(head) {
    if (head.length < headBytes + 4) return 'no'
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
    return view.getUint32(4, true) === 2 && view.getUint32(headBytes, true) === sentinel ? 'sure' : 'no'
  },
  async examine(source, context) {
    const head = source.read(0, headBytes)
    const count = new DataView(head.buffer, head.byteOffset, headBytes).getUint32(0, true)
    if (count > (source.size - headBytes) / headBytes) {
      throw new Malformed(`${count} weights are claimed, more than fit`, 0)
    }
    let at = headBytes
    let bytes = 0
    for (let i = 0; i < count; i++) {
      if (i % 256 === 0) context.budget.checkTime()
      at = Math.ceil(at / 64) * 64
      const block = source.read(at, headBytes)
      if (block.length < headBytes) throw new Malformed('the file ends within a weight', at)
      const view = new DataView(block.buffer, block.byteOffset, headBytes)
      if (view.getUint32(0, true) !== sentinel)
        throw new Malformed(`weight ${i} does not begin where it should`, at)
      const size = view.getBigUint64(8, true)
      const offset = view.getBigUint64(16, true)
      if (offset !== BigInt(at + headBytes))
        throw new Malformed(`weight ${i} lies elsewhere than behind its head`, at)
      if (offset + size > BigInt(source.size))
        throw new Malformed(`weight ${i} ends behind the end of the file`, at)
      bytes += Number(size)
      at = Number(offset + size)
    }
    context.fact('weights', count)
    context.fact('weightBytes', bytes)
    // The last one is filled up too, by some writers.
    const padded = source.read(at, Math.min(63, Math.ceil(at / 64) * 64 - at))
    return { end: padded.every((byte) => byte === 0) ? at + padded.length : at }
  },
}
