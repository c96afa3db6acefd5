// Looks a word up: a mode before its variants, what is run before what is measured, and our own terms before the lists of
// others, so that a name which several things have is explained as the one that reports mean by it.
import { FailmodeError, nearest } from '@failmode/core'
import type { Audience } from '@failmode/report'
import { checkKind } from './check.ts'
import type { Explanation, Kind } from './explanation.ts'
import { measureKind } from './measure.ts'
import { mitigationKind } from './mitigation.ts'
import { modeKind } from './mode.ts'
import { ratingFactKind, ruleKind } from './rating.ts'
import { crosswalkKind, documentKind, legalNoteKind } from './reference.ts'
import { severityKind } from './severity.ts'
import { techniqueKind } from './technique.ts'
import { termKind } from './term.ts'
import { variantKind } from './variant.ts'

const kinds: readonly Kind[] = [
  modeKind,
  variantKind,
  checkKind,
  techniqueKind,
  measureKind,
  severityKind,
  termKind,
  mitigationKind,
  ratingFactKind,
  ruleKind,
  legalNoteKind,
  crosswalkKind,
  documentKind,
]

/** @throws FailmodeError `usage` when nothing has this name; the hint names what is nearest */
export function explain(word: string, audience: Audience): Explanation {
  const wanted = word.trim().toLowerCase()
  for (const kind of kinds) {
    const found = kind.find(wanted, audience)
    if (found !== undefined) {
      const { title, id, sections, sources } = found
      return {
        kind: found.kind,
        title,
        id,
        audience,
        sections: sections.filter(({ lines }) => lines.length > 0),
        sources,
      }
    }
  }
  const near = nearest(wanted, [...new Set(kinds.flatMap((kind) => kind.names()))])
  throw new FailmodeError('usage', {
    message: `nothing here is called "${word}".`,
    hint: near === undefined ? 'See failmode list for modes and checks.' : `Did you mean "${near}"?`,
  })
}
