// The smallest set of new test cases found that shows every combination of levels which no test shows yet. Cases are built one
// at a time, each from many tries the one that shows most that is new (Cohen, Dalal, Fredman and Patton, "The AETG system",
// IEEE Trans. Softw. Eng. 23, 1997), several times over. Then a case is taken away and the others are changed, at first
// freely and then less so, until they show everything without it, for as long as that works (simulated annealing, as Cohen,
// Gibbons, Mugridge and Colbourn, "Constructing test suites for interaction testing", ICSE 2003). The least number that any
// set can have is known only roughly, so both numbers are given.
import type { Random } from '../random/random.ts'
import { subsets } from './coverage.ts'

export interface CoveringSet {
  /** Place of each factor's level in each case; null where any will do. */
  readonly cases: readonly (readonly (number | null)[])[]
  /** No set can have fewer cases than this. */
  readonly atLeast: number
}

export interface CoveringSetOptions {
  /** Times that a set is built from nothing; 5 unless said. */
  readonly restarts?: number
  /** Changes that are tried to do with fewer cases; 400,000 unless said. */
  readonly changes?: number
  readonly signal?: AbortSignal
}

const triesPerCase = 20
/** Changes after which a case is taken to be needed. */
const patience = 100_000

/**
 * @param sizes number of levels of each factor
 * @param untested places, of the combinations of the levels of each set of `strength` factors, that are to be shown; sets
 *   as `subsets` orders them, the last factor's level running fastest
 */
export function coveringSet(
  sizes: readonly number[],
  strength: number,
  untested: readonly (readonly number[])[],
  random: Random,
  options: CoveringSetOptions = {},
): CoveringSet {
  const { restarts = 5, changes = 400_000, signal } = options
  const problem = problemOf(sizes, strength, untested)
  const atLeast = Math.max(0, ...untested.map(({ length }) => length))
  let best: Int16Array[] | null = null
  for (let i = 0; i < restarts && best?.length !== atLeast; i++) {
    const cases = build(problem, random.split('build').split(i), signal)
    if (best === null || cases.length < best.length) best = cases
  }
  let cases = best ?? []
  const stream = random.split('change')
  for (let left = changes; left > 0 && cases.length > atLeast; ) {
    const tried = withOneLess(problem, cases, stream, Math.min(left, patience), signal)
    if (tried.cases === null) break
    cases = tried.cases
    left -= tried.changes
  }
  return { cases: loosened(problem, cases), atLeast }
}

interface Problem {
  readonly sizes: readonly number[]
  readonly sets: readonly (readonly number[])[]
  /** Numbers of the sets that each factor is in. */
  readonly setsOf: readonly (readonly number[])[]
  /** Where each set's combinations begin. */
  readonly offsets: readonly number[]
  /** 1 where a combination is to be shown. */
  readonly needed: Uint8Array
  readonly list: Int32Array
  /** Set of each combination. */
  readonly setOf: Int32Array
}

function problemOf(
  sizes: readonly number[],
  strength: number,
  untested: readonly (readonly number[])[],
): Problem {
  const sets = subsets(sizes.length, strength)
  if (untested.length !== sets.length)
    throw new RangeError(`there are ${sets.length} sets of ${strength} factors, given ${untested.length}`)
  const offsets: number[] = []
  let total = 0
  for (const set of sets) {
    offsets.push(total)
    total += set.reduce((product, f) => product * sizes[f]!, 1)
  }
  const needed = new Uint8Array(total)
  const setOf = new Int32Array(total)
  for (const [s, offset] of offsets.entries()) setOf.fill(s, offset, offsets[s + 1] ?? total)
  for (const [s, places] of untested.entries()) for (const place of places) needed[offsets[s]! + place] = 1
  return {
    sizes,
    sets,
    setsOf: sizes.map((_, f) => sets.flatMap((set, s) => (set.includes(f) ? [s] : []))),
    offsets,
    needed,
    list: Int32Array.from(needed.keys()).filter((id) => needed[id] === 1),
    setOf,
  }
}

/** Number of the combination that a case shows of a set; -1 where the case leaves one of its factors open. */
function shown({ sets, sizes, offsets }: Problem, s: number, levels: Int16Array): number {
  let at = 0
  const set = sets[s]!
  for (let k = 0; k < set.length; k++) {
    const level = levels[set[k]!]!
    if (level < 0) return -1
    at = at * sizes[set[k]!]! + level
  }
  return offsets[s]! + at
}

/** Writes the levels of a combination into a case. */
function write({ sets, sizes, offsets, setOf }: Problem, id: number, levels: Int16Array): void {
  const s = setOf[id]!
  const set = sets[s]!
  let left = id - offsets[s]!
  for (let k = set.length - 1; k >= 0; k--) {
    const size = sizes[set[k]!]!
    levels[set[k]!] = left % size
    left = Math.floor(left / size)
  }
}

function build(problem: Problem, random: Random, signal: AbortSignal | undefined): Int16Array[] {
  const open = problem.needed.slice()
  let list = problem.list
  const cases: Int16Array[] = []
  while (list.length > 0) {
    signal?.throwIfAborted()
    let best: { levels: Int16Array; gain: number } | null = null
    for (let i = 0; i < triesPerCase; i++) {
      const tried = buildCase(problem, open, list[random.int(list.length)]!, random)
      if (best === null || tried.gain > best.gain) best = tried
    }
    const { levels } = best!
    for (let s = 0; s < problem.sets.length; s++) open[shown(problem, s, levels)] = 0
    list = list.filter((id) => open[id] === 1)
    cases.push(levels)
  }
  return cases
}

/** One case that shows `first`, and of the other factors in any order the level that shows most that is new. */
function buildCase(
  problem: Problem,
  open: Uint8Array,
  first: number,
  random: Random,
): { readonly levels: Int16Array; readonly gain: number } {
  const levels = new Int16Array(problem.sizes.length).fill(-1)
  write(problem, first, levels)
  let gain = 1
  for (const f of random.permutation(levels.length)) {
    if (levels[f]! >= 0) continue
    let most = -1
    let chosen = 0
    let ties = 0
    for (let level = 0; level < problem.sizes[f]!; level++) {
      levels[f] = level
      let own = 0
      for (const s of problem.setsOf[f]!) {
        const id = shown(problem, s, levels)
        if (id >= 0) own += open[id]!
      }
      if (own > most) {
        most = own
        chosen = level
        ties = 1
      } else if (own === most && random.int(++ties) === 0) chosen = level
    }
    levels[f] = chosen
    gain += most
  }
  return { levels, gain }
}

/** The same with one case less, or null where the changes did not lead there. */
function withOneLess(
  problem: Problem,
  before: readonly Int16Array[],
  random: Random,
  patience: number,
  signal: AbortSignal | undefined,
): { readonly cases: Int16Array[] | null; readonly changes: number } {
  const { needed, setsOf, sets } = problem
  const times = new Int32Array(needed.length)
  for (const levels of before) for (let s = 0; s < sets.length; s++) times[shown(problem, s, levels)]!++
  // The one that leaves least unseen is taken away.
  const alone = (levels: Int16Array) =>
    sets.reduce((sum, _, s) => {
      const id = shown(problem, s, levels)
      return sum + (needed[id] === 1 && times[id] === 1 ? 1 : 0)
    }, 0)
  const losses = before.map(alone)
  const gone = losses.indexOf(Math.min(...losses))
  const cases = before.filter((_, i) => i !== gone).map((levels) => levels.slice())
  // Combinations that no case shows, in any order, and where each stands in that list.
  const missing: number[] = []
  const where = new Int32Array(needed.length).fill(-1)
  const count = (id: number, by: 1 | -1): void => {
    times[id]! += by
    if (needed[id] !== 1) return
    if (by === 1 && times[id] === 1 && where[id]! >= 0) {
      const last = missing.pop()!
      if (last !== id) {
        missing[where[id]!] = last
        where[last] = where[id]!
      }
      where[id] = -1
    } else if (by === -1 && times[id] === 0) where[id] = missing.push(id) - 1
  }
  for (let s = 0; s < sets.length; s++) count(shown(problem, s, before[gone]!), -1)
  if (cases.length === 0) return { cases: missing.length === 0 ? cases : null, changes: 0 }
  const set = (levels: Int16Array, f: number, level: number): void => {
    for (const s of setsOf[f]!) count(shown(problem, s, levels), -1)
    levels[f] = level
    for (const s of setsOf[f]!) count(shown(problem, s, levels), 1)
  }
  const wanted = new Int16Array(problem.sizes.length)
  for (let change = 0; change < patience; change++) {
    if (missing.length === 0) return { cases, changes: change }
    if (change % 1000 === 0) signal?.throwIfAborted()
    const id = missing[random.int(missing.length)]!
    const levels = cases[random.int(cases.length)]!
    const old = levels.slice()
    const unseen = missing.length
    wanted.fill(-1)
    write(problem, id, wanted)
    for (let f = 0; f < wanted.length; f++)
      if (wanted[f]! >= 0 && wanted[f] !== levels[f]) set(levels, f, wanted[f]!)
    const worse = missing.length - unseen
    const heat = 0.7 * (1 - change / patience) + 0.15
    if (worse > 0 && random.uniform() >= Math.exp(-worse / heat))
      for (let f = 0; f < old.length; f++) if (old[f] !== levels[f]) set(levels, f, old[f]!)
  }
  return { cases: missing.length === 0 ? cases : null, changes: patience }
}

/** The cases with every level left open that no combination needs. */
function loosened(problem: Problem, cases: readonly Int16Array[]): (number | null)[][] {
  const { needed, setsOf, sets } = problem
  const times = new Int32Array(needed.length)
  const out = cases.map((levels) => levels.slice())
  for (const levels of out) for (let s = 0; s < sets.length; s++) times[shown(problem, s, levels)]!++
  for (const levels of out) {
    for (let f = 0; f < levels.length; f++) {
      const ids = setsOf[f]!.map((s) => shown(problem, s, levels)).filter((id) => id >= 0)
      if (ids.some((id) => needed[id] === 1 && times[id] === 1)) continue
      for (const id of ids) times[id]!--
      levels[f] = -1
    }
  }
  return out.map((levels) => Array.from(levels, (level) => (level < 0 ? null : level)))
}
