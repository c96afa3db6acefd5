// Whom to involve in a response. The rows of the published bug bars say who leads; who else belongs at the table follows
// from what the mode compromises and from the facts about the system, and is our reading. A fact that nobody answered
// counts as its worst, and the entry says so.
import type { BugBarRow, Catalogue, FailureMode } from '@failmode/catalogue'
import { z } from 'zod'
import type { Answers } from './rate.ts'

export const involvedSchema = z.object({
  role: z.enum([
    'security',
    'privacy',
    'abuse',
    'software-bug-bar',
    'engineering',
    'safety',
    'supplier',
    'counsel',
  ]),
  leads: z.boolean(),
  because: z.string(),
  source: z.string().describe('id of the bug bar, or failmode where it is our reading'),
})
export type Involved = z.infer<typeof involvedSchema>

export function whomToInvolve(
  { bugBars }: Pick<Catalogue, 'bugBars'>,
  mode: FailureMode,
  { variants, facts }: { readonly variants: readonly string[]; readonly facts: Answers },
): readonly Involved[] {
  const list: Involved[] = []
  const add = (entry: Involved) => {
    if (!list.some(({ role }) => role === entry.role)) list.push(entry)
  }
  // A bar of the user's own says how bad something is, not who leads.
  for (const bar of bugBars.filter(({ document }) => document !== null)) {
    for (const row of bar.rows.filter((candidate) => concerns(candidate, mode, variants)))
      add({ role: row.leadBy, leads: true, because: `${bar.title}, row ${row.id}`, source: bar.id })
  }
  const ours = (role: Involved['role'], because: string, leads = false) =>
    add({ role, leads, because, source: 'failmode' })
  if (list.length === 0)
    ours('engineering', 'no published bar has a row for it, so the owner of the system leads', true)
  const { dataSensitivity, actsOnPhysicalWorld, thirdPartyProvenance } = facts
  if (mode.compromises.includes('safety')) ours('safety', 'the taxonomy counts it as a failure of safety')
  else if (actsOnPhysicalWorld === true) ours('safety', 'a wrong decision can act on the physical world')
  else if (actsOnPhysicalWorld === undefined)
    ours('safety', 'nobody has said that a wrong decision cannot act on the physical world')
  const disclosing = mode.compromises.includes('confidentiality') || mode.compromises.includes('privacy')
  if (disclosing && (dataSensitivity === 'personal' || dataSensitivity === 'sensitive'))
    ours('privacy', `the data are ${dataSensitivity}`)
  if (disclosing && dataSensitivity === undefined)
    ours('privacy', 'data may come out, and nobody has said that they are not personal')
  if (thirdPartyProvenance === true) ours('supplier', 'training data or the model come from outside')
  if (mode.legalNotes.length > 0)
    ours(
      'counsel',
      `there are legal notes on it, which are no advice: failmode explain ${mode.slug} --for policy`,
    )
  return list
}

/** Whether a row of a bug bar is about this mode, and about one of these variants where any are known. */
export function concerns(row: BugBarRow, mode: FailureMode, variants: readonly string[]): boolean {
  if (!row.modes.includes(mode.slug)) return false
  return (
    variants.length === 0 || row.variants.length === 0 || row.variants.some((id) => variants.includes(id))
  )
}
