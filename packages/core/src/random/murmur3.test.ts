import { expect, it } from 'vitest'
import { murmur3 } from './murmur3.ts'

it('gives the verification value that SMHasher publishes for this variant', () => {
  // The hashes of the keys [], [0], [0,1], ... under seeds 256, 255, ..., hashed together.
  const hashes = new Int32Array(256 * 4)
  for (let i = 0; i < 256; i++)
    hashes.set(
      murmur3(
        Uint8Array.from({ length: i }, (_, b) => b),
        256 - i,
      ),
      4 * i,
    )
  const bytes = new Uint8Array(hashes.length * 4)
  const view = new DataView(bytes.buffer)
  for (const [i, word] of hashes.entries()) view.setInt32(4 * i, word, true)
  expect(murmur3(bytes)[0] >>> 0).toBe(0xb3ece62a)
})
