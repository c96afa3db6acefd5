// Grey pictures of 12 x 12: one quadrant is brighter, which is the class, and the whole picture is lit more or less. One
// model calls a quadrant bright above a fixed level, as one that was tested in one light may; the other compares the
// quadrants with each other. Data sets are drawn from these pictures with shares of classes and a light of their own.
import { createRandom, type Metadata, type SampleSet, type SystemFacts } from '@failmode/core'
import { type MemorySystem, memorySystem, type SampleScorer, sampleSet } from '../testing/memory-system.ts'

const side = 12
const size = side * side

export interface PictureSet {
  readonly seed: string
  readonly count: number
  /** Shares of the four classes; equal unless said. */
  readonly shares?: readonly number[]
  /** Factor on all light; 1 unless said. */
  readonly light?: number
  readonly labelled?: boolean
  /** What the right answer is called, of what is bright; that class unless said. */
  readonly rename?: (label: number) => number
}

export function pictures({
  seed,
  count,
  shares = [0.25, 0.25, 0.25, 0.25],
  light = 1,
  labelled = true,
  rename = (label) => label,
}: PictureSet) {
  const labels: number[] = []
  const images = Array.from({ length: count }, (_, index) => {
    const random = createRandom(seed).split(index)
    // Evenly spread, so that no set has other shares by chance.
    const place = (index * 0.6180339887) % 1
    let label = 0
    for (let sum = shares[0]!; place >= sum && label < 3; sum += shares[label]!) label++
    labels.push(rename(label))
    const level = light * (0.36 + 0.03 * random.normal())
    return Array.from({ length: size }, (_, i) => {
      // Quadrants differ a little in texture, so that shares of classes can be seen in the inputs.
      const bright = quadrant(i) === label ? 0.25 * light : 0
      const grain = 0.02 * (1 + label) * random.normal()
      return Math.min(1, Math.max(0, level + bright + grain))
    })
  })
  return {
    ...sampleSet(images, { shape: [1, side, side], labels: labelled ? labels : null }),
    digest: digestOf(seed),
  }
}

function digestOf(seed: string): string {
  return Array.from(seed, (letter) => letter.charCodeAt(0).toString(16))
    .join('')
    .padEnd(64, '0')
    .slice(0, 64)
}

function quadrant(pixel: number): number {
  const [row, column] = [Math.floor(pixel / side), pixel % side]
  return (row < side / 2 ? 0 : 2) + (column < side / 2 ? 0 : 1)
}

function quadrantMeans(image: Float32Array): number[] {
  const sums = [0, 0, 0, 0]
  for (const [i, value] of image.entries()) sums[quadrant(i)]! += (4 * value) / size
  return sums
}

/** Takes the first quadrant above 0.42 for the bright one; in more light that is any quadrant. */
export const fixedLevel: SampleScorer = (image) => {
  const means = quadrantMeans(image)
  const first = means.findIndex((mean) => mean > 0.42)
  // Each score also leans on its own quadrant, so that confidence says something.
  return means.map((mean, k) => (k === first ? 4 : 0) + mean)
}

/** The quadrant with the most light. */
export const comparing: SampleScorer = (image) => quadrantMeans(image).map((mean) => 30 * mean)

/** Pictures of several kinds, one after the other, and a column that says of which kind each is. */
export function mixture(column: string, parts: Readonly<Record<string, PictureSet>>) {
  const sets = Object.entries(parts).map(([value, part]) => ({ value, set: pictures(part) }))
  const samples = sets.flatMap(({ set }) =>
    Array.from({ length: set.count }, (_, i) => Array.from(set.read([i]).data)),
  )
  const first = sets[0]!.set
  const labels = sets.flatMap(({ set }) => (set.labels === null ? [] : Array.from(set.labels)))
  return {
    ...sampleSet(samples, { shape: first.sampleShape, labels: labels.length === 0 ? null : labels }),
    digest: first.digest,
    metadata: [column],
    texts: { [column]: sets.flatMap(({ value, set }) => new Array<string>(set.count).fill(value)) },
  }
}

/** Samples of a data set, and what is known of each where something is. */
export type PictureData = SampleSet & { readonly texts?: Metadata }

export function shiftSystem(
  scorer: SampleScorer | undefined,
  sets: Readonly<Record<string, PictureData>>,
): MemorySystem {
  const system = memorySystem({
    ...(scorer === undefined ? {} : { scorer }),
    classes: 4,
    samples: Object.values(sets)[0]!,
  })
  const facts: SystemFacts = { ...system.facts, data: sets }
  const metadata = Object.fromEntries(Object.entries(sets).map(([name, { texts }]) => [name, texts ?? {}]))
  return { ...system, facts, data: sets, metadata }
}
