import { setMaxListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createGate } from './gate.ts'

const { signal } = new AbortController()
setMaxListeners(0, signal)
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

describe('the gate before a server', () => {
  it('lets in no more than the concurrency, and who comes first goes first', async () => {
    const gate = createGate({ concurrency: 3, requestsPerSecond: null })
    const order: number[] = []
    let inside = 0
    let most = 0
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        await gate.enter(signal)
        order.push(i)
        most = Math.max(most, ++inside)
        await pause(1)
        inside--
        gate.leave()
      }),
    )
    expect(most).toBe(3)
    expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i))
  })

  it('lets in no more than so many a second', async () => {
    const gate = createGate({ concurrency: 50, requestsPerSecond: 200 })
    const started = performance.now()
    await Promise.all(Array.from({ length: 41 }, () => gate.enter(signal)))
    // The first goes at once, the last 40 intervals later; only how late it may be depends on the machine.
    expect(performance.now() - started).toBeGreaterThan((40 / 200) * 1000 - 2)
  })

  it('lets nobody in while the server asked for time, and those who waited afterwards', async () => {
    const gate = createGate({ concurrency: 2, requestsPerSecond: null })
    const started = performance.now()
    gate.close(60)
    await Promise.all([gate.enter(signal), gate.enter(signal)])
    expect(performance.now() - started).toBeGreaterThan(58)
  })

  it('gives back the place of one who gave up', async () => {
    const gate = createGate({ concurrency: 1, requestsPerSecond: null })
    const giving = new AbortController()
    await gate.enter(signal)
    const waiting = gate.enter(giving.signal)
    const next = gate.enter(signal)
    giving.abort(new Error('gave up'))
    await expect(waiting).rejects.toThrow('gave up')
    gate.leave()
    await next
    gate.close(10_000)
    gate.leave()
    const shut = gate.enter(giving.signal)
    await expect(shut).rejects.toThrow('gave up')
  })
})
