// What the networks are trained on: the digits of the example, the slice of CIFAR-10 from the shared data, and a toy task
// of text. Samples are prepared once, so both sides get the same numbers.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { unzipSync } from 'fflate'
import { repositoryRoot, type SharedData } from '../../shared-data.ts'

export interface Split {
  readonly x: Float32Array
  readonly y: Int32Array
}

export interface Task {
  readonly train: Split
  readonly test: Split
}

/** 28 x 28, grey level / 255, minus 0.1307, divided by 0.3081. */
export function digits(): Task {
  const read = (name: string): Split => {
    const file = unzipSync(readFileSync(join(repositoryRoot, 'examples', 'digits', `${name}.npz`)))
    const bytes = (key: string): Uint8Array => {
      const entry = file[`${key}.npy`]!
      return entry.subarray(10 + entry[8]! + 256 * entry[9]!)
    }
    return {
      x: Float32Array.from(bytes('x'), (level) => (level / 255 - 0.1307) / 0.3081),
      y: Int32Array.from(bytes('y')),
    }
  }
  return { train: read('train'), test: read('test') }
}

const means = [0.4914, 0.4822, 0.4465]
const deviations = [0.247, 0.2435, 0.2616]

/** 2,000 pictures of 3 x 32 x 32 for training, 2,000 for testing: decoded from a JPEG re-encoding, not CIFAR-10 itself. */
export function cifar(data: SharedData): Task {
  const read = (part: 'train' | 'test'): Split => {
    const stem = join(data.folder, 'images', `cifar10-jpeg-${part}-2000`)
    const pixels = gunzipSync(readFileSync(`${stem}x32x32x3.u8.gz`))
    const y = Int32Array.from(readFileSync(`${stem}.labels.u8`))
    const x = new Float32Array(pixels.length)
    for (let n = 0; n < y.length; n++) {
      for (let c = 0; c < 3; c++) {
        for (let p = 0; p < 1024; p++) {
          x[(n * 3 + c) * 1024 + p] = (pixels[(n * 1024 + p) * 3 + c]! / 255 - means[c]!) / deviations[c]!
        }
      }
    }
    return { x, y }
  }
  return { train: read('train'), test: read('test') }
}

/**
 * Twelve words of eight; the class is the fourth word where the first is one of the first four, else the eighth: what to
 * look at hangs on what is there. A tenth of the classes are drawn at random, so that nobody gets all of them.
 */
export function lookTask(): Task {
  let state = 12345
  const draw = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const make = (count: number): Split => {
    const x = new Float32Array(count * 12)
    const y = new Int32Array(count)
    for (let i = 0; i < count; i++) {
      for (let t = 0; t < 12; t++) x[i * 12 + t] = 1 + draw(8)
      const at = x[i * 12]! <= 4 ? 3 : 7
      y[i] = draw(10) === 0 ? draw(8) : x[i * 12 + at]! - 1
    }
    return { x, y }
  }
  return { train: make(4000), test: make(1000) }
}
