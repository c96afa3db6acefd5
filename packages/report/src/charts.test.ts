import type { Measurement } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { chartsOf } from './charts.ts'

const measure = (value: number, slice?: Measurement['slice'], name = 'error'): Measurement => ({
  name,
  value,
  unit: 'fraction',
  n: 10,
  denominator: 'samples',
  interval: { low: 0, high: 1, confidence: 0.95, method: 'wilson' },
  ...(slice === undefined ? {} : { slice }),
})

describe('charts from the shape of slices', () => {
  it('draws two varying keys as a heat map with the levels across, whatever the order', () => {
    const cells = [2, 1].flatMap((severity) =>
      ['fog', 'blur'].map((corruption) => measure(severity / 10, { severity, corruption })),
    )
    const { heatMaps, curves, dots } = chartsOf(cells)
    expect(curves).toEqual([])
    expect(dots).toEqual([])
    expect(heatMaps).toHaveLength(1)
    expect(heatMaps[0]).toMatchObject({ rows: ['fog', 'blur'], columns: ['1', '2'], rowKey: 'corruption' })
    expect(heatMaps[0]?.cells.map((row) => row.map((cell) => cell?.value))).toEqual([
      [0.1, 0.2],
      [0.1, 0.2],
    ])
  })

  it('leaves a hole where nothing was measured', () => {
    const cells = [
      measure(0.1, { a: 'x', b: 1 }),
      measure(0.2, { a: 'x', b: 2 }),
      measure(0.3, { a: 'y', b: 1 }),
      measure(0.4, { a: 'z', b: 2 }),
    ]
    expect(chartsOf(cells).heatMaps[0]?.cells).toEqual([
      [cells[0], cells[1]],
      [cells[2], null],
      [null, cells[3]],
    ])
  })

  it('draws one numeric key as a curve in rising order', () => {
    const { curves } = chartsOf([0.2, 0, 0.1].map((eps) => measure(1 - eps, { eps, norm: 'linf' })))
    expect(curves[0]?.series[0]?.points.map(({ x, y }) => [x, y])).toEqual([
      [0, 1],
      [0.1, 0.9],
      [0.2, 0.8],
    ])
  })

  it('puts rates that stand alone on one axis', () => {
    const { dots } = chartsOf([measure(0.1, undefined, 'a'), measure(0.2, { eps: 0.1 }, 'b')])
    expect(dots[0]?.rows.map(({ label, note }) => [label, note])).toEqual([
      ['a', ''],
      ['b', 'eps 0.1'],
    ])
  })

  it('draws nothing for what was computed from nothing', () => {
    const none = { ...measure(0), n: 0 }
    expect(chartsOf([none, none, none])).toEqual({ heatMaps: [], curves: [], dots: [] })
  })
})
