import { join } from '../protobuf/write.ts'

/** An .npy file with this header, padded as NumPy pads it. */
export function npy(
  header: string,
  body: Uint8Array = new Uint8Array(0),
  { version = 1 }: { readonly version?: 1 | 2 | 3 } = {},
): Uint8Array {
  const start = version === 1 ? 10 : 12
  const text = new TextEncoder().encode(header)
  const length = Math.ceil((start + text.length + 1) / 64) * 64 - start
  const head = new Uint8Array(start + length).fill(0x20)
  head.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0])
  const view = new DataView(head.buffer)
  if (version === 1) view.setUint16(8, length, true)
  else view.setUint32(8, length, true)
  head.set(text, start)
  head[start + length - 1] = 0x0a
  return join(head, body)
}

export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  return [
    {
      name: 'floats',
      bytes: npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }", new Uint8Array(24)),
    },
    {
      name: 'fields',
      bytes: npy(
        "{'descr': [('x', '<f8'), ('', '|V4'), (('title', 'n'), '<i4', (2,))], 'fortran_order': True, 'shape': (2,), }",
        new Uint8Array(40),
        { version: 3 },
      ),
    },
    {
      name: 'objects',
      // The pickle of None.
      bytes: npy(
        "{'descr': '|O', 'fortran_order': False, 'shape': (), }",
        Uint8Array.of(0x80, 2, 0x4e, 0x2e),
        { version: 2 },
      ),
    },
  ]
}
