// Square's moves in Linf: every coordinate is at the edge of the ball, and a window gets one sign a channel.
import type { Random } from '@failmode/core'
import type { SquareMoves, SquareState } from './square.ts'
import { copyWindow, placeWindow, type Window } from './square-window.ts'

export function linfMoves({ x, best, candidates, picture, eps }: SquareState): SquareMoves {
  const { channels, height, width } = picture
  const size = channels * height * width
  const low = new Float32Array(x.length)
  const high = new Float32Array(x.length)
  for (let at = 0; at < x.length; at++) {
    low[at] = Math.max(0, (x[at] as number) - eps)
    high[at] = Math.min(1, (x[at] as number) + eps)
  }
  const windows: Window[] = []

  /**
   * Moves a window of candidate `row` by two eps, and says whether that changed anything. The step crosses the whole
   * ball from wherever it begins, so each number arrives at an edge.
   */
  const paint = (i: number, row: number, window: Window, random: Random): boolean => {
    const toCandidate = (row - i) * size
    let changed = false
    for (let c = 0; c < channels; c++) {
      const edge = random.boolean() ? high : low
      for (let r = window.top; r < window.top + window.height; r++) {
        const from = i * size + (c * height + r) * width + window.left
        const to = from + window.width
        for (let at = from; !changed && at < to; at++) changed = edge[at] !== best[at]
        for (let at = from; at < to; at++) candidates[toCandidate + at] = edge[at] as number
      }
    }
    return changed
  }

  return {
    start(i, random) {
      // Vertical stripes: one sign a column and channel.
      for (let c = 0; c < channels; c++) {
        for (let column = 0; column < width; column++) {
          const bound = random.boolean() ? high : low
          for (let row = 0; row < height; row++) {
            const at = i * size + (c * height + row) * width + column
            best[at] = bound[at] as number
          }
        }
      }
    },
    propose(i, row, windowSize, random) {
      const window = placeWindow(windowSize, picture, random)
      windows[row] = window
      // A draw that repaints the window as it was would waste a query (half of all draws on a grey picture).
      for (let draw = 0; draw < 8 && !paint(i, row, window, random); draw++);
    },
    keep(i, row) {
      copyWindow(candidates, row * size, best, i * size, picture, windows[row] as Window)
    },
    undo(i, row) {
      copyWindow(best, i * size, candidates, row * size, picture, windows[row] as Window)
    },
  }
}
