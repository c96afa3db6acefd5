// Whom to involve. The rows of the bug bars say who leads the response; who else is needed follows from the facts about
// the system, and a fact that nobody answered counts as its worst.
import type { FindingContext } from './brief.ts'

const leads = {
  security: 'Security response leads, as for any attack.',
  privacy: 'The privacy team leads; security helps.',
  abuse: 'The team that deals with abuse of accounts leads.',
  'software-bug-bar': 'Handled as an ordinary bug of software, by the security response.',
} as const

export function whomToInvolve({ run, catalogue, finding, words }: FindingContext): readonly string[] {
  const rows = catalogue.bugBars
    .filter(({ document }) => document !== null)
    .flatMap((bar) =>
      bar.rows
        .filter(
          ({ modes, variants }) =>
            modes.includes(finding.mode) &&
            (variants.length === 0 || finding.variant === null || variants.includes(finding.variant)),
        )
        .map(({ leadBy, id }) => ({ leadBy, from: `${bar.title}, row ${id}` })),
    )
  const byLead = new Map<keyof typeof leads, string[]>()
  for (const { leadBy, from } of rows) byLead.set(leadBy, [...(byLead.get(leadBy) ?? []), from])
  const { dataSensitivity, actsOnPhysicalWorld, thirdPartyProvenance } = run.system.assets
  const unless = (answered: unknown) => (answered === undefined ? ' Nobody has said that it does not.' : '')
  return [
    ...[...byLead].map(([leadBy, from]) => `${leads[leadBy]} (${from.join('; ')})`),
    ...(rows.length === 0
      ? [
          'No published bar names a lead for this mode. Our advice: whoever owns the model, with whoever answers for safety.',
        ]
      : []),
    ...(words?.compromises.some((each) => each === 'privacy' || each === 'confidentiality') === true &&
    dataSensitivity !== 'public' &&
    dataSensitivity !== 'internal'
      ? [`The data protection officer: what comes out may concern people.${unless(dataSensitivity)}`]
      : []),
    ...(actsOnPhysicalWorld === false
      ? []
      : [
          `Whoever answers for the safety of people: a decision may reach the physical world.${unless(actsOnPhysicalWorld)}`,
        ]),
    ...(thirdPartyProvenance === false
      ? []
      : [
          `The supplier of the model or the data, where there is one.${thirdPartyProvenance === undefined ? ' Nobody has said that there is none.' : ''}`,
        ]),
    ...(words === undefined || words.legalNotes.length === 0
      ? []
      : ['Legal counsel: the report for policy lists the questions that are open.']),
  ]
}
