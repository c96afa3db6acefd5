import { describe, expect, it } from 'vitest'
import { machineBusyMs, othersShare, processMs, procMeter } from './cpu-meter.ts'

const stat = (user: number, idle: number) =>
  `cpu  ${user} 20 300 ${idle} 500 6 7 8 90 1\ncpu0 1 2 3 4 5 6 7 8 9 0\nintr 1 2 3\nctxt 4\n`

/** A line of /proc/PID/stat with the four times given, in ticks. */
const processStat = (name: string, utime: number, stime: number, cutime: number, cstime: number) =>
  `42 (${name}) R 1 42 42 0 -1 4194304 100 0 0 0 ${utime} ${stime} ${cutime} ${cstime} 20 0 11 0 280162 313 389\n`

describe('the processor meter', () => {
  it('counts user, nice, system, interrupts and stolen time, but no waiting and no guest time twice', () => {
    // 1000 + 20 + 300 + 6 + 7 + 8 = 1341 ticks of 10 ms.
    expect(machineBusyMs(stat(1000, 99999))).toBe(13410)
    expect(machineBusyMs(stat(1000, 1))).toBe(13410)
  })

  it('reads the four fields of old kernels, which end before the interrupts', () => {
    expect(machineBusyMs('cpu  1 2 3 4\n')).toBe(60)
  })

  it('refuses a text that is not /proc/stat', () => {
    expect(() => machineBusyMs('intr 1 2 3')).toThrow('cpu')
  })

  it('adds what a process used to what the children it waited for used', () => {
    expect(processMs(processStat('node', 11, 12, 13, 14))).toBe(500)
  })

  it('is not misled by a command whose name has spaces and brackets', () => {
    expect(processMs(processStat('a) R 9 (b', 11, 12, 13, 14))).toBe(500)
  })

  it('refuses a process line that is cut short', () => {
    expect(() => processMs('42 (node) R 1 42')).toThrow('/proc/PID/stat')
  })

  it('takes our own work and that of the named children from the whole', () => {
    const files = new Map([
      ['/proc/stat', stat(1000, 0)],
      ['/proc/self/stat', processStat('node', 100, 0, 0, 0)],
      ['/proc/7/stat', processStat('python3', 40, 2, 0, 0)],
    ])
    const meter = procMeter({
      // 8 has ended.
      children: [7, 8],
      readText: (path) => {
        const text = files.get(path)
        if (text === undefined) throw new Error('ENOENT')
        return text
      },
    })
    expect(meter()).toEqual({ busyMs: 13410, ownMs: 1420 })
  })

  it('gives no reading where there is no /proc', () => {
    const meter = procMeter({
      readText: () => {
        throw new Error('ENOENT')
      },
    })
    expect(meter()).toBeNull()
  })

  it('gives the others their share of the wall time', () => {
    const before = { busyMs: 1000, ownMs: 100 }
    // 260 ms of work by all, 240 of it ours, in 200 ms on two processors.
    expect(othersShare(before, { busyMs: 1260, ownMs: 340 }, 200)).toBeCloseTo(0.1, 12)
    expect(othersShare(before, { busyMs: 1200, ownMs: 310 }, 200)).toBe(0)
  })
})
