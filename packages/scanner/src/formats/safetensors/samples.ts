import { join } from '../protobuf/write.ts'

/** A safetensors file with this header, padded with spaces to eight bytes as the reference pads it. */
export function safetensorsFile(header: string, body: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = new TextEncoder().encode(header)
  const length = Math.ceil(text.length / 8) * 8
  const head = new Uint8Array(8 + length).fill(0x20)
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true)
  head.set(text, 8)
  return join(head, body)
}

export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  return [
    {
      name: 'two-tensors',
      bytes: safetensorsFile(
        JSON.stringify({
          __metadata__: { format: 'pt' },
          'layer.weight': { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
          'layer.bias': { dtype: 'BF16', shape: [2], data_offsets: [24, 28] },
          empty: { dtype: 'I64', shape: [0, 5], data_offsets: [28, 28] },
          step: { dtype: 'I64', shape: [], data_offsets: [28, 36] },
        }),
        new Uint8Array(36),
      ),
    },
    { name: 'nothing', bytes: safetensorsFile('{}') },
    {
      name: 'small-floats',
      bytes: safetensorsFile(
        '{"q":{"dtype":"F4","shape":[4],"data_offsets":[0,2]},"s":{"dtype":"F8_E8M0","shape":[1],"data_offsets":[2,3]}}',
        new Uint8Array(3),
      ),
    },
  ]
}
