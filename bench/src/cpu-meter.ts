// How much processor time the whole machine has used, and how much of it was ours. Linux tells both in
// clock ticks of 10 ms: /proc/stat for the machine, /proc/PID/stat for a process. What is left when
// ours is taken from the whole is other people's work, which makes a timing taken meanwhile worthless.

import { readFileSync } from 'node:fs'

/** Milliseconds of processor time since some fixed start. */
export interface CpuReading {
  /** All work on all processors. */
  readonly busyMs: number
  /** This process, the children it has waited for, and the child processes named to the meter. */
  readonly ownMs: number
}

/** Gives a reading, or null where the machine does not tell. */
export type CpuMeter = () => CpuReading | null

// USER_HZ: the kernel's ABI fixes it at 100 on every processor that Node runs on.
const msPerTick = 10

/** Busy milliseconds from the text of /proc/stat. Waiting (idle, iowait) is not work; time stolen by other guests is. */
export function machineBusyMs(statText: string): number {
  const line = statText.split('\n').find((text) => text.startsWith('cpu '))
  if (!line) throw new Error("/proc/stat has no line 'cpu'")
  // user nice system idle iowait irq softirq steal guest guest_nice; user already holds guest's time.
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number)
  return (user + nice + system + irq + softirq + steal) * msPerTick
}

/** Milliseconds used by a process and the children it has waited for, from the text of its /proc/PID/stat. */
export function processMs(statText: string): number {
  // The command's name stands in brackets and may hold spaces and brackets itself.
  const fields = statText
    .slice(statText.lastIndexOf(')') + 2)
    .trim()
    .split(/\s+/)
  // proc(5) counts from 1 and the state is field 3, so utime, stime, cutime and cstime, 14 to 17, are 11 to 14 here.
  const ticks = fields.slice(11, 15).map(Number)
  if (ticks.length < 4 || ticks.some(Number.isNaN)) throw new Error('/proc/PID/stat cannot be read')
  return ticks.reduce((a, b) => a + b, 0) * msPerTick
}

export interface CpuMeterOptions {
  /** Process ids of children that work for us. One that has ended counts nothing. */
  readonly children?: readonly number[]
  readonly readText?: (path: string) => string
}

/** Reads Linux's /proc; null readings elsewhere. */
export function procMeter({
  children = [],
  readText = (path) => readFileSync(path, 'utf8'),
}: CpuMeterOptions = {}): CpuMeter {
  const ofProcess = (id: number | 'self'): number => {
    try {
      return processMs(readText(`/proc/${id}/stat`))
    } catch {
      return 0
    }
  }
  return () => {
    let stat: string
    try {
      stat = readText('/proc/stat')
    } catch {
      return null
    }
    const ownMs = children.reduce((sum, id) => sum + ofProcess(id), ofProcess('self'))
    return { busyMs: machineBusyMs(stat), ownMs }
  }
}

/** Other processes' work between two readings, as a share of the time that passed. Ticks round, so never below 0. */
export function othersShare(before: CpuReading, after: CpuReading, wallMs: number): number {
  const others = after.busyMs - before.busyMs - (after.ownMs - before.ownMs)
  return Math.max(0, others) / wallMs
}
