// Where on a line the answer changes, from labels alone. The far end is adversarial, the near end is taken not to be;
// the bracket between them is narrowed until it is short enough. Asking several points of the bracket at once
// narrows it faster a round, for more queries. The number found was itself asked and was adversarial.
import type { Search } from './label-search.ts'

export interface LineSearch {
  readonly low: number
  /** Where the line is known to be adversarial. */
  readonly high: number
  /** Length of the bracket at which the search ends. */
  readonly tolerance: number
  /** Points asked at once; 1 is bisection. */
  readonly width: number
  /** Writes the point at `t`. */
  readonly write: (out: Float32Array, at: number, t: number) => void
}

/** More rounds than the resolution of any float32 asks for. */
const mostRounds = 60

/** The smallest number asked on the line that was adversarial; `high` when no other was. */
export function* searchLine({ low, high, tolerance, width, write }: LineSearch): Search<number> {
  for (let round = 0; round < mostRounds && high - low > tolerance; round++) {
    const [from, step] = [low, (high - low) / (width + 1)]
    const verdicts = yield {
      count: width,
      write: (out, at, k) => write(out, at, from + step * (k + 1)),
    }
    const first = verdicts.indexOf(1)
    if (first < 0) low = from + step * width
    else {
      high = from + step * (first + 1)
      low = from + step * first
    }
  }
  return high
}
