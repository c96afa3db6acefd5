// How far a run is, for the progress line only. Each check weighs what it was planned to cost; a finished check
// counts whole, whatever it spent, and a running one by the share of its allotment spent or reported so far.
import type { Cost, Plan } from '@failmode/core'

export interface Progress {
  /** A step of this check ended, having spent `cost`. */
  spent(checkId: string, cost: Cost): void
  /** A running step of this check is at `share`, of which earlier reports said less. */
  reported(checkId: string, gain: number): void
  ended(checkId: string): void
  share(): number
  secondsLeft(): number | null
}

export function createProgress(plan: Plan): Progress {
  // A check that asks the model nothing still takes a moment.
  const weight = new Map(
    plan.checks.flatMap(({ check, state }) =>
      state.kind === 'run'
        ? [[check.meta.id, Math.max(1, state.cost.queries + 2 * state.cost.gradients)] as const]
        : [],
    ),
  )
  const total = [...weight.values()].reduce((a, b) => a + b, 0)
  const done = new Map<string, number>()
  const running = new Map<string, number>()
  const finished = new Set<string>()
  const started = performance.now()
  const share = (): number => {
    if (total === 0) return 1
    let sum = 0
    for (const [id, whole] of weight) {
      sum += finished.has(id) ? whole : Math.min(whole * 0.99, (done.get(id) ?? 0) + (running.get(id) ?? 0))
    }
    return sum / total
  }
  return {
    spent(id, cost) {
      done.set(id, (done.get(id) ?? 0) + cost.queries + 2 * cost.gradients)
    },
    reported(id, gain) {
      running.set(id, Math.max(0, (running.get(id) ?? 0) + gain))
    },
    ended(id) {
      finished.add(id)
    },
    share,
    secondsLeft() {
      const now = share()
      const seconds = (performance.now() - started) / 1000
      return now < 0.02 || seconds < 1 ? null : (seconds / now) * (1 - now)
    },
  }
}
