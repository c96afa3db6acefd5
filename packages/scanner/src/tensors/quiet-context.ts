import type { Archive, ScanContext } from '../formats/format.ts'
import { Budget, defaultLimits } from '../scan/limits.ts'

/** For readers that were written for the scan, where nobody listens. */
export function quietContext(
  beside: Archive | null = null,
  budget: Budget = new Budget(defaultLimits),
): ScanContext {
  return {
    budget,
    path: '',
    beside,
    report() {},
    fact() {},
    async scan() {
      return { format: null, verdict: 'clean' }
    },
    async scanMembers() {},
    async search() {
      return 0
    },
  }
}
