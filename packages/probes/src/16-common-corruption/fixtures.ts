// The smallest system that common corruptions break, and the smallest that stands them, on the same pictures. Each
// picture is 16 x 16 and grey: one quadrant is brighter, which is the class, and the first pixel gives the class
// away in its last grey levels. One model learnt that shortcut, as networks do; the other looks at the quadrants.
import {
  createRandom,
  type LabelModel,
  type SampleSet,
  type SystemFacts,
  type Tensor,
  tensor,
} from '@failmode/core'

const side = 16
const size = side * side
const count = 240
const mark = 100

function picture(index: number): Float32Array {
  const random = createRandom('common-corruption fixture').split(index)
  const label = index % 4
  const image = new Float32Array(size)
  for (let i = 0; i < size; i++) {
    const level = 0.2 + 0.2 * random.uniform() + (quadrant(i) === label ? 0.35 : 0)
    image[i] = Math.round(level * 255) / 255
  }
  image[0] = (mark + label) / 255
  return image
}

function quadrant(pixel: number): number {
  const [row, column] = [Math.floor(pixel / side), pixel % side]
  return (row < side / 2 ? 0 : 2) + (column < side / 2 ? 0 : 1)
}

const pictures = Array.from({ length: count }, (_, index) => picture(index))

export const samples: SampleSet = {
  digest: '16'.repeat(32),
  count,
  sampleShape: [1, side, side],
  labelled: true,
  labels: Int32Array.from({ length: count }, (_, i) => i % 4),
  read(indices) {
    const data = new Float32Array(indices.length * size)
    for (let row = 0; row < indices.length; row++) data.set(pictures[indices[row]!]!, row * size)
    return tensor(data, [indices.length, 1, side, side])
  },
}

export const system: SystemFacts = {
  name: 'quadrants',
  task: 'image-classification',
  model: {
    kind: 'function',
    digest: '00'.repeat(32),
    task: 'image-classification',
    access: ['label'],
    missingAccess: { score: 'it answers with classes', gradient: 'it answers with classes' },
    sampleShape: [1, side, side],
    classes: 4,
    labels: ['top left', 'top right', 'bottom left', 'bottom right'],
    output: 'labels',
    maxBatch: 100,
  },
  data: { test: { digest: samples.digest, count, sampleShape: samples.sampleShape, labelled: true } },
  artifacts: [],
  assets: {},
}

/** Reads the class off the first pixel; any other level there is class 0. */
export const vulnerable: LabelModel = byRow((image) => {
  const label = Math.round(image[0]! * 255) - mark
  return label >= 0 && label < 4 ? label : 0
})

/** The quadrant with the highest mean. */
export const resistant: LabelModel = byRow((image) => {
  const sums = [0, 0, 0, 0]
  for (const [i, value] of image.entries()) sums[quadrant(i)]! += value
  return sums.indexOf(Math.max(...sums))
})

function byRow(classify: (image: Float32Array) => number): LabelModel {
  return {
    async labels({ data, dims }: Tensor) {
      return Int32Array.from({ length: dims[0]! }, (_, row) =>
        classify(data.subarray(row * size, (row + 1) * size)),
      )
    },
  }
}
