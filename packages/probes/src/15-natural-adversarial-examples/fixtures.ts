// Pictures of 8 x 8 with one quadrant brighter, which is the class. Some of class 0 carry a mark in the opposite corner,
// by which one model takes them all for class 2, and is sure of it; the other looks at the quadrants.
import { createRandom, type SampleSet } from '@failmode/core'
import { type MemorySystem, memorySystem, type SampleScorer, sampleSet } from '../testing/memory-system.ts'

const side = 8
const size = side * side
export const count = 500
/** Every so many pictures one of class 0 is marked. */
const every = 12

const quadrant = (at: number): number =>
  (Math.floor(at / side) < side / 2 ? 0 : 2) + (at % side < side / 2 ? 0 : 1)
/** The last four pixels of the two lowest rows. */
const inMark = (at: number): boolean => Math.floor(at / side) >= side - 2 && at % side >= side - 4

export const truth: readonly number[] = Array.from({ length: count }, (_, i) => i % 4)
export const marked: ReadonlySet<number> = new Set([...truth.keys()].filter((i) => i % every === 0))

const pictures = truth.map((label, i) => {
  const random = createRandom('natural-adversarial-examples').split(i)
  return Array.from({ length: size }, (_, at) => {
    if (marked.has(i) && inMark(at)) return 1
    return 0.2 + 0.15 * random.uniform() + (quadrant(at) === label ? 0.4 : 0)
  })
})

/** Labels of which every so many-th is another class. */
export function flipped(each: number): readonly number[] {
  return truth.map((label, i) => (i % each === 7 ? (label + 1 + (i % 3)) % 4 : label))
}

export const pool = (labels: readonly number[] | null = truth): SampleSet =>
  sampleSet(pictures, { shape: [1, side, side], labels })

/** Median-like: the mark fills half a quadrant, so the brightest eighth pixel of each is compared. */
function quadrants(x: ArrayLike<number>): readonly number[] {
  const values: number[][] = [[], [], [], []]
  for (let at = 0; at < x.length; at++) values[quadrant(at)]!.push(x[at]!)
  return values.map((own) => own.sort((a, b) => a - b)[4]!)
}

const isMarked = (x: ArrayLike<number>): boolean => x[size - 1]! > 0.95

export const seesQuadrants: SampleScorer = (x) => quadrants(x).map((level) => 25 * level)

/** The same, but sure that a marked picture is of class 2. */
export const seesMark: SampleScorer = (x) =>
  quadrants(x).map((level, k) => (isMarked(x) ? (k === 2 ? 20 : 0) : 25 * level))

/** Has every picture wrong whose first pixel is dark, which is a matter of chance. */
export const errsElsewhere: SampleScorer = (x) => {
  const right = quadrants(x).map((level) => 25 * level)
  const noise = (x[size / 2 - 1]! - 0.2) % 0.4
  return noise < 0.015 ? [...right.slice(1), right[0]!] : right
}

const embed = (x: ArrayLike<number>): readonly number[] => [...quadrants(x), isMarked(x) ? 1 : 0]

/** References answer with scores only. */
export function system(
  parts: Partial<Parameters<typeof memorySystem>[0]> & { readonly scorer: SampleScorer },
): MemorySystem {
  const own = memorySystem({ samples: pool(), classes: 4, embed, ...parts })
  const closed = Object.entries(own.facts.references ?? {}).map(
    ([name, facts]) => [name, { ...facts, access: ['label', 'score'] as const }] as const,
  )
  return { ...own, facts: { ...own.facts, references: Object.fromEntries(closed) } }
}

export const vulnerable = (): MemorySystem => system({ scorer: seesMark })

/** With a few wrong labels, which are not the model's. */
export const resistant = (): MemorySystem => system({ scorer: seesQuadrants, samples: pool(flipped(21)) })

export const inapplicable = (): MemorySystem => memorySystem({ samples: pool() })
