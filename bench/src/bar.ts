// A bar is one thing that the project promises to be good at, with the number that would show it. Running a
// bar gives a value and says whether the promise was kept. What cannot be measured here (a peer is missing, a
// data set is missing, the machine is too busy) is neither kept nor broken: `met` is null and `detail` says why.

import type { SharedData } from './shared-data.ts'

export interface BenchContext {
  /** The shared data folder, or null where there is none. */
  readonly data: SharedData | null
  /** Tells a person what is going on; goes to stderr. */
  readonly log: (line: string) => void
  readonly signal: AbortSignal
}

export interface BarOutcome {
  readonly value: number | null
  /** null: could not be measured here. */
  readonly met: boolean | null
  readonly unit: string
  /** How many samples, files or rounds the value rests on. */
  readonly n: number
  readonly detail: string
}

export interface Bar {
  readonly area: string
  /** Kebab-case and stable: the name under which the figure is published. */
  readonly bar: string
  /** What is promised, in words that stand beside the value, such as `>= 1.0` or `<= 1e-5`. */
  readonly target: string
  readonly run: (context: BenchContext) => Promise<BarOutcome>
}

/** One line of `npm run bench -- --json`. */
export interface BarResult extends BarOutcome {
  readonly area: string
  readonly bar: string
  readonly target: string
}

/** The outcome of a bar that cannot be measured here. */
export function absent(reason: string, unit: string): BarOutcome {
  return { value: null, met: null, unit, n: 0, detail: reason }
}

/** Runs one bar. An error in the bar is a broken promise, except when the bench itself was stopped. */
export async function runBar(bar: Bar, context: BenchContext): Promise<BarResult> {
  const { area, bar: name, target } = bar
  try {
    // Picked one by one, so that a bar that returns more does not change the shape of the line.
    const { value, met, unit, n, detail } = await bar.run(context)
    return { area, bar: name, target, value, met, unit, n, detail }
  } catch (error) {
    context.signal.throwIfAborted()
    const reason = error instanceof Error ? error.message : String(error)
    return { area, bar: name, target, value: null, met: false, unit: '', n: 0, detail: `failed: ${reason}` }
  }
}
