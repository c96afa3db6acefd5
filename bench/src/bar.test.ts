import { describe, expect, it } from 'vitest'
import { areaNames, loadArea, parseArea } from './areas.ts'
import { absent, type BenchContext, runBar } from './bar.ts'

const context = (signal = new AbortController().signal): BenchContext => ({
  data: null,
  log: () => {},
  signal,
})
const bar = { area: 'engine', bar: 'pgd-step', target: '>= 1.0' }

describe('a bar', () => {
  it('becomes one line with exactly the published keys', async () => {
    const outcome = { value: 1.2, met: true, unit: 'x', n: 5, detail: '5 rounds', rounds: [1, 2] }
    const result = await runBar({ ...bar, run: async () => outcome }, context())
    expect(Object.keys(result)).toEqual(['area', 'bar', 'target', 'value', 'met', 'unit', 'n', 'detail'])
  })

  it('is neither met nor missed when its peer is absent', async () => {
    const result = await runBar({ ...bar, run: async () => absent('torch is absent', 'x') }, context())
    expect(result).toEqual({ ...bar, value: null, met: null, unit: 'x', n: 0, detail: 'torch is absent' })
  })

  it('is missed when it fails', async () => {
    const run = async () => {
      throw new Error('shape mismatch')
    }
    const result = await runBar({ ...bar, run }, context())
    expect(result).toMatchObject({ met: false, value: null, detail: 'failed: shape mismatch' })
  })

  it('stops the bench when the bench was told to stop', async () => {
    const stop = new AbortController()
    const run = async () => {
      stop.abort(new Error('interrupted'))
      throw new Error('killed')
    }
    await expect(runBar({ ...bar, run }, context(stop.signal))).rejects.toThrow('interrupted')
  })
})

describe('the areas', () => {
  it('are known by name only', () => {
    expect(parseArea('engine')).toBe('engine')
    expect(() => parseArea('engines')).toThrow("'engines' is no area")
  })

  it('hold bars that carry the name of their area, each once', async () => {
    for (const area of areaNames) {
      const names = (await loadArea(area)).map((entry) => entry.bar)
      expect(new Set(names).size).toBe(names.length)
    }
  })
})
