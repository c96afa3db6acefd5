import type { Involved } from '@failmode/core'

export const roleNames: Readonly<Record<Involved['role'], string>> = {
  security: 'security response',
  privacy: 'privacy or data protection',
  abuse: 'abuse handling',
  'software-bug-bar': 'product security, by the ordinary bug bar',
  engineering: 'the engineering owner',
  safety: 'whoever answers for the safety of people',
  supplier: 'the supplier of the model or the data',
  counsel: 'counsel',
}

/** Who is asked, who leads, and on whose word. */
export function involvedText({ role, leads, because, source }: Involved): string {
  return `${roleNames[role]} ${leads ? 'leads' : 'takes part'} (${because}${source === 'failmode' ? '; our reading' : ''})`
}
