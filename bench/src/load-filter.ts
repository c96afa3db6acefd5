// Fair timings on a machine that others use too. The candidates take turns (A B C A B C ...), so that what
// drifts, drifts for all. Each turn is a block of a fifth of a second; a block during which other processes worked
// is thrown away and its candidate takes another turn. A round is one clean block of every candidate, and candidates are
// compared inside a round only: the figure is the median over rounds of the ratio in each round. Where clean
// blocks do not come in time, the answer is that the machine was too busy, not a number.

import { type CpuMeter, othersShare, procMeter } from './cpu-meter.ts'

export interface Clock {
  /** Milliseconds, monotonic. */
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
}

export interface PairedOptions<Name extends string> {
  /** What is timed, by name; one call is one unit of work. May be asynchronous. */
  readonly candidates: Readonly<Record<Name, () => unknown>>
  /** Rounds wanted; 3 are enough if time runs out. */
  readonly rounds?: number
  /** A block lasts at least this long and at least one call. */
  readonly blockMs?: number
  /** A block is kept when other processes' work took at most this share of its time. */
  readonly othersAtMost?: number
  /** Pause before each block: thread pools of the candidate before may still be spinning. */
  readonly settleMs?: number
  /** Gives up after this long. */
  readonly capMs?: number
  /** Process ids that work for a candidate, such as a peer's. */
  readonly children?: readonly number[]
  readonly signal?: AbortSignal
  readonly clock?: Clock
  readonly meter?: CpuMeter
}

export interface Paired<Name extends string> {
  /** Milliseconds per call of each candidate, one entry for each full round. */
  readonly rounds: readonly Readonly<Record<Name, number>>[]
  /** Median milliseconds per call; null when there are not enough rounds. */
  readonly median: Readonly<Record<Name, number>> | null
  readonly enough: boolean
  /** Share of the blocks that were thrown away. */
  readonly discarded: number
  /** false where the platform does not tell what other processes do; no block is thrown away there. */
  readonly filtered: boolean
  /** How it was measured, in words, for a bar's `detail`. */
  readonly detail: string
}

const enoughRounds = 3

const realClock: Clock = {
  now: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}

/** The middle value, or the mean of the two in the middle. Throws on an empty list. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[sorted.length >> 1]
  const lower = sorted[(sorted.length - 1) >> 1]
  if (upper === undefined || lower === undefined) throw new Error('median of nothing')
  return (lower + upper) / 2
}

/** How many times as long `above` took as `below`, in each round, and the median of those. */
export function pairedRatio<Name extends string>(
  { rounds }: Pick<Paired<Name>, 'rounds'>,
  above: Name,
  below: Name,
): { readonly perRound: readonly number[]; readonly median: number } {
  const perRound = rounds.map((round) => round[above] / round[below])
  return { perRound, median: median(perRound) }
}

/**
 * Times candidates against each other, in milliseconds per call. Every candidate is called once, untimed,
 * before the first round. Rejects when a candidate throws or the signal is aborted.
 */
export async function measurePaired<Name extends string>({
  candidates,
  rounds: wanted = 5,
  blockMs = 200,
  othersAtMost = 0.08,
  settleMs = 20,
  capMs = 120_000,
  children = [],
  signal,
  clock = realClock,
  meter = procMeter({ children }),
}: PairedOptions<Name>): Promise<Paired<Name>> {
  const names = Object.keys(candidates) as Name[]
  const call = async (name: Name) => {
    const result = candidates[name]()
    // Waiting for what is already there costs a turn of the event loop, which a fast candidate would notice.
    if (result instanceof Promise) await result
  }
  for (const name of names) await call(name)

  const start = clock.now()
  const rounds: Record<Name, number>[] = []
  let filtered = true
  let blocks = 0
  let thrownAway = 0

  const timeBlock = async (name: Name): Promise<number | null> => {
    const before = meter()
    const begin = clock.now()
    let calls = 0
    let elapsed = 0
    do {
      await call(name)
      calls++
      elapsed = clock.now() - begin
    } while (elapsed < blockMs)
    const after = meter()
    blocks++
    if (!before || !after) filtered = false
    else if (othersShare(before, after, elapsed) > othersAtMost) {
      thrownAway++
      return null
    }
    return elapsed / calls
  }

  const timeLeft = () => clock.now() - start < capMs
  while (rounds.length < wanted && timeLeft()) {
    const round = new Map<Name, number>()
    let pause = settleMs
    while (round.size < names.length && timeLeft()) {
      for (const name of names) {
        if (round.has(name)) continue
        signal?.throwIfAborted()
        await clock.sleep(pause)
        const ms = await timeBlock(name)
        if (ms !== null) round.set(name, ms)
        // Somebody is at work: trying again at once would only disturb both.
        pause = ms === null ? blockMs : settleMs
      }
    }
    if (round.size === names.length) rounds.push(Object.fromEntries(round) as Record<Name, number>)
  }

  const enough = rounds.length >= Math.min(enoughRounds, wanted)
  const discarded = blocks === 0 ? 0 : thrownAway / blocks
  const share = `${Math.round(discarded * 100)} % of ${blocks} blocks discarded`
  const detail = !enough
    ? `machine too busy: ${rounds.length} of ${wanted} rounds in ${Math.round(capMs / 1000)} s, ${share}`
    : filtered
      ? `${rounds.length} rounds, ${share}`
      : `${rounds.length} rounds, other load not filtered on this platform`
  return {
    rounds,
    median: enough
      ? (Object.fromEntries(
          names.map((name) => [name, median(rounds.map((round) => round[name]))]),
        ) as Record<Name, number>)
      : null,
    enough,
    discarded,
    filtered,
    detail,
  }
}
