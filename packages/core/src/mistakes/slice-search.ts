// Which kinds of rows does the model fail on, in words of their metadata? Slices are conjunctions of a few predicates on
// columns (Chung et al., "Automated Data Slicing for Model Validation", ICDE 2019; Sagadeeva and Boehm, "SliceLine",
// SIGMOD 2021). There are more of them than rows, so the worst looks bad by chance alone. The rows are therefore parted
// at random: one half says which slices to ask about, the other, which had no say, answers. That leaves a handful of
// tests where correcting over all slices examined would leave 100,000s, and the error rates of the second half are
// not inflated by having been picked. Slices are found one after the other, each among the rows that those before it do
// not explain, and put as simply as the first half allows.
import type { Random } from '../random/random.ts'
import { quantileOfSorted, sorted } from '../statistics/describe.ts'
import type { Interval, IntervalOptions } from '../statistics/interval.ts'
import { wilson } from '../statistics/intervals.ts'
import { benjaminiHochberg } from '../statistics/multiple-tests.ts'
import { hypergeometricTail, logHypergeometricTail } from './hypergeometric.ts'

export interface MetadataColumn {
  readonly name: string
  /** One a row: all texts, or all numbers; null, NaN and '' are missing. */
  readonly values: ArrayLike<string | number | null>
}

export type Predicate =
  | { readonly column: string; readonly equals: string }
  /** from <= value < below; null where there is no end. */
  | { readonly column: string; readonly from: number | null; readonly below: number | null }
  | { readonly column: string; readonly missing: true }

export interface SliceSearchOptions extends IntervalOptions {
  /** Most predicates of a slice, 1 to 3; 3 unless said. */
  readonly predicates?: 1 | 2 | 3
  /** Least rows of a slice, half of them in either half of the rows; 30 unless said. */
  readonly minSupport?: number
  /** Most slices asked about; 10 unless said. */
  readonly most?: number
  /** Expected share of false slices among those reported; 0.1 unless said. */
  readonly q?: number
  /** Bins of about equal numbers of rows that a column of numbers is cut into; 5 unless said. */
  readonly bins?: number
}

export interface Slice {
  /** In order of columns. */
  readonly predicates: readonly Predicate[]
  /** All rows of the slice, of both halves. */
  readonly rows: Int32Array
  /** Rows of the slice in the half that tests it; the numbers below are theirs. */
  readonly support: number
  readonly errors: number
  readonly errorRate: number
  /** Wilson's, for the error rate. */
  readonly interval: Interval
  /** Error rate over that of the whole half. */
  readonly lift: number
  /** Chance of as many errors in random rows, of the rows that no slice found before explains. */
  readonly pValue: number
  /** Adjusted over the slices asked about by Benjamini and Hochberg. */
  readonly adjusted: number
}

export interface SliceSearch {
  /** Those whose adjusted p-value is at most q, the surest first. */
  readonly slices: readonly Slice[]
  /** Slices asked about on the second half. */
  readonly asked: number
  /** Slices whose errors were counted on the first half, those that could not win left out. */
  readonly examined: number
}

/** Up to this p-value a slice is worth asking about, and is worth one predicate more. */
const worthwhile = 0.05

/**
 * @param errors 1 where the model is wrong, else 0; one a row
 * @throws RangeError when a column has not one value a row, or texts and numbers
 */
export function searchSlices(
  columns: readonly MetadataColumn[],
  errors: ArrayLike<number>,
  random: Random,
  {
    predicates = 3,
    minSupport = 30,
    most = 10,
    q = 0.1,
    bins = 5,
    confidence = 0.95,
  }: SliceSearchOptions = {},
): SliceSearch {
  const rows = errors.length
  const order = random.split('halves').permutation(rows)
  const half = rows >> 1
  // Bits of the finding half come first, and those of the testing half start with a word of their own.
  const words = { finding: Math.ceil(half / 32), all: Math.ceil(half / 32) + Math.ceil((rows - half) / 32) }
  const placeOf = (at: number): number => (at < half ? at : words.finding * 32 + at - half)
  const bitsOf = (isIn: (row: number) => boolean): Bits => {
    const bits = new Int32Array(words.all)
    for (let at = 0; at < rows; at++) {
      const place = placeOf(at)
      if (isIn(order[at]!)) bits[place >> 5]! |= 1 << (place & 31)
    }
    return bits
  }
  const inFinding = (bits: Bits, and: Bits): number => common(bits, and, 0, words.finding)
  const inTesting = (bits: Bits, and: Bits): number => common(bits, and, words.finding, words.all)
  const wrong = bitsOf((row) => errors[row] === 1)
  const everything = bitsOf(() => true)
  const least = Math.ceil(minSupport / 2)
  const isLarge = (bits: Bits): boolean => {
    const [a, b] = [inFinding(bits, bits), inTesting(bits, bits)]
    return a >= least && b >= least && a + b >= minSupport
  }
  const atoms = columns
    .flatMap((column, index) =>
      levelsOf(column, rows, bins).map(({ predicate, isIn }) => ({
        predicate,
        column: index,
        bits: bitsOf(isIn),
      })),
    )
    .filter(({ bits }) => isLarge(bits))

  // Pairs too small to hold a slice are not looked at twice: 1 is large, 2 is small.
  const pairs = new Uint8Array(atoms.length ** 2)
  let examined = 0

  /** The slice least likely by chance among the `open` rows of the finding half; undefined when none is worthwhile. */
  const best = (open: Bits): readonly number[] | undefined => {
    const openWrong = and(open, wrong)
    const total = inFinding(open, open)
    const marked = inFinding(openWrong, openWrong)
    let winner: readonly number[] | undefined
    let lowest = Math.log(worthwhile)
    // What a slice with so many errors, or any part of it, could reach: all its errors in as few rows as may be.
    const reach = new Float64Array(marked + 1).map((_, e) =>
      logHypergeometricTail(e, Math.min(total, Math.max(e, least)), marked, total),
    )
    /** Whether the slice, or parts of it, may yet win. */
    const consider = (slice: readonly number[], bits: Bits): boolean => {
      examined++
      const hits = inFinding(bits, openWrong)
      if (reach[hits]! >= lowest) return false
      const support = inFinding(bits, open)
      if (support < least) return false
      const chance = logHypergeometricTail(hits, support, marked, total)
      // Simpler slices come first and win ties, which rounding must not break.
      if (chance < lowest - 1e-9) {
        lowest = chance
        winner = slice
      }
      return reach[hits]! < lowest
    }
    const extend = (slice: readonly number[], bits: Bits): void => {
      const last = slice.at(-1)!
      for (let next = last + 1; next < atoms.length; next++) {
        if (atoms[next]!.column === atoms[last]!.column) continue
        if (slice.some((one) => pairs[one * atoms.length + next] === 2)) continue
        const own = and(bits, atoms[next]!.bits)
        const pair = last * atoms.length + next
        const known = slice.length === 1 ? pairs[pair]! : 0
        const large = known === 0 ? isLarge(own) : known === 1
        if (slice.length === 1) pairs[pair] = large ? 1 : 2
        if (!large) continue
        const longer = [...slice, next]
        if (consider(longer, own) && longer.length < predicates) extend(longer, own)
      }
    }
    const promising = atoms.map((atom, i) => consider([i], atom.bits))
    if (predicates > 1) for (const [i, atom] of atoms.entries()) if (promising[i]) extend([i], atom.bits)
    return winner
  }

  const bitsOfSlice = (slice: readonly number[]): Bits =>
    slice.reduce((bits, atom) => and(bits, atoms[atom]!.bits), everything)

  /** Leaves predicates out as long as the rows that come in with that are no better than those that were there. */
  const simplify = (slice: readonly number[], open: Bits): readonly number[] => {
    const openWrong = and(open, wrong)
    const bits = bitsOfSlice(slice)
    let simplest = slice
    let highest = worthwhile
    for (const atom of slice.length > 1 ? slice : []) {
      const shorter = slice.filter((one) => one !== atom)
      const wide = bitsOfSlice(shorter)
      const chance = hypergeometricTail(
        inFinding(bits, openWrong),
        inFinding(bits, open),
        inFinding(wide, openWrong),
        inFinding(wide, open),
      )
      if (chance > highest) {
        highest = chance
        simplest = shorter
      }
    }
    return simplest === slice ? slice : simplify(simplest, open)
  }

  const found: Omit<Slice, 'adjusted'>[] = []
  const testing = inTesting(everything, everything)
  const wrongInTesting = inTesting(wrong, wrong)
  let open = everything
  while (found.length < most) {
    const first = best(open)
    if (first === undefined) break
    const slice = simplify(first, open)
    const bits = bitsOfSlice(slice)
    const openWrong = and(open, wrong)
    const support = inTesting(bits, bits)
    const own = inTesting(bits, wrong)
    const members: number[] = []
    for (let at = 0; at < rows; at++) {
      const place = placeOf(at)
      if ((bits[place >> 5]! >>> (place & 31)) & 1) members.push(order[at]!)
    }
    found.push({
      predicates: slice.map((atom) => atoms[atom]!.predicate),
      rows: Int32Array.from(members).sort(),
      support,
      errors: own,
      errorRate: own / support,
      interval: wilson(own, support, { confidence }),
      lift: own / support / (wrongInTesting / testing),
      pValue: hypergeometricTail(
        inTesting(bits, openWrong),
        inTesting(bits, open),
        inTesting(openWrong, openWrong),
        inTesting(open, open),
      ),
    })
    open = open.map((word, w) => word & ~bits[w]!)
  }
  const adjusted = benjaminiHochberg(found.map(({ pValue }) => pValue))
  const slices = found
    .map((slice, i) => ({ ...slice, adjusted: adjusted[i]! }))
    .filter((slice) => slice.adjusted <= q)
    .sort((a, b) => a.pValue - b.pValue)
  return { slices, asked: found.length, examined }
}

type Bits = Int32Array

const and = (a: Bits, b: Bits): Bits => {
  const out = new Int32Array(a.length)
  for (let w = 0; w < a.length; w++) out[w] = a[w]! & b[w]!
  return out
}

/** Bits that both have, counted in words from `from` up to `to`. */
function common(a: Bits, b: Bits, from: number, to: number): number {
  let count = 0
  for (let w = from; w < to; w++) {
    let word = a[w]! & b[w]!
    word -= (word >>> 1) & 0x55555555
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333)
    count += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
  }
  return count
}

interface Level {
  readonly predicate: Predicate
  isIn(row: number): boolean
}

function levelsOf({ name: column, values }: MetadataColumn, rows: number, bins: number): readonly Level[] {
  if (values.length !== rows) {
    throw new RangeError(`column ${column} has ${values.length} values for ${rows} rows`)
  }
  const isMissing = (row: number): boolean => {
    const value = values[row]!
    return value === null || value === '' || Number.isNaN(value)
  }
  const present = Array.from({ length: rows }, (_, row) => row).filter((row) => !isMissing(row))
  const kinds = new Set(present.map((row) => typeof values[row]))
  if (kinds.size > 1) throw new RangeError(`column ${column} has texts and numbers`)
  const missing: readonly Level[] =
    present.length < rows ? [{ predicate: { column, missing: true }, isIn: isMissing }] : []
  if (kinds.has('string')) {
    const texts = [...new Set(present.map((row) => values[row] as string))].sort()
    return [
      ...texts.map((equals) => ({
        predicate: { column, equals },
        isIn: (row: number) => values[row] === equals,
      })),
      ...missing,
    ]
  }
  const ascending = sorted(present.map((row) => values[row] as number))
  const inner = Array.from({ length: bins - 1 }, (_, i) => quantileOfSorted(ascending, (i + 1) / bins))
  // Where many rows share a number several cuts fall on it, and one at the least number cuts nothing off.
  const cuts = [...new Set(inner)].filter((cut) => cut > ascending[0]!)
  const ends = [null, ...cuts, null]
  return [
    ...ends.slice(1).map((below, i) => {
      const from = ends[i]!
      return {
        predicate: { column, from, below },
        isIn: (row: number) =>
          !isMissing(row) &&
          (from === null || (values[row] as number) >= from) &&
          (below === null || (values[row] as number) < below),
      }
    }),
    ...missing,
  ]
}
