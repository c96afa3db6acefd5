import { describe, expect, it } from 'vitest'
import { createRandom, type Random } from '../random/random.ts'
import { hypergeometricTail } from './hypergeometric.ts'
import { type MetadataColumn, searchSlices } from './slice-search.ts'

/** Columns `a`, `b`, ... of texts `0` to `levels - 1`. */
function table(random: Random, rows: number, columns: number, levels: number): MetadataColumn[] {
  return Array.from({ length: columns }, (_, c) => {
    const own = random.split(c)
    return { name: 'abcdefghijkl'[c]!, values: Array.from({ length: rows }, () => String(own.int(levels))) }
  })
}

const errorsAt = (random: Random, rows: number, rate: (row: number) => number): number[] =>
  Array.from({ length: rows }, (_, row) => (random.uniform() < rate(row) ? 1 : 0))

describe('a planted slice', () => {
  it.each([
    [1, 1500],
    [2, 3000],
    [3, 4000],
  ] as const)('of %i predicates is recovered, and nothing else', (depth, rows) => {
    for (let seed = 0; seed < 5; seed++) {
      const random = createRandom('planted').split(depth).split(seed)
      const columns = table(random, rows, 6, 4)
      const isIn = (row: number) => columns.slice(1, 1 + depth).every(({ values }) => values[row] === '2')
      const errors = errorsAt(random, rows, (row) => (isIn(row) ? 0.6 : 0.08))
      const { slices } = searchSlices(columns, errors, random.split('search'), {
        q: 0.01,
        confidence: 0.999,
      })
      expect(slices.map(({ predicates }) => predicates)).toEqual([
        columns.slice(1, 1 + depth).map(({ name }) => ({ column: name, equals: '2' })),
      ])
      const [slice] = slices
      expect([...slice!.rows]).toEqual(Array.from(errors, (_, row) => row).filter(isIn))
      expect(slice!.interval.low < 0.6 && slice!.interval.high > 0.6).toBe(true)
      expect(slice!.errorRate).toBeCloseTo(slice!.errors / slice!.support, 12)
      expect(slice!.lift).toBeGreaterThan(2)
    }
  })

  it('is found beside another that it overlaps', () => {
    const random = createRandom('two')
    const columns = table(random, 3000, 5, 4)
    const [a, b, c] = columns.map(({ values }) => values)
    const errors = errorsAt(random, 3000, (i) =>
      a![i] === '1' && b![i] === '0' ? 0.7 : c![i] === '3' ? 0.4 : 0.05,
    )
    const { slices } = searchSlices(columns, errors, random.split('search'), { q: 0.01 })
    expect(new Set(slices.map(({ predicates }) => predicates))).toEqual(
      new Set([
        [{ column: 'c', equals: '3' }],
        [
          { column: 'a', equals: '1' },
          { column: 'b', equals: '0' },
        ],
      ]),
    )
  })

  it('may be a range of numbers, or what is missing', () => {
    const random = createRandom('numbers')
    const speed = Array.from({ length: 1000 }, () => random.uniform())
    const age = Array.from({ length: 1000 }, (_, i) => (i % 10 === 0 ? null : i % 90))
    const errors = errorsAt(random, 1000, (i) => (speed[i]! >= 0.8 ? 0.5 : age[i] === null ? 0.6 : 0.05))
    const { slices } = searchSlices(
      [
        { name: 'speed', values: speed },
        { name: 'age', values: age },
      ],
      errors,
      random.split('search'),
      { q: 0.01 },
    )
    expect(slices.length).toBe(2)
    const [fast, none] = slices
      .map(({ predicates }) => predicates[0]!)
      .sort((p) => (p.column === 'speed' ? -1 : 1))
    expect(fast).toEqual({ column: 'speed', from: expect.closeTo(0.8, 1), below: null })
    expect(none).toEqual({ column: 'age', missing: true })
  })

  it('is named once where two columns say the same', () => {
    const random = createRandom('twins')
    const [a, b] = table(random, 1000, 2, 3)
    const errors = errorsAt(random, 1000, (i) => (a!.values[i] === '0' ? 0.5 : 0.1))
    const { slices } = searchSlices([a!, b!, { ...a!, name: 'twin' }], errors, random.split('search'))
    expect(slices.map(({ predicates }) => predicates)).toEqual([[{ column: 'a', equals: '0' }]])
  })
})

describe('the search', () => {
  it('reports slices of pure noise no more often than it may', () => {
    let claimed = 0
    for (let seed = 0; seed < 200; seed++) {
      const random = createRandom('noise').split(seed)
      const columns = table(random, 400, 4, 3)
      const errors = errorsAt(random, 400, () => 0.2)
      if (searchSlices(columns, errors, random.split('search')).slices.length > 0) claimed++
    }
    // 20 of 200 are allowed at q = 0.1.
    expect(claimed).toBeLessThanOrEqual(20)
  })

  it('finds on its half what trying every slice finds', () => {
    const random = createRandom('all')
    const columns = table(random, 600, 4, 3)
    const errors = errorsAt(random, 600, (i) =>
      columns[0]!.values[i] === '1' && columns[3]!.values[i] === '2' ? 0.5 : 0.15,
    )
    const { slices } = searchSlices(columns, errors, random.split('search'), { most: 1, q: 1 })
    const order = random.split('search').split('halves').permutation(600)
    const [finding, testing] = [[...order.subarray(0, 300)], [...order.subarray(300)]]
    const wrong = finding.filter((row) => errors[row] === 1).length
    let least = 1
    let winner: unknown
    // A level of each column, or any.
    for (let code = 1; code < 4 ** 4; code++) {
      const levels = [0, 1, 2, 3].map((c) => Math.floor(code / 4 ** c) % 4)
      const chosen = levels.flatMap((level, c) => (level === 0 ? [] : [{ c, equals: String(level - 1) }]))
      if (chosen.length > 3) continue
      const isIn = (row: number) => chosen.every(({ c, equals }) => columns[c]!.values[row] === equals)
      const own = finding.filter(isIn)
      const other = testing.filter(isIn)
      if (own.length < 15 || other.length < 15 || own.length + other.length < 30) continue
      const hits = own.filter((row) => errors[row] === 1).length
      const chance = hypergeometricTail(hits, own.length, wrong, 300)
      if (chance >= least) continue
      least = chance
      winner = chosen.map(({ c, equals }) => ({ column: columns[c]!.name, equals }))
    }
    expect(slices[0]!.predicates).toEqual(winner)
  })

  it('keeps to its least support, its most predicates, and its random', () => {
    const random = createRandom('limits')
    const columns = table(random, 800, 5, 4)
    const errors = errorsAt(random, 800, (i) => (columns[0]!.values[i] === '0' ? 0.4 : 0.2))
    const options = { minSupport: 60, predicates: 2, q: 1 } as const
    const found = searchSlices(columns, errors, random.split('search'), options)
    expect(found).toEqual(searchSlices(columns, errors, random.split('search'), options))
    expect(found.asked).toBe(found.slices.length)
    for (const { rows, predicates } of found.slices) {
      expect(rows.length).toBeGreaterThanOrEqual(60)
      expect(predicates.length).toBeLessThanOrEqual(2)
    }
  })

  it('finds nothing where nothing or everything is wrong, or nothing is large enough', () => {
    const random = createRandom('flat')
    const columns = table(random, 100, 3, 3)
    for (const value of [0, 1])
      expect(searchSlices(columns, new Array(100).fill(value), random).slices).toEqual([])
    expect(searchSlices(columns, new Array(100).fill(0), random, { minSupport: 101 })).toEqual({
      slices: [],
      asked: 0,
      examined: 0,
    })
    expect(() => searchSlices([{ name: 'a', values: ['x'] }], [0, 1], random)).toThrow(RangeError)
    expect(() => searchSlices([{ name: 'a', values: ['x', 1] }], [0, 1], random)).toThrow(RangeError)
  })

  it('takes seconds for 10,000 rows of 12 columns with 10 levels', () => {
    const random = createRandom('large')
    const columns = table(random, 10_000, 12, 10)
    const errors = errorsAt(random, 10_000, (i) =>
      columns[2]!.values[i] === '4' && columns[7]!.values[i] === '1' ? 0.6 : 0.1,
    )
    const start = performance.now()
    const { slices } = searchSlices(columns, errors, random.split('search'))
    expect(performance.now() - start).toBeLessThan(8000)
    expect(slices[0]!.predicates).toEqual([
      { column: 'c', equals: '4' },
      { column: 'h', equals: '1' },
    ])
  })
})
