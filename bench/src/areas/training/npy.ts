// Numbers for PyTorch, as .npy files of a folder that is gone afterwards.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Calls `work` with a function that writes an array of float32 and gives its path. */
export async function withArrays<T>(
  work: (write: (name: string, dims: readonly number[], data: Float32Array) => Promise<string>) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'failmode-bench-'))
  try {
    return await work(async (name, dims, data) => {
      const path = join(folder, `${name}.npy`)
      const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${dims.join(', ')},), }`
      const header = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`
      const start = Buffer.from([
        0x93,
        0x4e,
        0x55,
        0x4d,
        0x50,
        0x59,
        1,
        0,
        header.length & 255,
        header.length >> 8,
      ])
      await writeFile(
        path,
        Buffer.concat([
          start,
          Buffer.from(header),
          Buffer.from(data.buffer, data.byteOffset, data.byteLength),
        ]),
      )
      return path
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
