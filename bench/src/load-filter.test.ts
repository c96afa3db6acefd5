import { describe, expect, it } from 'vitest'
import type { CpuReading } from './cpu-meter.ts'
import { measurePaired, median, pairedRatio } from './load-filter.ts'

/**
 * A machine whose time passes only when somebody works or sleeps. `busy` says for each block, by its
 * number, how many milliseconds of processor time other processes used during it.
 */
function machine(busy: (block: number) => number = () => 0) {
  let now = 0
  let others = 0
  let own = 0
  let readings = 0
  const calls: string[] = []
  return {
    calls,
    work: (name: string, ms: number) => () => {
      calls.push(name)
      now += ms
      own += ms
    },
    clock: {
      now: () => now,
      sleep: async (ms: number) => {
        now += ms
      },
    },
    meter: (): CpuReading => {
      // Each block reads twice, at its start and at its end.
      if (readings++ % 2 === 1) others += busy((readings - 2) / 2)
      return { busyMs: own + others, ownMs: own }
    },
  }
}

describe('the median', () => {
  it('is the middle value, or the mean of the two in the middle', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([4, 1, 3, 100])).toBe(3.5)
    expect(median([10, 9, 100])).toBe(10)
  })

  it('refuses an empty list', () => {
    expect(() => median([])).toThrow('nothing')
  })
})

describe('paired timing', () => {
  it('gives milliseconds per call and takes the candidates in turn', async () => {
    const { work, clock, meter, calls } = machine()
    const result = await measurePaired({
      candidates: { ours: work('ours', 50), theirs: work('theirs', 100) },
      rounds: 3,
      blockMs: 200,
      clock,
      meter,
    })
    expect(result.median).toEqual({ ours: 50, theirs: 100 })
    expect(result.rounds).toHaveLength(3)
    expect(result.enough).toBe(true)
    expect(result.discarded).toBe(0)
    expect(pairedRatio(result, 'theirs', 'ours')).toEqual({ perRound: [2, 2, 2], median: 2 })
    const turn = ['ours', 'ours', 'ours', 'ours', 'theirs', 'theirs']
    expect(calls).toEqual(['ours', 'theirs', ...turn, ...turn, ...turn])
  })

  it('measures a call that is longer than a block by that one call', async () => {
    const { work, clock, meter, calls } = machine()
    const result = await measurePaired({ candidates: { slow: work('slow', 900) }, rounds: 3, clock, meter })
    expect(result.median).toEqual({ slow: 900 })
    expect(calls).toHaveLength(4)
  })

  it('throws a disturbed block away and lets that candidate alone try again in the same round', async () => {
    // Blocks: a, b, (b again), a, b, ... In block 1 others used 20 of 200 ms, which is 10 %.
    const { work, clock, meter, calls } = machine((block) => (block === 1 ? 20 : 0))
    const result = await measurePaired({
      candidates: { a: work('a', 200), b: work('b', 200) },
      rounds: 3,
      clock,
      meter,
    })
    expect(calls).toEqual(['a', 'b', 'a', 'b', 'b', 'a', 'b', 'a', 'b'])
    expect(result.rounds).toHaveLength(3)
    expect(result.discarded).toBeCloseTo(1 / 7, 12)
    expect(result.detail).toBe('3 rounds, 14 % of 7 blocks discarded')
  })

  it('keeps a block in which others used exactly 8 % of the time', async () => {
    const { work, clock, meter } = machine(() => 16)
    const result = await measurePaired({ candidates: { a: work('a', 200) }, rounds: 3, clock, meter })
    expect(result.discarded).toBe(0)
  })

  it('says that the machine is too busy when clean blocks do not come', async () => {
    const { work, clock, meter } = machine(() => 150)
    const result = await measurePaired({
      candidates: { a: work('a', 100), b: work('b', 100) },
      rounds: 5,
      capMs: 10_000,
      clock,
      meter,
    })
    expect(result.enough).toBe(false)
    expect(result.median).toBeNull()
    expect(result.rounds).toEqual([])
    expect(result.discarded).toBe(1)
    expect(result.detail).toMatch(/^machine too busy: 0 of 5 rounds in 10 s, 100 % of \d+ blocks discarded$/)
    expect(clock.now()).toBeLessThan(11_000)
  })

  it('is content with three of five rounds when time runs out, and leaves an unfinished round out', async () => {
    const { work, clock, meter } = machine((block) => (block < 7 ? 0 : 150))
    const result = await measurePaired({
      candidates: { a: work('a', 100), b: work('b', 100) },
      rounds: 5,
      capMs: 10_000,
      clock,
      meter,
    })
    expect(result.rounds).toHaveLength(3)
    expect(result.enough).toBe(true)
    expect(result.median).toEqual({ a: 100, b: 100 })
  })

  it('keeps every block, and says so, where the platform tells nothing of other processes', async () => {
    const { work, clock } = machine()
    const result = await measurePaired({
      candidates: { a: work('a', 100) },
      rounds: 3,
      clock,
      meter: () => null,
    })
    expect(result.filtered).toBe(false)
    expect(result.enough).toBe(true)
    expect(result.detail).toBe('3 rounds, other load not filtered on this platform')
  })

  it('compares inside a round, so that a drift shared by both cancels', async () => {
    let now = 0
    let speed = 1
    const clock = { now: () => now, sleep: async () => {} }
    const result = await measurePaired({
      candidates: {
        ours: () => {
          now += 300 * speed
        },
        theirs: () => {
          now += 600 * speed
          speed *= 1.5
        },
      },
      rounds: 5,
      clock,
      meter: () => ({ busyMs: now, ownMs: now }),
    })
    expect(result.rounds.map((round) => round.ours)).not.toEqual(Array(5).fill(300))
    for (const ratio of pairedRatio(result, 'theirs', 'ours').perRound) expect(ratio).toBeCloseTo(2, 12)
  })

  it('waits for asynchronous candidates', async () => {
    const { clock, meter, work } = machine()
    const step = work('a', 150)
    const later = async () => {
      await Promise.resolve()
      step()
    }
    const result = await measurePaired({ candidates: { later }, rounds: 3, blockMs: 300, clock, meter })
    expect(result.median).toEqual({ later: 150 })
  })

  it('stops when it is told to', async () => {
    const { work, clock, meter } = machine()
    const stop = new AbortController()
    const step = work('a', 200)
    let calls = 0
    const run = measurePaired({
      candidates: {
        a: () => {
          step()
          if (++calls === 2) stop.abort(new Error('enough'))
        },
      },
      rounds: 5,
      clock,
      meter,
      signal: stop.signal,
    })
    await expect(run).rejects.toThrow('enough')
    expect(calls).toBe(2)
  })

  it('passes on what a candidate throws', async () => {
    const { clock, meter } = machine()
    const candidates = {
      broken: () => {
        throw new Error('no such kernel')
      },
    }
    await expect(measurePaired({ candidates, clock, meter })).rejects.toThrow('no such kernel')
  })
})
