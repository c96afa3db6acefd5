import { bytes, fixed32, int, join, text } from '../protobuf/write.ts'

const description = bytes(2, bytes(1, text(1, 'x')), bytes(10, text(1, 'y')))

/** A model of the kind with this number, which holds this message. */
export function coremlModel(kind: number, message: Uint8Array): Uint8Array {
  return join(int(1, 4), description, bytes(kind, message))
}

/** A neural network of these layers: their number, and what they hold. */
export function network(...layers: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  return join(
    ...layers.map(([number, params]) =>
      bytes(1, text(1, 'layer'), text(2, 'x'), text(3, 'y'), bytes(number, params)),
    ),
  )
}

/** A program of one function with these operations. */
export function program(...operations: readonly Uint8Array[]): Uint8Array {
  const block = join(text(2, 'y'), ...operations.map((operation) => bytes(3, operation)))
  const main = join(text(2, 'CoreML5'), bytes(3, text(1, 'CoreML5'), bytes(2, block)))
  return join(int(1, 1), bytes(2, text(1, 'main'), bytes(2, main)))
}

/** An operation whose attribute `val` lies in a file. */
export function weightOperation(file: string): Uint8Array {
  return join(
    text(1, 'const'),
    bytes(3, text(1, 'w')),
    bytes(5, text(1, 'val'), bytes(2, bytes(5, text(1, file), int(2, 64)))),
  )
}

export function blobFile(sizes: readonly number[]): Uint8Array {
  const parts: Uint8Array[] = []
  const head = new Uint8Array(64)
  new DataView(head.buffer).setUint32(0, sizes.length, true)
  new DataView(head.buffer).setUint32(4, 2, true)
  parts.push(head)
  let at = 64
  for (const size of sizes) {
    const block = new Uint8Array(64)
    const view = new DataView(block.buffer)
    view.setUint32(0, 0xdeadbeef, true)
    view.setUint32(4, 1, true)
    view.setBigUint64(8, BigInt(size), true)
    view.setBigUint64(16, BigInt(at + 64), true)
    parts.push(block, new Uint8Array(Math.ceil(size / 64) * 64))
    at += 64 + Math.ceil(size / 64) * 64
  }
  return join(...parts)
}

export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  return [
    { name: 'network', bytes: coremlModel(500, network([140, int(1, 3)], [130, bytes(10, fixed32(1, 1))])) },
    { name: 'pipeline', bytes: coremlModel(202, bytes(1, coremlModel(604, fixed32(1, 1)))) },
    { name: 'program', bytes: coremlModel(502, program(weightOperation('@model_path/weights/weight.bin'))) },
  ]
}
