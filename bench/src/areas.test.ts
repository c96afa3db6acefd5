import { describe, expect, it } from 'vitest'
import { loadArea, wantedBars } from './areas.ts'
import { absent, type Bar } from './bar.ts'

const bars: readonly Bar[] = ['square-linf', 'square-l2', 'fmn-l1'].map((bar) => ({
  area: 'evasion',
  bar,
  target: '',
  run: async () => absent('not run', ''),
}))

const names = (only: readonly string[]) => wantedBars(bars, only).map(({ bar }) => bar)

describe('the bars that are run', () => {
  it('are all of them when none is named', () => {
    expect(names([])).toEqual(['square-linf', 'square-l2', 'fmn-l1'])
  })

  it('are those whose name begins with what is named, in their own order', () => {
    expect(names(['fmn', 'square-linf'])).toEqual(['square-linf', 'fmn-l1'])
    expect(names(['square'])).toEqual(['square-linf', 'square-l2'])
  })

  it('are refused when a name fits none', () => {
    expect(() => names(['square', 'linf'])).toThrow("no bar begins with 'linf'")
  })
})

describe('the bars of an area', () => {
  it('come from all its files', async () => {
    const loaded = (await loadArea('corruption')).map(({ bar }) => bar)
    expect(loaded).toEqual(expect.arrayContaining(['generation-speed', 'shift-false-alarms', 'shift-power']))
    expect(new Set(loaded).size).toBe(loaded.length)
  })
})
