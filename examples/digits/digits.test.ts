import { readdirSync, readFileSync, statSync } from 'node:fs'
import { unzipSync } from 'fflate'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { makeSplits } from './make-data.ts'

const folder = new URL('.', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, folder))

/** The values of one uint8 array of a .npz file, and its header as text. */
function npzArray(name: string, key: string): { header: string; values: Uint8Array } {
  const entry = unzipSync(read(name))[`${key}.npy`]
  if (!entry) throw new Error(`${name} has no array ${key}`)
  const start = 10 + entry[8]! + 256 * entry[9]!
  return { header: new TextDecoder('latin1').decode(entry.subarray(0, start)), values: entry.subarray(start) }
}

describe('the digits example', () => {
  it('has the data that make-data.ts makes', () => {
    const splits = makeSplits()
    for (const name of ['train', 'test'] as const) {
      const count = splits[name].labels.length
      const x = npzArray(`${name}.npz`, 'x')
      const y = npzArray(`${name}.npz`, 'y')
      expect(x.header).toContain(`'descr': '|u1', 'fortran_order': False, 'shape': (${count}, 28, 28), `)
      expect(y.header).toContain(`'shape': (${count},), `)
      expect(Buffer.compare(x.values, splits[name].images)).toBe(0)
      expect(Buffer.compare(y.values, splits[name].labels)).toBe(0)
    }
  })

  it('shares no image between the two splits, and a fifth of each digit is in the test split', () => {
    const digests = (values: Uint8Array) =>
      Array.from({ length: values.length / 784 }, (_, i) =>
        Buffer.from(values.subarray(i * 784, (i + 1) * 784)).toString('latin1'),
      )
    const train = new Set(digests(npzArray('train.npz', 'x').values))
    expect(train.size).toBe(8000)
    expect(digests(npzArray('test.npz', 'x').values).filter((image) => train.has(image))).toEqual([])
    const count = (name: string, label: number) =>
      npzArray(name, 'y').values.reduce((sum, value) => sum + (value === label ? 1 : 0), 0)
    for (let label = 0; label < 10; label++) {
      const test = count('test.npz', label)
      expect(Math.abs(test - 0.2 * (test + count('train.npz', label)))).toBeLessThanOrEqual(0.5)
    }
  })

  it('has a model that gets 1,955 of the 2,000 test digits right, as its README says', async () => {
    const { values } = npzArray('test.npz', 'x')
    const labels = npzArray('test.npz', 'y').values
    const input = Float32Array.from(values, (level) => (level / 255 - 0.1307) / 0.3081)
    const session = await InferenceSession.create(read('model.onnx'), { intraOpNumThreads: 1 })
    const { logits } = await session.run({ x: new Tensor('float32', input, [2000, 1, 28, 28]) })
    await session.release()
    const scores = logits!.data as Float32Array
    const right = labels.reduce((sum, label, i) => {
      const row = scores.subarray(i * 10, (i + 1) * 10)
      return sum + (row.indexOf(Math.max(...row)) === label ? 1 : 0)
    }, 0)
    expect(right).toBe(1955)
    expect(read('README.md').toString()).toMatch(/\| test +\| 1,955 of 2,000 \| 0\.9775 +\|/)
  })

  it('stays below 4 MB, of which the model takes less than 2', () => {
    const sizes = readdirSync(folder).map((name) => statSync(new URL(name, folder)).size)
    expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThan(4e6)
    expect(statSync(new URL('model.onnx', folder)).size).toBeLessThan(2e6)
  })
})
