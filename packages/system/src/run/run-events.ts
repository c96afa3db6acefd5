import type { Plan, RunDocument } from '@failmode/core'

/** What a run tells while it goes on. All optional, all synchronous, none can change the run. */
export interface RunEvents {
  readonly planned?: (plan: Plan, folder: string) => void
  readonly checkStarted?: (checkId: string) => void
  readonly checkEnded?: (
    checkId: string,
    result: 'measured' | 'error' | 'interrupted',
    reason: string | null,
  ) => void
  /** Share of the planned work that is done, 0..1, and seconds left by the pace so far; null while unknown. */
  readonly progress?: (share: number, secondsLeft: number | null) => void
  readonly finished?: (run: RunDocument) => void
}
