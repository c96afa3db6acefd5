import { describe, expect, it } from 'vitest'
import { createRandom, type Random } from '../random/random.ts'
import { createShiftMonitor, type ShiftMonitor } from './shift-monitor.ts'

function runLength(monitor: ShiftMonitor, next: () => number, most = 100_000): number {
  let state = monitor.start
  while (state.alarm === null && state.seen < most) state = monitor.watch(state, next())
  return state.seen
}

const meanRun = (monitor: ShiftMonitor, repeats: number, next: (random: Random) => number): number => {
  let total = 0
  for (let r = 0; r < repeats; r++) {
    const random = createRandom(r, ['stream'])
    total += runLength(monitor, () => next(random))
  }
  return total / repeats
}

describe('a monitor of a stream', () => {
  it.each<[string, (random: Random) => number]>([
    ['normal', (random) => random.normal()],
    ['skewed', (random) => -Math.log(1 - random.uniform())],
    ['tied', (random) => random.int(4)],
  ])('runs as long without a shift as was asked, within 20 %%, on %s values', (_, next) => {
    const random = createRandom(1, ['reference'])
    const monitor = createShiftMonitor(
      Array.from({ length: 20_000 }, () => next(random)),
      random,
      {
        expectedRunLength: 300,
      },
    )
    const mean = meanRun(monitor, 500, next)
    expect(mean).toBeGreaterThan(240)
    expect(mean).toBeLessThan(360)
  })

  it('reports the delay that a stream with a shift then has, and names its direction', () => {
    const random = createRandom(2, ['reference'])
    const monitor = createShiftMonitor(
      Array.from({ length: 20_000 }, () => random.normal()),
      random,
      {
        expectedRunLength: 500,
      },
    )
    for (const { move, delay } of monitor.delays) {
      const mean = meanRun(monitor, 400, (random) => random.normal() + move)
      expect(Math.abs(mean / delay - 1)).toBeLessThan(0.1)
    }
    const delays = monitor.delays.map(({ delay }) => delay)
    expect(delays).toEqual(delays.toSorted((a, b) => b - a))
    let state = monitor.start
    while (state.alarm === null) state = monitor.watch(state, -3)
    expect(state.alarm).toBe('lower')
    expect(JSON.parse(JSON.stringify(state))).toEqual(state)
  })

  it('waits longer when it is to cry wolf less often', () => {
    const random = createRandom(3)
    const reference = Array.from({ length: 1000 }, () => random.normal())
    const [often, seldom] = [100, 2000].map((expectedRunLength) =>
      createShiftMonitor(reference, random, { expectedRunLength, simulations: 200 }),
    )
    expect(seldom!.threshold).toBeGreaterThan(often!.threshold)
    expect(seldom!.delays[0]!.delay).toBeGreaterThan(often!.delays[0]!.delay)
  })

  it('refuses a reference that says nothing', () => {
    const random = createRandom(4)
    expect(() => createShiftMonitor(new Array(99).fill(0), random)).toThrow(/100 reference values/)
    expect(() => createShiftMonitor(new Array(100).fill(0), random)).toThrow(/do not vary/)
    const monitor = createShiftMonitor(
      Array.from({ length: 100 }, (_, i) => i),
      random,
      {
        expectedRunLength: 20,
        simulations: 50,
      },
    )
    expect(() => monitor.watch(monitor.start, Number.NaN)).toThrow(RangeError)
  })
})
