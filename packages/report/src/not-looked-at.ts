// What was not looked at: of a mode that was not observed, why; of one that was, what its checks say they leave out, and
// which of them did not run. A report without this list would let silence pass for safety.
import type { ModeResult, RunDocument } from '@failmode/core'
import { outcomeWords } from './wording.ts'

export interface Gap {
  readonly mode: ModeResult
  readonly reasons: readonly string[]
}

/** Modes that the system has no part for are left out: there is nothing to look at. */
export function notLookedAt(run: RunDocument): readonly Gap[] {
  return run.modes.flatMap((mode) => {
    const { reading } = outcomeWords[mode.outcome]
    if (reading === 'outside') return []
    const reasons = [
      ...(reading === 'unobserved' ? [mode.reason] : []),
      ...mode.checks.flatMap((check) => {
        const { word, reading: own } = outcomeWords[check.outcome]
        if (own === 'outside') return []
        const said = own !== 'unobserved' || (reading === 'unobserved' && check.reason === mode.reason)
        return [
          ...(said ? [] : [`${check.title}: ${word.toLowerCase()}. ${check.reason}`]),
          ...check.notCovered,
        ]
      }),
    ]
    const distinct = [...new Set(reasons)]
    return distinct.length === 0 ? [] : [{ mode, reasons: distinct }]
  })
}
