// Systems to test the command line on: a tiny one made here, whose answers are known without running it, and the
// digits of the examples with little data. Each lies in a folder of its own under the system's temporary folder.
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { float32, graphBuilder, writeModel } from '@failmode/engine'

export interface SystemFolder {
  readonly path: string
  readonly config: Readonly<Record<string, unknown>>
  /** Writes another configuration file beside the first and gives its name. */
  write(name: string, content: unknown): Promise<string>
  remove(): Promise<void>
}

async function systemFolder(config: Readonly<Record<string, unknown>>): Promise<SystemFolder> {
  const path = await mkdtemp(join(tmpdir(), 'failmode-'))
  const folder: SystemFolder = {
    path,
    config,
    async write(name, content) {
      const data =
        typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content)
      await writeFile(join(path, name), data)
      return name
    },
    remove: () => rm(path, { recursive: true, force: true }),
  }
  await folder.write('failmode.config.json', config)
  return folder
}

/** Side of the tiny pictures. */
export const side = 8

/**
 * Pictures of one grey each, dark ones of class 0 and bright ones of class 1, and a model that sums them: its two
 * scores are (mean - 1/2) times -8 and 8, so it is right about all of them and sure of it.
 */
export async function tinySystem(): Promise<SystemFolder> {
  const { x, y } = tinyData(60)
  const folder = await systemFolder(tinyConfig)
  await folder.write('model.onnx', tinyModel())
  await folder.write('x.npy', npy(x, [60, 1, side, side]))
  await folder.write('y.npy', npy(y, [60]))
  return folder
}

export const tinyConfig = {
  name: 'tiny',
  task: 'image-classification',
  labels: ['dark', 'bright'],
  model: { onnx: 'model.onnx', input: { layout: 'NCHW', shape: [1, side, side] }, output: 'logits' },
  data: { test: { npy: { inputs: 'x.npy', labels: 'y.npy' } } },
  artifacts: ['model.onnx'],
  probes: {
    perturbation: { eps: 0.05, samples: 20, queries: 20, noiseDraws: 2 },
    'common-corruption': { corruptions: ['contrast'], severities: [1], samples: 60 },
    reprogramming: { guests: ['square-counting'], steps: 20, batch: 4, samples: 40 },
  },
  seed: 7,
} as const

/** Greys of 0.1 and 0.9 by turns, [count, 1, side, side], and their classes. */
export function tinyData(count: number): { readonly x: Float32Array; readonly y: BigInt64Array } {
  const x = new Float32Array(count * side * side)
  for (let i = 0; i < count; i++) x.fill(i % 2 === 0 ? 0.1 : 0.9, i * side * side, (i + 1) * side * side)
  return { x, y: BigInt64Array.from({ length: count }, (_, i) => BigInt(i % 2)) }
}

/** @param options.nan gives scores that are not numbers for pictures darker than 1/4 */
export function tinyModel({ nan = false }: { readonly nan?: boolean } = {}): Uint8Array {
  const builder = graphBuilder()
  const pixels = side * side
  let x = builder.input('x', 'float32', ['n', 1, side, side])
  if (nan) {
    // An empty batch of zeros has to pass, because the model is tried on zeros: sqrt(x * (x - 1/4)).
    const lower = builder.node('Sub', [x, builder.constant(float32([0.25], []))])
    x = builder.node('Sqrt', [builder.node('Mul', [x, lower])])
  }
  const weights = Float32Array.from({ length: pixels * 2 }, (_, i) => (i % 2 === 0 ? -8 : 8) / pixels)
  const product = builder.node('MatMul', [
    builder.node('Flatten', [x], { axis: 1 }),
    builder.constant(float32(weights, [pixels, 2])),
  ])
  builder.output(builder.node('Add', [product, builder.constant(float32([4, -4], [2]))]), 'y')
  return writeModel(builder.finish())
}

const digits = fileURLToPath(new URL('../../../../examples/digits/', import.meta.url))

/** The digits example with few samples: a run of two seconds with some forty steps. */
export async function digitsSystem(): Promise<SystemFolder> {
  const folder = await systemFolder({
    name: 'digits',
    task: 'image-classification',
    model: {
      onnx: 'model.onnx',
      input: { layout: 'NCHW', shape: [1, 28, 28], mean: [0.1307], std: [0.3081] },
      output: 'logits',
    },
    data: { test: { npz: { file: 'test.npz', inputs: 'x', labels: 'y' } } },
    artifacts: ['model.onnx'],
    probes: {
      perturbation: { eps: 0.3, samples: 64, queries: 20, steps: 5, noiseDraws: 2 },
      'common-corruption': { severities: [1, 5], samples: 50 },
      reprogramming: { guests: ['square-counting'], steps: 20, batch: 4, samples: 40 },
    },
    seed: 7,
  })
  for (const name of ['model.onnx', 'test.npz']) await cp(join(digits, name), join(folder.path, name))
  return folder
}

const descriptions = [
  [Float32Array, '<f4'],
  [Float64Array, '<f8'],
  [BigInt64Array, '<i8'],
  [Uint8Array, '|u1'],
] as const

/** An array in NumPy's file format, version 1.0. */
export function npy(
  data: Float32Array | Float64Array | BigInt64Array | Uint8Array,
  shape: readonly number[],
): Uint8Array {
  const description = descriptions.find(([kind]) => data instanceof kind)?.[1]
  const dict = `{'descr': '${description}', 'fortran_order': False, 'shape': (${shape.map((size) => `${size},`).join(' ')}), }`
  // Magic, version and length take 10 bytes; all of the header with its newline is a multiple of 64.
  const header = `${dict.padEnd(Math.ceil((dict.length + 11) / 64) * 64 - 11)}\n`
  return Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    Uint8Array.of(header.length & 255, header.length >> 8),
    Buffer.from(header, 'latin1'),
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  ])
}
