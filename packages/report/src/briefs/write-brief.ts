import type { Audience } from '../renderer.ts'
import type { BriefSection, FindingContext } from './brief.ts'
import { policyBrief } from './policy.ts'
import { responderBrief } from './responder.ts'

/** What a finding says to this reader; null for the engineer, whom the whole finding is shown. */
export function writeBrief(
  audience: Audience | undefined,
  context: FindingContext,
): readonly BriefSection[] | null {
  if (audience === 'responder') return responderBrief(context)
  return audience === 'policy' ? policyBrief(context) : null
}
