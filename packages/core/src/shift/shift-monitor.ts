// Watching one number of a stream, such as a confidence or a feature, with a set rate of false alarms: without a shift
// the mean number of values between alarms is the one asked for. Each value is turned into its place among the reference
// values, so that their distribution does not matter, and two cumulative sums watch for places too high and too low
// (Page, "Continuous inspection schemes", Biometrika 41, 1954). Where the sums alarm is found by simulating streams
// out of the reference itself, ties and all.
import type { Random } from '../random/random.ts'
import { sorted } from '../statistics/describe.ts'
import { normalQuantile } from '../statistics/special.ts'

export interface ShiftMonitorOptions {
  /** Mean number of values until a false alarm; 1000 unless said. */
  readonly expectedRunLength?: number
  /** Half the move, in standard deviations, that is to be found soonest; 0.25 unless said. */
  readonly slack?: number
  /** Streams simulated for the threshold and again for each delay; 1000 unless said. */
  readonly simulations?: number
  readonly signal?: AbortSignal
}

export interface ShiftMonitor {
  readonly threshold: number
  readonly expectedRunLength: number
  /** Mean number of values from a shift to its alarm, by simulation, for moves in standard deviations. */
  readonly delays: readonly { readonly move: number; readonly delay: number }[]
  /** State before the first value. */
  readonly start: MonitorState
  /** The next state; once `alarm` is not null, begin again from `start`. */
  watch(state: MonitorState, value: number): MonitorState
}

/** Plain data, so that a monitor can be stored between values. */
export interface MonitorState {
  readonly high: number
  readonly low: number
  /** Values seen since `start`. */
  readonly seen: number
  readonly alarm: 'higher' | 'lower' | null
}

/**
 * @param reference values without a shift, at least 100. With few of them what is usual is itself uncertain, and the
 *   real run length strays from the one asked for; thousands keep it near
 * @throws RangeError when the reference is too small, holds NaN or does not vary, or an option makes no sense
 */
export function createShiftMonitor(
  reference: ArrayLike<number>,
  random: Random,
  { expectedRunLength = 1000, slack = 0.25, simulations = 1000, signal }: ShiftMonitorOptions = {},
): ShiftMonitor {
  if (!(expectedRunLength >= 10))
    throw new RangeError(`a run length is at least 10, got ${expectedRunLength}`)
  if (!(slack > 0)) throw new RangeError(`slack is above 0, got ${slack}`)
  const ascending = sorted(reference)
  if (ascending.length < 100)
    throw new RangeError(`a monitor needs 100 reference values, got ${ascending.length}`)
  if (Number.isNaN(ascending.at(-1))) throw new RangeError('a reference value is NaN')
  if (ascending[0] === ascending.at(-1)) throw new RangeError('the reference values do not vary')
  const place = placeAmong(ascending)
  const places = ascending.map(place)
  const next = (random: Random, move: number): number => {
    const z = places[random.int(places.length)]!
    return move === 0 ? z : z + move
  }
  const threshold = thresholdFor(expectedRunLength, { slack, simulations, signal, next, random })
  const start: MonitorState = { high: 0, low: 0, seen: 0, alarm: null }
  const delays = [0.5, 1, 2].map((move) => {
    const stream = random.split(`delay ${move}`)
    let total = 0
    for (let s = 0; s < simulations; s++) {
      signal?.throwIfAborted()
      let high = 0
      let steps = 0
      // Only the sum on the side of the move matters for the delay.
      while (high < threshold && steps < 1000 * expectedRunLength) {
        high = Math.max(0, high + next(stream, move) - slack)
        steps++
      }
      total += steps
    }
    return { move, delay: total / simulations }
  })
  return {
    threshold,
    expectedRunLength,
    delays,
    start,
    watch(state, value) {
      if (Number.isNaN(value)) throw new RangeError('a value of the stream is NaN')
      const z = place(value)
      const high = Math.max(0, state.high + z - slack)
      const low = Math.max(0, state.low - z - slack)
      const alarm = high >= threshold ? 'higher' : low >= threshold ? 'lower' : null
      return { high, low, seen: state.seen + 1, alarm }
    },
  }
}

/** Normal score of a value's place among the reference values, ties at the middle of theirs. */
function placeAmong(ascending: Float64Array): (value: number) => number {
  const n = ascending.length
  const first = (value: number, beyond: boolean): number => {
    let low = 0
    let high = n
    while (low < high) {
      const middle = (low + high) >> 1
      if (beyond ? ascending[middle]! > value : ascending[middle]! >= value) high = middle
      else low = middle + 1
    }
    return low
  }
  return (value) => {
    const rank = (first(value, false) + first(value, true)) / 2
    return normalQuantile(Math.min(n - 0.5, Math.max(0.5, rank)) / n)
  }
}

/**
 * Each simulated stream keeps only the times at which the larger sum broke its record: they tell when it would have
 * alarmed at any threshold. A stream without an alarm by the end counts by its length, as for waiting times that are
 * nearly exponential: mean = time watched / alarms.
 */
function thresholdFor(
  wanted: number,
  parts: {
    readonly slack: number
    readonly simulations: number
    readonly signal: AbortSignal | undefined
    readonly next: (random: Random, move: number) => number
    readonly random: Random
  },
): number {
  const { slack, simulations, signal, next, random } = parts
  const length = Math.ceil(6 * wanted)
  const streams = Array.from({ length: simulations }, (_, s) => {
    signal?.throwIfAborted()
    const stream = random.split('run').split(s)
    const records: { readonly at: number; readonly value: number }[] = []
    let high = 0
    let low = 0
    let record = 0
    for (let at = 1; at <= length; at++) {
      const z = next(stream, 0)
      high = Math.max(0, high + z - slack)
      low = Math.max(0, low - z - slack)
      const larger = Math.max(high, low)
      if (larger > record) {
        record = larger
        records.push({ at, value: larger })
      }
    }
    return records
  })
  const meanAt = (threshold: number): number => {
    let watched = 0
    let alarms = 0
    for (const records of streams) {
      const alarm = records.find(({ value }) => value >= threshold)
      watched += alarm?.at ?? length
      if (alarm !== undefined) alarms++
    }
    return alarms === 0 ? Number.POSITIVE_INFINITY : watched / alarms
  }
  let below = 0
  let above = Math.max(...streams.map((records) => records.at(-1)?.value ?? 0)) + 1
  for (let i = 0; i < 50; i++) {
    const middle = (below + above) / 2
    if (meanAt(middle) < wanted) below = middle
    else above = middle
  }
  return above
}
