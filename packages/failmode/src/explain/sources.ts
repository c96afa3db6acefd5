// The documents and papers behind an explanation, as links. What was not checked against the paper itself says so.
import { type BugBar, type BugBarRow, catalogue, type FailureMode, type Source } from '@failmode/catalogue'
import type { SourceLink } from './explanation.ts'

/** For words that no document defines. */
export const ownWords: SourceLink = { title: 'Definition in the words of failmode', url: null }

export function documentLink(id: string, part?: string): SourceLink {
  const found = catalogue.documents.find((document) => document.id === id)
  if (found === undefined) return { title: id === 'failmode' ? 'Advice of failmode itself' : id, url: null }
  const { title, edition, url } = found
  return { title: `${title} (${edition})${part === undefined ? '' : `, ${part}`}`, url }
}

/** The place where the mode was defined. */
export function modeLink(mode: FailureMode): SourceLink {
  return documentLink(mode.addedIn, `${mode.number === null ? '' : `${mode.number}. `}${mode.summaryName}`)
}

export function paperLink({ citation, url, provenance }: Source): SourceLink {
  return {
    title: provenance === 'verified' ? citation : `${citation} (citation not checked against the paper)`,
    url,
  }
}

export interface Rated {
  readonly bar: BugBar
  readonly row: BugBarRow
}

/** Rows of the bars that speak of a mode or, given one, of its variant. */
export function rowsOn(mode: string, variant: string | null = null): readonly Rated[] {
  return catalogue.bugBars.flatMap((bar) =>
    bar.rows
      .filter(
        ({ modes, variants }) =>
          modes.includes(mode) && (variant === null || variants.length === 0 || variants.includes(variant)),
      )
      .map((row) => ({ bar, row })),
  )
}

/** One link a bar, with the rows in question. */
export function barLinks(rated: readonly Rated[]): readonly SourceLink[] {
  return [...new Set(rated.map(({ bar }) => bar))].map((bar) => {
    const ids = [...new Set(rated.filter((one) => one.bar === bar).map(({ row }) => row.id))]
    const part = `${ids.length === 1 ? 'row' : 'rows'} ${ids.join(', ')}`
    return bar.document === null
      ? { title: `${bar.title} (${bar.edition}), ${part}`, url: bar.url }
      : documentLink(bar.document, part)
  })
}

/** What the rows say, side by side. */
export function ratingLines(rated: readonly Rated[]): readonly string[] {
  return rated.map(({ bar, row }) => `- ${bar.title}, ${row.id} ${row.title}: ${rangeText(row)}`)
}

export function rangeText({ severity, condition }: BugBarRow): string {
  const range =
    severity === null
      ? 'not rated'
      : severity.low === severity.high
        ? severity.low
        : `${severity.low} to ${severity.high}`
  return `${range}${condition === null ? '' : ` (${condition})`}`
}

/** Each link once, by title. */
export function distinct(links: readonly SourceLink[]): readonly SourceLink[] {
  return [...new Map(links.map((link) => [link.title, link])).values()]
}
