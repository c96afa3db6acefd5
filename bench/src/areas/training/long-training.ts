// A training in a process of its own that saves where it stands after every few steps: `long-training.ts STEM`. It resumes
// from STEM.checkpoint where there is one, and writes STEM.weights at the end.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { cnn, float32, fromNumbers, train, trainableOf } from '@failmode/engine'

const stem = process.argv[2] ?? ''
const count = 600
let state = 7
const draw = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 2 ** 32
}
const labels = Array.from({ length: count }, (_, i) => i % 4)
const x = Float32Array.from(
  { length: count * 144 },
  (_, at) => draw() + (at % 4 === labels[Math.floor(at / 144)] ? 0.5 : 0),
)
const checkpoint = `${stem}.checkpoint`

const { model } = await train({
  graph: cnn({ shape: [1, 12, 12], classes: 4, filters: [8, 16], hidden: 32, batchNorm: true, dropout: 0.3 }),
  recipe: {
    epochs: 30,
    batch: 64,
    optimizer: { kind: 'adam', rate: 0.002 },
    schedule: { kind: 'cosine', warmup: 1 },
    augmentation: { flip: true, shift: 1 },
    start: 'fresh',
  },
  data: { samples: { x: float32(x, [count, 1, 12, 12]), labels: fromNumbers('int64', [count], labels) } },
  seed: 3,
  checkpoint: {
    everySteps: 3,
    // Whole or not at all: a file that is being written when the process is killed must not be the one that counts.
    write: (bytes) => {
      writeFileSync(`${checkpoint}.new`, bytes)
      renameSync(`${checkpoint}.new`, checkpoint)
    },
  },
  ...(existsSync(checkpoint) ? { resume: readFileSync(checkpoint) } : {}),
})
const { model: normal, weights, statistics } = await trainableOf(model)
const parts = [...weights, ...statistics].map(({ name }) => {
  const { buffer, byteOffset, byteLength } = normal.graph.initializers.get(name)!.data as Float32Array
  return Buffer.from(buffer, byteOffset, byteLength)
})
writeFileSync(`${stem}.weights`, Buffer.concat(parts))
