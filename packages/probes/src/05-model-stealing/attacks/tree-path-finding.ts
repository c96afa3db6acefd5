// Decision trees taken leaf by leaf (Tramèr et al. 2016, arXiv:1609.02943, section 4.2). An answer shows which leaf, or which
// inner node, was reached; the class alone shows less, and then neighbouring leaves of one class are taken as one.
//
// With complete inputs a region is grown around a row: the ends of each number and all values of each category are
// tried, a border is closed in where the answer changes, and what lies beyond it is the next row. Rows sit on corners of
// the space where they can, which makes one end of a number known beforehand. Where the service takes incomplete
// inputs it stops at the first node that asks for a missing field. Then one question with all fields tells
// whether a node is a leaf, and halving the set of given fields finds the one that it asks for.
//
// Leaves may share an answer (of the 26 of the published tree four do), so an answer is no name. What was concluded from
// equal answers is kept only as long as nothing that was asked contradicts it: a contradiction is traced to one feature
// and the region is cut there; what that leaves uncovered is explored anew.
import { createRandom, type Random } from '@failmode/core'
import {
  answerOf,
  gridIndex,
  gridValue,
  holds,
  type Region,
  randomRow,
  replaced,
  type Side,
  wholeSpace,
} from './region.ts'
import { type Feature, type Ledger, OutOfQueries, openLedger, type Service } from './service.ts'

export interface PathFindingOptions {
  readonly seed: number
  readonly maxQueries?: number
  /** Random rows on which the copy is compared with the service, and mended where it differs. 0 unless said. */
  readonly verify?: number
  readonly signal?: AbortSignal
}

export interface StolenTree<Answer> {
  readonly regions: readonly Region<Answer>[]
  readonly predict: (row: ArrayLike<number>) => Answer | null
  readonly queries: number
  /** False when the queries ran out, so that parts of the space may be missing. */
  readonly complete: boolean
}

/** Answers of the service in a form that can be compared: scores joined, or a class. */
export type Named = string | number

/** Random rows on which it is looked, without asking, whether exactly one answer is known. */
const looks = 20_000

interface Grown {
  id: Named
  readonly point: Float64Array
  sides: readonly Side[]
}

/**
 * Takes a tree by complete rows.
 * @param service answers are the same exactly if the leaf is, up to leaves that share one
 */
export async function completeInputs(
  features: readonly Feature[],
  service: Service<Named>,
  { seed, maxQueries, verify = 0, signal }: PathFindingOptions,
): Promise<StolenTree<Named>> {
  const random = createRandom(seed, ['model-stealing', 'tree'])
  const ledger = openLedger(service, {
    ...(maxQueries === undefined ? {} : { limit: maxQueries }),
    ...(signal === undefined ? {} : { signal }),
  })
  const grown: Grown[] = []
  let complete = true
  try {
    await explore(features, ledger, grown, [corner(features, random.split('start'))])
    await cover(features, ledger, grown, random.split('cover'))
    for (let i = 0; i < verify; i++) {
      const row = randomRow(features, wholeSpace(features), random.split('verify').split(i))
      const [id] = await ledger.ask([row])
      const own = grown.find(({ sides }) => holds(sides, row))
      if (own !== undefined && own.id !== id) await cut(features, ledger, own, row)
      await explore(features, ledger, grown, [row])
    }
    if (verify > 0) await cover(features, ledger, grown, random.split('cover again'))
  } catch (error) {
    if (!(error instanceof OutOfQueries)) throw error
    complete = false
  }
  return stolen(
    grown.map(({ sides, id }) => ({ sides, answer: id })),
    { queries: ledger.queries(), complete },
  )
}

function stolen(
  regions: readonly Region<Named>[],
  { queries, complete }: { readonly queries: number; readonly complete: boolean },
): StolenTree<Named> {
  return { regions, predict: (row) => answerOf(regions, row), queries, complete }
}

/** A row with every number at one of its ends. */
function corner(features: readonly Feature[], random: Random): Float64Array {
  return Float64Array.from(features, (feature) =>
    feature.kind === 'number'
      ? random.boolean()
        ? feature.low
        : feature.high
      : feature.values[random.int(feature.values.length)]!,
  )
}

/** Grows regions around rows that no region holds, until every neighbour of a region is in one. */
async function explore(
  features: readonly Feature[],
  ledger: Ledger<Named>,
  grown: Grown[],
  start: readonly Float64Array[],
): Promise<void> {
  const queue = [...start]
  for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
    const [id] = await ledger.ask([row])
    const holding = grown.filter(({ sides }) => holds(sides, row))
    for (const own of holding) {
      if (own.id !== id) await cut(features, ledger, own, row)
    }
    if (grown.some((own) => own.id === id && holds(own.sides, row))) continue
    const { region, beyond } = await grow(features, ledger, row, grown)
    grown.push(region)
    // What is known already may contradict what equal answers suggested.
    for (const { row: other, answer } of [...ledger.known()]) {
      if (answer !== region.id && holds(region.sides, other)) await cut(features, ledger, region, other)
    }
    queue.push(...beyond)
  }
}

/** The region around a row, and a row beyond each of its borders. */
async function grow(
  features: readonly Feature[],
  ledger: Ledger<Named>,
  row: Float64Array,
  grown: readonly Grown[],
): Promise<{ readonly region: Grown; readonly beyond: readonly Float64Array[] }> {
  const [id] = await ledger.ask([row])
  const beyond: Float64Array[] = []
  const trials = features.flatMap((feature, f) =>
    (feature.kind === 'number' ? [feature.low, feature.high] : feature.values)
      .filter((value) => value !== row[f])
      .map((value) => ({ f, value, row: withValue(row, f, value) })),
  )
  const answers = await ledger.ask(trials.map((trial) => trial.row))
  const sides: Side[] = []
  for (const [f, feature] of features.entries()) {
    const own = trials.flatMap((trial, i) => (trial.f === f ? [{ ...trial, id: answers[i]! }] : []))
    if (feature.kind === 'category') {
      sides.push({
        kind: 'category',
        values: feature.values.filter(
          (value) => value === row[f] || own.some((trial) => trial.value === value && trial.id === id),
        ),
      })
      beyond.push(...own.filter((trial) => trial.id !== id).map((trial) => trial.row))
      continue
    }
    let [low, high] = [feature.low, feature.high]
    for (const trial of own) {
      if (trial.id === id) continue
      const border = await closeIn(feature, ledger, row, { f, id: id!, outside: trial.value, grown })
      if (trial.value < row[f]!) low = border.inside
      else high = border.inside
      beyond.push(withValue(row, f, border.outside))
    }
    sides.push({ kind: 'number', low, high })
  }
  return { region: { id: id!, point: row.slice(), sides }, beyond }
}

function withValue(row: Float64Array, f: number, value: number): Float64Array {
  const out = row.slice()
  out[f] = value
  return out
}

/**
 * The border of a number between the row's own value, where the answer is `id`, and `outside`, where it is another: two
 * neighbouring values of the grid. A border that another region has is tried first, since trees cut many regions at once.
 */
async function closeIn(
  feature: Extract<Feature, { kind: 'number' }>,
  ledger: Ledger<Named>,
  row: Float64Array,
  {
    f,
    id,
    outside,
    grown,
  }: { readonly f: number; readonly id: Named; readonly outside: number; readonly grown: readonly Grown[] },
): Promise<{ readonly inside: number; readonly outside: number }> {
  const up = outside > row[f]! ? 1 : -1
  let [same, other] = [gridIndex(feature, row[f]!), gridIndex(feature, outside)]
  const is = async (at: number): Promise<boolean> => {
    const [answer] = await ledger.ask([withValue(row, f, gridValue(feature, at))])
    return answer === id
  }
  // Last values inside, seen from this side, of borders that are known between the two.
  const hints = new Set<number>()
  for (const { sides } of grown) {
    const side = sides[f]!
    if (side.kind !== 'number') continue
    if (side.high < feature.high) hints.add(gridIndex(feature, side.high) + (up > 0 ? 0 : 1))
    if (side.low > feature.low) hints.add(gridIndex(feature, side.low) - (up > 0 ? 1 : 0))
  }
  const between = (at: number): boolean => (at - same) * up >= 0 && (other - (at + up)) * up >= 0
  for (;;) {
    const gap = Math.abs(other - same)
    if (gap <= 1) break
    const near = [...hints].filter(between)
    hints.clear()
    for (const hint of near) hints.add(hint)
    // Two questions settle a hint that holds; halving takes log2(gap).
    const hint = gap > 4 && near.length > 0 ? near[near.length >> 1]! : null
    if (hint !== null) {
      hints.delete(hint)
      if (hint === same || (await is(hint))) {
        same = hint
        if (hint + up === other || !(await is(hint + up))) other = hint + up
        else same = hint + up
      } else other = hint
      continue
    }
    const middle = Math.trunc((same + other) / 2)
    if (await is(middle)) same = middle
    else other = middle
  }
  return { inside: gridValue(feature, same), outside: gridValue(feature, other) }
}

/** Cuts a region so that it no longer holds a row whose answer is another: one feature between the two makes the difference. */
async function cut(
  features: readonly Feature[],
  ledger: Ledger<Named>,
  region: Grown,
  row: Float64Array,
): Promise<void> {
  const apart = features.flatMap((_, f) => (region.point[f] === row[f] ? [] : [f]))
  // The first k of them are taken from the row.
  const mixed = (k: number): Float64Array => {
    const out = region.point.slice()
    for (const f of apart.slice(0, k)) out[f] = row[f]!
    return out
  }
  let [same, other] = [0, apart.length]
  while (other - same > 1) {
    const middle = (same + other) >> 1
    const [answer] = await ledger.ask([mixed(middle)])
    if (answer === region.id) same = middle
    else other = middle
  }
  const f = apart[same]!
  const feature = features[f]!
  const context = mixed(same)
  const side = region.sides[f]!
  if (feature.kind === 'number' && side.kind === 'number') {
    const border = await closeIn(feature, ledger, context, {
      f,
      id: region.id,
      outside: row[f]!,
      grown: [],
    })
    region.sides = replaced(
      region.sides,
      f,
      row[f]! > context[f]! ? { ...side, high: border.inside } : { ...side, low: border.inside },
    )
    return
  }
  if (side.kind !== 'category') return
  const answers = await ledger.ask(side.values.map((value) => withValue(context, f, value)))
  region.sides = replaced(region.sides, f, {
    kind: 'category',
    values: side.values.filter((value, i) => value === region.point[f] || answers[i] === region.id),
  })
}

/** Looks at random rows, asks where no region or regions with different answers hold one, and explores there. */
async function cover(
  features: readonly Feature[],
  ledger: Ledger<Named>,
  grown: Grown[],
  random: Random,
): Promise<void> {
  const all = wholeSpace(features)
  for (let i = 0; i < looks; i++) {
    const row = randomRow(features, all, random)
    const ids = new Set(grown.filter(({ sides }) => holds(sides, row)).map(({ id }) => id))
    if (ids.size === 1) continue
    await explore(features, ledger, grown, [row])
  }
}

/** Completions of a row that are tried before its node is taken for a leaf. */
const completions = 2

/**
 * Takes a tree from a service that accepts rows with fields left out (NaN) and answers for the node that asks for the first of
 * them.
 */
export async function partialInputs(
  features: readonly Feature[],
  service: Service<Named>,
  { seed, maxQueries, verify = 0, signal }: PathFindingOptions,
): Promise<StolenTree<Named>> {
  const random = createRandom(seed, ['model-stealing', 'tree'])
  const ledger = openLedger(service, {
    ...(maxQueries === undefined ? {} : { limit: maxQueries }),
    ...(signal === undefined ? {} : { signal }),
  })
  let open: { readonly sides: readonly Side[]; readonly row: Float64Array }[] = [
    { sides: wholeSpace(features), row: new Float64Array(features.length).fill(Number.NaN) },
  ]
  const leaves: (Region<Named> & { readonly row: Float64Array })[] = []
  let complete = true
  try {
    for (let round = 0; open.length > 0; round++) {
      const [node] = open
      open = open.slice(1)
      const parts = await branches(features, ledger, node!, random.split(round))
      if (parts === null) {
        const [answer] = await ledger.ask([node!.row])
        leaves.push({ sides: node!.sides, answer: answer!, row: node!.row })
      } else open.unshift(...parts)
    }
    for (let i = 0; i < verify; i++) {
      const row = randomRow(features, wholeSpace(features), random.split('verify').split(i))
      const [answer] = await ledger.ask([row])
      const at = leaves.findIndex(({ sides }) => holds(sides, row))
      if (leaves[at]!.answer === answer) continue
      const [leaf] = leaves.splice(at, 1)
      open = [leaf!]
      let forced: Float64Array | null = row
      for (let round = 0; open.length > 0; round++) {
        const [node] = open
        open = open.slice(1)
        const parts = await branches(features, ledger, node!, random.split(`again ${i} ${round}`), forced)
        forced = null
        if (parts === null) {
          const [own] = await ledger.ask([node!.row])
          leaves.push({ sides: node!.sides, answer: own!, row: node!.row })
        } else open.unshift(...parts)
      }
    }
  } catch (error) {
    if (!(error instanceof OutOfQueries)) throw error
    complete = false
  }
  return stolen(leaves, { queries: ledger.queries(), complete })
}

/**
 * Parts of a node's region that get different answers; null when there are none. A node that asks for a field that the row
 * lacks answers otherwise once all are given. At a leaf only the fields that are given can matter: their ends, and the
 * other values of their group, show whether the way here asked for them more narrowly than is known.
 */
async function branches(
  features: readonly Feature[],
  ledger: Ledger<Named>,
  { sides, row }: { readonly sides: readonly Side[]; readonly row: Float64Array },
  random: Random,
  forced: Float64Array | null = null,
): Promise<readonly { readonly sides: readonly Side[]; readonly row: Float64Array }[] | null> {
  const [id] = await ledger.ask([row])
  const trials = Array.from({ length: completions }, () =>
    randomRow(features, sides, random).map((value, f) => (Number.isNaN(row[f]!) ? value : row[f]!)),
  )
  for (const full of forced === null ? trials : [forced]) {
    const [answer] = await ledger.ask([full])
    if (answer === id) continue
    const { f, context } = await asked(ledger, row, full, id!)
    return cutAlong(features, ledger, { sides, f, context, seen: full[f]! })
  }
  // All given fields move at once, each through what its side allows: one that matters leads off the way, wherever the
  // others are, and it takes no more questions than the largest side has values.
  const other = sides.map((side, f) =>
    Number.isNaN(row[f]!)
      ? []
      : (side.kind === 'number' ? [side.low, side.high] : side.values).filter((value) => value !== row[f]),
  )
  const rounds = Math.max(0, ...other.map(({ length }) => length))
  for (let round = 0; round < rounds; round++) {
    const moved = row.map((value, f) => other[f]![round] ?? value)
    const [answer] = await ledger.ask([moved])
    if (answer === id) continue
    const { f, context } = await asked(ledger, row, moved, id!)
    return cutAlong(features, ledger, { sides, f, context, seen: moved[f]! })
  }
  return null
}

/** The feature that changes the answer on the way from a row to a full one, found by halving. */
async function asked(
  ledger: Ledger<Named>,
  row: Float64Array,
  full: Float64Array,
  id: Named,
): Promise<{ readonly f: number; readonly context: Float64Array }> {
  const apart = Array.from(row.keys()).filter((f) => !Object.is(row[f], full[f]))
  const mixed = (k: number): Float64Array => {
    const out = row.slice()
    for (const f of apart.slice(0, k)) out[f] = full[f]!
    return out
  }
  let [same, other] = [0, apart.length]
  while (other - same > 1) {
    const middle = (same + other) >> 1
    const [answer] = await ledger.ask([mixed(middle)])
    if (answer === id) same = middle
    else other = middle
  }
  const f = apart[same]!
  const alone = row.slice()
  alone[f] = full[f]!
  const [answer] = await ledger.ask([alone])
  // A node asks for one field, so that field alone should do; where it does not, the others are kept.
  return { f, context: answer === id ? mixed(same) : row }
}

/** Cuts a region along one feature, wherever the answer changes with it. */
async function cutAlong(
  features: readonly Feature[],
  ledger: Ledger<Named>,
  {
    sides,
    f,
    context,
    seen,
  }: {
    readonly sides: readonly Side[]
    readonly f: number
    readonly context: Float64Array
    /** A value of the feature that was seen to change the answer. */
    readonly seen: number
  },
): Promise<readonly { readonly sides: readonly Side[]; readonly row: Float64Array }[]> {
  const feature = features[f]!
  const side = sides[f]!
  // What else the context holds limits the part that it speaks for no more than before.
  if (side.kind === 'category') {
    const answers = await ledger.ask(side.values.map((value) => withValue(context, f, value)))
    const groups = new Map<Named, number[]>()
    for (const [i, value] of side.values.entries()) {
      const group = groups.get(answers[i]!) ?? []
      group.push(value)
      groups.set(answers[i]!, group)
    }
    return [...groups.values()].map((values) => ({
      sides: replaced(sides, f, { kind: 'category', values }),
      row: withValue(context, f, values[0]!),
    }))
  }
  if (feature.kind !== 'number') throw new TypeError('sides and features differ in kind')
  const idAt = async (at: number): Promise<Named> => {
    const [answer] = await ledger.ask([withValue(context, f, gridValue(feature, at))])
    return answer!
  }
  const [first, last] = [gridIndex(feature, side.low), gridIndex(feature, side.high)]
  /** Last grid places before a change. */
  const borders: number[] = []
  const search = async (low: number, high: number): Promise<void> => {
    if ((await idAt(low)) === (await idAt(high))) return
    if (high - low === 1) {
      borders.push(low)
      return
    }
    const middle = (low + high) >> 1
    await search(low, middle)
    await search(middle, high)
  }
  // A value that was seen to change the answer may lie between ends that are alike.
  const stops = [
    first,
    last,
    ...[seen, context[f]!].filter((v) => !Number.isNaN(v)).map((v) => gridIndex(feature, v)),
  ]
  stops.sort((a, b) => a - b)
  for (const [i, stop] of stops.entries()) if (i > 0) await search(stops[i - 1]!, stop)
  const edges = [first - 1, ...borders, last]
  return edges.slice(1).map((edge, i) => {
    const [from, to] = [gridValue(feature, edges[i]! + 1), gridValue(feature, edge)]
    return {
      sides: replaced(sides, f, { kind: 'number', low: from, high: to }),
      row: withValue(context, f, from),
    }
  })
}
