// The question whether an attacker violates the traditional notion of access or authorisation is answered three times:
// in the published table, in comments hidden in the page, and in the paper version. They are kept side by side.
import type { AccessViolation, FailureMode } from './schema.ts'

/** For the unintentional modes: there is no attacker, so no source asks. */
export const accessNotAsked: AccessViolation = {
  table: 'not-asked',
  comments: {
    reading: 'none',
    text: 'There is no attacker, and the source does not ask.',
    provenance: 'verified',
  },
  paper: {
    reading: 'none',
    text: 'There is no attacker, and the source does not ask.',
    provenance: 'secondary',
  },
}

/** True when a reading besides the table takes a position and it is not the table's. */
export function accessReadingsDiffer(mode: Pick<FailureMode, 'accessViolation'>): boolean {
  const { table, comments, paper } = mode.accessViolation
  return table !== 'not-asked' && [comments, paper].some((o) => o.reading !== 'none' && o.reading !== table)
}
