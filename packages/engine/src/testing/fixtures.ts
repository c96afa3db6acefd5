// The committed networks that real exporters wrote, with the truths that their own frameworks gave. Made by the
// scripts in bench/peers/fixtures, which say how; the JSON files name script and versions.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { float32, type Tensor, tensorFromBytes } from '../ir/tensor.ts'

export interface Fixture {
  /** File name without folder and ending. */
  readonly name: string
  readonly path: string
  readonly inputs: Readonly<Record<string, Tensor>>
  readonly output: string
  readonly scale: 'logits' | 'probabilities'
  readonly values: Tensor
  /** The value to differentiate with respect to, and the gradient of the summed cross-entropy. */
  readonly wrt?: string
  readonly gradient?: Tensor
  readonly labels: readonly number[]
  /** Where there is no gradient: the operator that prevents it. */
  readonly blockedBy?: string
  /** The gradient is an estimate through rounding. */
  readonly straightThrough: boolean
}

interface Packed {
  readonly dtype: 'float32' | 'int64'
  readonly dims: readonly number[]
  readonly data: string
}

interface Truth {
  readonly models: readonly { readonly file: string }[]
  readonly inputs: Readonly<Record<string, Packed>>
  readonly output: string
  readonly scale: Fixture['scale']
  readonly values: Packed
  readonly wrt?: string
  readonly labels?: Packed
  readonly gradient?: Packed
  readonly blockedBy?: string
  readonly straightThrough?: boolean
}

export const fixtureFolder = fileURLToPath(new URL('../fixtures/', import.meta.url))

export function fixtures(): readonly Fixture[] {
  const truths = readdirSync(fixtureFolder)
    .filter((file) => file.endsWith('.json'))
    .sort()
  return truths.flatMap((file) => {
    const truth = JSON.parse(readFileSync(fixtureFolder + file, 'utf8')) as Truth
    const { output, scale, wrt, blockedBy } = truth
    return truth.models.map((model) => ({
      name: model.file.replace(/\.onnx$/, ''),
      path: fixtureFolder + model.file,
      inputs: Object.fromEntries(
        Object.entries(truth.inputs).map(([name, value]) => [name, unpacked(value)]),
      ),
      output,
      scale,
      values: unpacked(truth.values),
      ...(wrt === undefined ? {} : { wrt }),
      ...(truth.gradient === undefined ? {} : { gradient: unpacked(truth.gradient) }),
      labels: truth.labels === undefined ? [] : Array.from(unpacked(truth.labels).data, Number),
      ...(blockedBy === undefined ? {} : { blockedBy }),
      straightThrough: truth.straightThrough === true,
    }))
  })
}

function unpacked({ dtype, dims, data }: Packed): Tensor {
  return tensorFromBytes(dtype, dims, new Uint8Array(Buffer.from(data, 'base64')))
}

/**
 * The gradient of the summed cross-entropy with respect to values [N, K, ...], each position of which has a label:
 * softmax - onehot for logits, -onehot / p for probabilities.
 */
export function crossEntropySeed(values: Tensor, labels: readonly number[], scale: Fixture['scale']): Tensor {
  const [samples = 0, classes = 0, ...rest] = values.dims
  const inner = rest.reduce((a, b) => a * b, 1)
  const z = values.data as Float32Array
  const seed = new Float32Array(z.length)
  for (let n = 0; n < samples; n++) {
    for (let j = 0; j < inner; j++) {
      const at = (k: number): number => (n * classes + k) * inner + j
      const label = labels[n * inner + j]!
      if (scale === 'probabilities') {
        seed[at(label)] = -1 / z[at(label)]!
        continue
      }
      let largest = -Infinity
      for (let k = 0; k < classes; k++) largest = Math.max(largest, z[at(k)]!)
      let sum = 0
      for (let k = 0; k < classes; k++) sum += Math.exp(z[at(k)]! - largest)
      for (let k = 0; k < classes; k++) {
        seed[at(k)] = Math.exp(z[at(k)]! - largest) / sum - (k === label ? 1 : 0)
      }
    }
  }
  return float32(seed, values.dims)
}

export interface Agreement {
  readonly cosine: number
  /** Of the entries whose size is above `floor` times the largest: the part whose sign agrees. */
  readonly signs: number
}

export function agreement(got: ArrayLike<number>, want: ArrayLike<number>, floor = 1e-7): Agreement {
  if (got.length !== want.length) return { cosine: 0, signs: 0 }
  let [dot, gg, ww, largest] = [0, 0, 0, 0]
  for (let i = 0; i < want.length; i++) {
    dot += got[i]! * want[i]!
    gg += got[i]! ** 2
    ww += want[i]! ** 2
    largest = Math.max(largest, Math.abs(want[i]!))
  }
  let [same, counted] = [0, 0]
  for (let i = 0; i < want.length; i++) {
    if (Math.abs(want[i]!) <= floor * largest) continue
    counted++
    if (Math.sign(got[i]!) === Math.sign(want[i]!)) same++
  }
  return { cosine: dot / Math.sqrt(gg * ww), signs: counted === 0 ? 1 : same / counted }
}
