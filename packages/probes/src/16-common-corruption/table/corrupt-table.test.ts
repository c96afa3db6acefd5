import { binomialCdf, createRandom, median, quantile } from '@failmode/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Severity, severities } from '../corruptions/corruption.ts'
import { takeShare } from '../text/take-share.ts'
import {
  type CorruptTableOptions,
  corruptTable,
  type TableCorruptionName,
  tableCorruptionNames,
  tableCorruptions,
} from './corrupt-table.ts'
import { misread } from './decimal-mistakes.ts'
import type { Cell, Column, Row, Table, TableSchema } from './table.ts'
import { type ChangedCell, mistakeShares } from './table-corruption.ts'
import { unitMixUps } from './unit-mix-up.ts'

const schema: TableSchema = {
  height: { kind: 'numeric', unit: 'cm', range: [40, 260] },
  weight: { kind: 'numeric', unit: 'kg', range: [1, 400] },
  income: { kind: 'integer', range: [0, 200_000] },
  children: { kind: 'integer', range: [0, 20] },
  city: {
    kind: 'category',
    values: ['Beijing', 'Mumbai', 'Rome', 'Oslo'],
    former: { Beijing: 'Peking', Mumbai: 'Bombay' },
    retired: ['West Berlin', 'Bonn'],
  },
  size: { kind: 'category', values: ['S', 'M', 'L'] },
  born: { kind: 'integer', immutable: true },
}

function people(count = 2000, seed = 3): Table {
  const random = createRandom(seed)
  const pick = <T>(list: readonly T[]) => list[random.int(list.length)]!
  const rows = Array.from({ length: count }, (_, i) => ({
    id: i,
    height: Math.round((170 + 10 * random.normal()) * 10) / 10,
    weight: 75 + 12 * random.normal(),
    income: 20_000 + random.int(60_000),
    children: random.int(5),
    city: pick(['Beijing', 'Mumbai', 'Rome', 'Oslo']),
    size: pick(['S', 'M', 'L']),
    born: 1940 + random.int(70),
  }))
  return { schema, rows }
}

const table = people()

function corrupt(
  corruption: TableCorruptionName,
  severity: Severity = 3,
  { seed = 7, of = table, ...rest }: Partial<CorruptTableOptions> & { seed?: number; of?: Table } = {},
) {
  return corruptTable(of, { corruption, severity, random: createRandom(seed), ...rest })
}

/** The rows in which each column changed. */
function rowsByColumn(changed: readonly ChangedCell[]): Map<string, number[]> {
  const found = new Map<string, number[]>()
  for (const { row, column } of changed) found.set(column, [...(found.get(column) ?? []), row])
  return found
}

/** Cells that differ, by looking at all of them. */
function differences(before: readonly Row[], after: readonly Row[]): Map<string, number[]> {
  const found = new Map<string, number[]>()
  before.forEach((row, i) => {
    for (const column of new Set([...Object.keys(row), ...Object.keys(after[i]!)])) {
      if (row[column] !== after[i]![column]) found.set(column, [...(found.get(column) ?? []), i])
    }
  })
  return found
}

const shareBased: readonly TableCorruptionName[] = tableCorruptionNames.filter(
  (name) => !['duplicated-rows', 'rounding', 'swapped-columns'].includes(name),
)

describe.each(tableCorruptionNames)('%s', (name) => {
  it('has the name under which it is registered', () => {
    expect(tableCorruptions[name].name).toBe(name)
  })

  it('names exactly the cells that it changed, and leaves the given table alone', () => {
    const before = structuredClone(table.rows)
    const { rows, changed, origin } = corrupt(name)
    expect(table.rows).toEqual(before)
    const found = differences(table.rows, rows.slice(0, table.rows.length))
    expect(Object.fromEntries(rowsByColumn(changed))).toEqual(Object.fromEntries(found))
    expect(origin.length).toBe(rows.length)
  })

  it('never touches columns that are immutable or not in the schema', () => {
    for (const severity of severities) {
      const { rows, origin } = corrupt(name, severity)
      const isKept = (row: Row, i: number) =>
        row.born === table.rows[origin[i]!]!.born && row.id === table.rows[origin[i]!]!.id
      expect(rows.every(isKept)).toBe(true)
    }
  })

  it('is the same for the same seed and, where it is random, another for another', () => {
    expect(corrupt(name)).toEqual(corrupt(name))
    expect(JSON.stringify(corrupt(name)) !== JSON.stringify(corrupt(name, 3, { seed: 8 }))).toBe(
      name !== 'rounding',
    )
  })

  it('changes more with every severity, and what it changed before', () => {
    let before = new Set<string>()
    let count = 0
    for (const severity of severities) {
      const { changed, origin, rows } = corrupt(name, severity)
      const now = new Set([
        ...changed.map(({ row, column }) => `${column} ${row}`),
        ...origin.slice(table.rows.length).map(String),
      ])
      expect([...before].filter((one) => !now.has(one))).toEqual([])
      expect(now.size).toBeGreaterThan(count)
      expect(rows.length).toBe(table.rows.length + (name === 'duplicated-rows' ? now.size : 0))
      before = now
      count = now.size
    }
  })

  it('takes any table and keeps the kinds of its columns', () => {
    const names = fc.constantFrom('a', 'b', 'toString', '__proto__', 'é')
    const column: fc.Arbitrary<Column> = fc.oneof(
      fc.record(
        {
          kind: fc.constantFrom('numeric' as const, 'integer' as const),
          range: fc.constantFrom<readonly [number, number]>([0, 1], [-50, 50], [0, 1e6]),
          unit: fc.constantFrom('cm', '°C', 'furlong', 'toString'),
          immutable: fc.boolean(),
        },
        { requiredKeys: ['kind'] },
      ),
      fc.record(
        {
          kind: fc.constant('category' as const),
          values: fc.constant(['x', 'y']),
          former: fc.constant({ x: 'ex' }),
          retired: fc.constant(['z']),
          immutable: fc.boolean(),
        },
        { requiredKeys: ['kind'] },
      ),
    )
    const cell = (one: Column): fc.Arbitrary<Cell> => {
      if (one.kind === 'category') return fc.constantFrom(null, 'x', 'y', 'other', '')
      return one.kind === 'integer'
        ? fc.option(fc.integer({ min: -1e6, max: 1e6 }))
        : fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true }))
    }
    const tables = fc
      .uniqueArray(fc.tuple(names, column), { selector: ([key]) => key, maxLength: 4 })
      .chain((columns) =>
        fc.array(fc.tuple(...columns.map(([, one]) => cell(one))), { maxLength: 12 }).map((lines) => ({
          schema: Object.fromEntries(columns) as TableSchema,
          rows: lines.map((line) => Object.fromEntries(columns.map(([key], i) => [key, line[i]!]))),
        })),
      )
    fc.assert(
      fc.property(tables, fc.constantFrom(...severities), fc.integer(), (of, severity, seed) => {
        const { rows, changed } = corrupt(name, severity, { of, seed })
        expect(rows.length >= of.rows.length).toBe(true)
        for (const { row, column } of changed) {
          const one = Object.entries(of.schema).find(([key]) => key === column)![1]
          expect(one.immutable ?? false).toBe(false)
          expect(Object.hasOwn(rows[row]!, column)).toBe(true)
        }
        for (const row of rows) {
          for (const [key, one] of Object.entries(of.schema)) {
            const value = Object.getOwnPropertyDescriptor(row, key)!.value as Cell
            if (value === null) continue
            if (one.kind === 'category') expect(typeof value).toBe('string')
            else if (one.kind === 'integer') expect(Number.isSafeInteger(value), `${value}`).toBe(true)
            else expect(Number.isFinite(value)).toBe(true)
          }
        }
      }),
      { numRuns: 150 },
    )
  })
})

describe('shares', () => {
  it.each(shareBased)('of %s are exact to the cell, out of the cells that it can change', (name) => {
    severities.forEach((severity, i) => {
      const constant = tableCorruptions[name].constants[i] as number | { share: number }
      const share = typeof constant === 'number' ? constant : constant.share
      const perColumn = rowsByColumn(corrupt(name, severity).changed)
      expect(perColumn.size).toBeGreaterThan(0)
      for (const [column, cells] of perColumn) {
        const possible = table.rows.filter((row) => {
          const cell = row[column]!
          if (name === 'unit-mix-up') return cell !== 0
          if (name === 'decimal-mistakes') return column === 'income' || !Number.isInteger(cell)
          return true
        })
        expect(Math.abs(cells.length - share * possible.length), column).toBeLessThan(1)
      }
    })
  })

  it('are right on average where a table is so small that a count cannot show them', () => {
    const small = people(10)
    const runs = 3000
    let taken = 0
    for (let seed = 0; seed < runs; seed++) {
      taken += corrupt('missing-completely-at-random', 1, { of: small, seed, columns: ['size'] }).changed
        .length
    }
    // 0.05 of 10 is half a cell: one or none, each half the time.
    const p = binomialCdf(taken, runs, 0.5)
    expect(p).toBeGreaterThan(1e-4)
    expect(p).toBeLessThan(1 - 1e-4)
  })

  it('of takeShare favour weights as successive draws do', () => {
    // Of one thing of weight 9 and one of weight 1, the first is taken alone nine times in ten.
    let heavy = 0
    const runs = 4000
    for (let seed = 0; seed < runs; seed++) {
      if (takeShare(2, 0.5, createRandom(seed), [9, 1])[0] === 0) heavy++
    }
    const p = binomialCdf(heavy, runs, 0.9)
    expect(p).toBeGreaterThan(1e-4)
    expect(p).toBeLessThan(1 - 1e-4)
    expect(takeShare(5, 0, createRandom(1))).toEqual([])
    expect(takeShare(5, 1, createRandom(1))).toEqual([0, 1, 2, 3, 4])
    expect(() => takeShare(5, 1.1, createRandom(1))).toThrow(RangeError)
    expect(() => takeShare(5, Number.NaN, createRandom(1))).toThrow(RangeError)
  })
})

describe('missing values', () => {
  /** Share of the rows that pass a test among those that miss a column. */
  function shareOfMissing(
    name: TableCorruptionName,
    column: string,
    test: (row: Row) => boolean,
    by?: string,
  ) {
    const { changed } = corrupt(name, 1, by === undefined ? {} : { by })
    const lost = changed.filter((one) => one.column === column)
    return lost.filter(({ row }) => test(table.rows[row]!)).length / lost.length
  }
  const above = (column: string) => {
    const middle = median(table.rows.map((row) => row[column] as number))
    return (row: Row) => (row[column] as number) > middle
  }

  it('do not depend on anything, on another column, or on themselves, as their names say', () => {
    const near = (got: number, wanted: number) => expect(Math.abs(got - wanted)).toBeLessThan(0.16)
    near(shareOfMissing('missing-completely-at-random', 'weight', above('weight')), 0.5)
    near(shareOfMissing('missing-completely-at-random', 'weight', above('height')), 0.5)
    near(shareOfMissing('missing-at-random', 'weight', above('height')), 0.9)
    near(shareOfMissing('missing-at-random', 'weight', above('weight')), 0.5)
    near(shareOfMissing('missing-at-random', 'weight', above('born'), 'born'), 0.9)
    near(shareOfMissing('missing-not-at-random', 'weight', above('weight')), 0.9)
    near(shareOfMissing('missing-not-at-random', 'weight', above('height')), 0.5)
  })

  it('at random leave the column that decides whole', () => {
    const columns = (by?: string) =>
      new Set(
        corrupt('missing-at-random', 5, by === undefined ? {} : { by }).changed.map(({ column }) => column),
      )
    expect(columns()).toEqual(new Set(['weight', 'income', 'children', 'city', 'size']))
    expect(columns('size')).toEqual(new Set(['height', 'weight', 'income', 'children', 'city']))
  })

  it('not at random strike some categories far more than others', () => {
    const { changed } = corrupt('missing-not-at-random', 1)
    const lost = changed.filter(({ column }) => column === 'city').map(({ row }) => table.rows[row]!.city)
    const counts = ['Beijing', 'Mumbai', 'Rome', 'Oslo'].map(
      (city) => lost.filter((one) => one === city).length,
    )
    counts.sort((a, b) => b - a)
    expect(counts[1]! / Math.max(1, counts[2]!)).toBeGreaterThan(2)
  })

  it('are null, and nothing that was missing counts as changed', () => {
    const holes = { schema, rows: table.rows.map((row, i) => (i % 2 === 0 ? { ...row, size: null } : row)) }
    const { rows, changed } = corrupt('missing-completely-at-random', 5, { of: holes, columns: ['size'] })
    expect(changed.length).toBe(500)
    expect(changed.every(({ row }) => row % 2 === 1 && rows[row]!.size === null)).toBe(true)
  })
})

describe('unit mix-ups', () => {
  it('convert by the unit of the column, or by what is asked for', () => {
    const check = (column: string, wanted: (x: number) => number, options = {}) => {
      const { rows, changed } = corrupt('unit-mix-up', 3, { columns: [column], ...options })
      expect(changed.length).toBe(160)
      for (const { row } of changed) {
        expect(rows[row]![column]).toBeCloseTo(wanted(table.rows[row]![column] as number), 9)
      }
    }
    check('height', (cm) => cm / 2.54)
    check('weight', (kg) => kg / 0.45359237)
    check('income', (x) => Math.round(x / 1000))
    check('weight', (x) => 1.8 * x + 32, { conversion: { factor: 1.8, offset: 32 } })
  })

  it('know conversions that undo each other', () => {
    const pairs = [
      ['cm', 'in'],
      ['m', 'ft'],
      ['km', 'mi'],
      ['kg', 'lb'],
      ['l', 'gal'],
      ['°C', '°F'],
      ['s', 'ms'],
    ] as const
    for (const [a, b] of pairs) {
      const there = unitMixUps[a]!
      const back = unitMixUps[b]!
      for (const x of [-40, 0, 37, 1000]) {
        const y = (x * there.factor + (there.offset ?? 0)) * back.factor + (back.offset ?? 0)
        expect(y).toBeCloseTo(x, 9)
      }
    }
    const { factor, offset } = unitMixUps['°C']!
    expect([0, 100, -40].map((x) => x * factor + offset!)).toEqual([32, 212, -40])
  })
})

describe('swapped columns', () => {
  it('exchange the two cells of a row and leave the kinds apart', () => {
    const { rows, changed } = corrupt('swapped-columns', 5, { columns: ['height', 'weight'] })
    expect(changed.length).toBe(2 * mistakeShares[4] * 2000)
    for (const { row } of changed) {
      expect(rows[row]).toEqual({
        ...table.rows[row],
        height: table.rows[row]!.weight,
        weight: table.rows[row]!.height,
      })
    }
    expect(corrupt('swapped-columns', 5, { columns: ['height', 'income', 'city'] }).changed).toEqual([])
  })
})

describe('stale categories', () => {
  it('are the former spelling, else a retired one, else one that never was', () => {
    const { rows, changed } = corrupt('stale-categories', 5)
    const seen = new Map<string, Set<Cell>>()
    for (const { row, column } of changed) {
      const before = String(table.rows[row]![column])
      seen.set(before, (seen.get(before) ?? new Set()).add(rows[row]![column]!))
    }
    expect(Object.fromEntries(seen)).toEqual({
      Beijing: new Set(['Peking']),
      Mumbai: new Set(['Bombay']),
      Rome: new Set(['West Berlin', 'Bonn']),
      Oslo: new Set(['West Berlin', 'Bonn']),
      S: new Set(['S (new)']),
      M: new Set(['M (new)']),
      L: new Set(['L (new)']),
    })
  })

  it('invent no category that occurs', () => {
    const of: Table = {
      schema: { c: { kind: 'category', values: ['a (new)*'] } },
      rows: Array.from({ length: 100 }, (_, i) => ({ c: i % 2 === 0 ? 'a' : 'a (new)' })),
    }
    const { rows, changed } = corrupt('stale-categories', 5, { of })
    expect(changed.length).toBe(30)
    const known = new Set(['a', 'a (new)', 'a (new)*'])
    expect(changed.every(({ row }) => !known.has(String(rows[row]!.c)))).toBe(true)
  })
})

describe('outliers', () => {
  it.each(severities)(
    'lie as many interquartile ranges out as severity %i says, on both sides',
    (severity) => {
      const distance = [1.5, 3, 3, 5, 10][severity - 1]!
      for (const column of ['height', 'income']) {
        const numbers = table.rows.map((row) => row[column] as number)
        const [q1, q3] = [quantile(numbers, 0.25), quantile(numbers, 0.75)]
        const { rows, changed } = corrupt('outliers', severity, { columns: [column] })
        const far = changed.map(({ row }) => {
          const x = rows[row]![column] as number
          return x < q1 ? -(q1 - x) / (q3 - q1) : (x - q3) / (q3 - q1)
        })
        expect(far.every((d) => Math.abs(d) >= distance && Math.abs(d) <= 2 * distance + 0.01)).toBe(true)
        expect(new Set(far.map(Math.sign)).size).toBe(2)
      }
    },
  )

  it('stay in the range, or leave it, when asked', () => {
    for (const severity of severities) {
      for (const [column, [low, high]] of [
        ['height', [40, 260]],
        ['income', [0, 200_000]],
      ] as const) {
        const inside = corrupt('outliers', severity, { columns: [column], where: 'in-range' })
        const values = inside.changed.map(({ row }) => inside.rows[row]![column] as number)
        expect(values.every((x) => x >= low && x <= high)).toBe(true)
        if (severity <= 2 && column === 'height') expect(values.length).toBeGreaterThan(0)
        const outside = corrupt('outliers', severity, { columns: [column], where: 'out-of-range' })
        expect(outside.changed.length).toBeGreaterThan(0)
        for (const { row } of outside.changed) {
          const x = outside.rows[row]![column] as number
          expect(x < low || x > high).toBe(true)
        }
      }
    }
  })

  it('have no place where the range ends before them or the quartiles coincide', () => {
    expect(corrupt('outliers', 5, { columns: ['height'], where: 'in-range' }).changed.length).toBe(0)
    const flat: Table = {
      schema: { x: { kind: 'numeric' } },
      rows: Array.from({ length: 50 }, () => ({ x: 3 })),
    }
    expect(corrupt('outliers', 5, { of: flat }).changed).toEqual([])
  })
})

describe('duplicated rows', () => {
  it('are copies at the end, in the share that the severity says', () => {
    severities.forEach((severity, i) => {
      const { rows, changed, origin } = corrupt('duplicated-rows', severity)
      expect(rows.length).toBe(2000 * (1 + mistakeShares[i]!))
      expect(changed).toEqual([])
      expect(origin.slice(0, 2000)).toEqual([...table.rows.keys()])
      expect(new Set(origin.slice(2000)).size).toBe(rows.length - 2000)
      expect(rows).toEqual(origin.map((at) => table.rows[at]))
    })
  })
})

describe('rounding', () => {
  it('keeps the significant digits that it says and moves a value by half of the last one at most', () => {
    severities.forEach((severity, i) => {
      const digits = 5 - i
      const { rows } = corrupt('rounding', severity)
      for (const [at, row] of rows.slice(0, 200).entries()) {
        for (const column of ['height', 'weight', 'income', 'children']) {
          const [before, after] = [table.rows[at]![column] as number, row[column] as number]
          expect(Number(after.toExponential(digits - 1))).toBe(after)
          if (before === 0) continue
          const last = 10 ** (Math.floor(Math.log10(Math.abs(before))) - digits + 1)
          expect(Math.abs(after - before)).toBeLessThanOrEqual(0.5 * last * (1 + 1e-9))
        }
      }
    })
  })

  it('changes nothing a second time', () => {
    const { rows } = corrupt('rounding', 4)
    expect(corrupt('rounding', 4, { of: { schema, rows } }).changed).toEqual([])
  })
})

describe('decimal mistakes', () => {
  it('read numbers as another country would', () => {
    expect([12.5, -0.25, 170.4, 1234, 999_999, -1500].map(misread)).toEqual([
      125, -25, 1704, 1.234, 999.999, -1.5,
    ])
    expect([0, 7, 999, 1_000_000, 0.1234, 1e21, 1e-7, Number.NaN, Infinity].map(misread)).toEqual(
      new Array(9).fill(undefined),
    )
  })

  it('keep integers integers', () => {
    const { rows, changed } = corrupt('decimal-mistakes', 5, { columns: ['income'] })
    expect(changed.length).toBe(600)
    for (const { row } of changed) {
      expect(rows[row]!.income).toBe(Math.floor((table.rows[row]!.income as number) / 1000))
    }
  })
})

describe('corruptTable', () => {
  it('refuses columns that are not there or may not change', () => {
    expect(() => corrupt('outliers', 3, { columns: ['nothing'] })).toThrow(/no column "nothing"/)
    expect(() => corrupt('outliers', 3, { columns: ['born'] })).toThrow(/"born" is immutable/)
    expect(() => corrupt('missing-at-random', 3, { by: 'toString' })).toThrow(RangeError)
  })

  it('touches only the columns that are named', () => {
    for (const name of tableCorruptionNames) {
      const { changed } = corrupt(name, 5, { columns: ['weight', 'size'] })
      for (const { column } of changed) expect(['weight', 'size']).toContain(column)
    }
  })
})
