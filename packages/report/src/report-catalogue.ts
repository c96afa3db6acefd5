import type { Catalogue } from '@failmode/catalogue'

/** What a report reads of the catalogue: the words for modes and mitigations, and whom they come from. */
export type ReportCatalogue = Pick<
  Catalogue,
  | 'asOf'
  | 'notices'
  | 'documents'
  | 'modes'
  | 'mitigations'
  | 'bugBars'
  | 'safetyScale'
  | 'schemes'
  | 'ratingFacts'
  | 'decisionRecord'
  | 'glossary'
  | 'measures'
>

export type ReportMode = ReportCatalogue['modes'][number]
export type ReportMitigation = ReportCatalogue['mitigations'][number]

export function modeWords(catalogue: ReportCatalogue, slug: string): ReportMode | undefined {
  return catalogue.modes.find((mode) => mode.slug === slug)
}

/** The mitigations with these ids, in this order; an id that the catalogue does not know is left out. */
export function mitigationWords(
  catalogue: ReportCatalogue,
  ids: readonly string[],
): readonly ReportMitigation[] {
  return ids.flatMap((id) => catalogue.mitigations.find((mitigation) => mitigation.id === id) ?? [])
}

/** Title of the bug bar or the safety scale with this id. */
export function barTitle(catalogue: ReportCatalogue, id: string): string {
  if (id === catalogue.safetyScale.id) return catalogue.safetyScale.title
  return catalogue.bugBars.find((bar) => bar.id === id)?.title ?? id
}
