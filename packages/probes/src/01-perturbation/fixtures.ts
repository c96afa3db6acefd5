// The smallest systems for this probe. Samples are 4 x 4 pictures that are all dark (class 0) or all light
// (class 1). The vulnerable model decides by the mean, at a margin smaller than eps; the resistant one has borders
// so far away that nothing within eps reaches them.
import { type MemorySystem, memorySystem, sampleSet } from '../testing/memory-system.ts'

const pictures = Array.from({ length: 60 }, (_, i) => {
  const light = i % 2 === 1
  return { values: new Array(16).fill(light ? 0.6 : 0.4), label: light ? 1 : 0 }
})

const samples = sampleSet(
  pictures.map(({ values }) => values),
  { shape: [1, 4, 4], labels: pictures.map(({ label }) => label) },
)

const access = ['label', 'score', 'gradient'] as const

function meanOf(sample: Float32Array): number {
  return sample.reduce((a, b) => a + b, 0) / sample.length
}

/** A mean moved by 0.1 changes the class. */
export function vulnerable(): MemorySystem {
  return memorySystem({ samples, access, scorer: (x) => [0.5 - meanOf(x), meanOf(x) - 0.5] })
}

/**
 * Dark, light, and between them neither: from a dark or light sample, and from noise, which is neither, the next class
 * is a mean of 0.2 away, further than the ball reaches, and close to each the model is sure of its answer.
 */
export function resistant(): MemorySystem {
  const wide = sampleSet(
    pictures.map(({ label }) => new Array(16).fill(label)),
    { shape: [1, 4, 4], labels: pictures.map(({ label }) => label) },
  )
  return memorySystem({
    samples: wide,
    access,
    classes: 3,
    scorer: (x) => {
      const mean = meanOf(x)
      return [20 * (0.25 - mean), 20 * (mean - 0.75), 20 * Math.min(mean - 0.25, 0.75 - mean)]
    },
  })
}

export function inapplicable(): MemorySystem {
  return memorySystem({ samples })
}
