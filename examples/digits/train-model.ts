// Trains the digits example with failmode's own engine and writes model.onnx beside this file: a small convolutional net,
// trained on train.npz alone; the test split is never opened here. Seed, one thread and the order of the data are
// fixed, so the same processor and versions give the same file, byte for byte: `npx tsx examples/digits/train-model.ts`.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { cnn, float32, fromNumbers, type Recipe, train, writeModel } from '@failmode/engine'
import { unzipSync } from 'fflate'

const mean = 0.1307
const deviation = 0.3081

export const recipe: Recipe = {
  epochs: 10,
  batch: 64,
  optimizer: { kind: 'adam', rate: 0.002 },
  // Down to a twentieth by the last step, so that the weights do not depend on where the last batches fell.
  schedule: { kind: 'linear', floor: 0.05 },
}

/** The bytes of an array in an .npz file, without its header (NEP 1). */
function numbers(file: Readonly<Record<string, Uint8Array>>, name: string): Uint8Array {
  const bytes = file[`${name}.npy`]
  if (bytes === undefined) throw new Error(`train.npz holds no "${name}"`)
  return bytes.subarray(10 + bytes[8]! + 256 * bytes[9]!)
}

/** The trained model as the bytes of an ONNX file. */
export async function trainModel(tell: (line: string) => void = () => {}): Promise<Uint8Array> {
  const file = unzipSync(readFileSync(new URL('train.npz', import.meta.url)))
  const labels = numbers(file, 'y')
  const x = Float32Array.from(numbers(file, 'x'), (level) => (level / 255 - mean) / deviation)
  const graph = cnn({
    shape: [1, 28, 28],
    filters: [16, 32],
    kernel: 5,
    hidden: 128,
    dropout: 0.4,
    classes: 10,
    seed: 7,
  })
  const { model } = await train({
    graph,
    recipe,
    data: {
      samples: {
        x: float32(x, [labels.length, 1, 28, 28]),
        labels: fromNumbers('int64', [labels.length], labels),
      },
    },
    seed: 7,
    onEpoch: ({ epoch, loss, accuracy }) =>
      tell(`epoch ${epoch} of ${recipe.epochs}: loss ${loss.toFixed(4)}, accuracy ${accuracy?.toFixed(4)}`),
  })
  return writeModel(model)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const bytes = await trainModel(console.log)
  writeFileSync(new URL('model.onnx', import.meta.url), bytes)
  console.log(`model.onnx: ${bytes.length} bytes`)
}
