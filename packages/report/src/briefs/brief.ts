// What a finding says to somebody who is not the engineer: sections of plain blocks, written once here and drawn by
// every form of report. A block holds text as the run or the catalogue gave it; escaping is the renderer's.
import type { CheckResult, Finding, Measurement, ModeResult, RunDocument, SanityEntry } from '@failmode/core'
import type { ReportCatalogue, ReportMode } from '../report-catalogue.ts'
import { findingMeasurements } from '../table.ts'
import { standsAgainst } from '../wording.ts'
import { withoutAttacker } from './without-attacker.ts'

export type Block =
  | { readonly kind: 'text'; readonly text: string }
  /** `ordered` where one comes after the other. */
  | { readonly kind: 'list'; readonly items: readonly string[]; readonly ordered?: boolean }
  /** A term, and what is said of it. */
  | { readonly kind: 'terms'; readonly rows: readonly (readonly [term: string, text: string])[] }
  | { readonly kind: 'command'; readonly command: string }
  | { readonly kind: 'notes'; readonly notes: readonly Note[] }

/** A statement with whose it is, and how far it can be relied on. */
export interface Note {
  readonly head: string
  readonly text: string
  readonly foot: string
  readonly url: string | null
}

export interface BriefSection {
  readonly title: string
  readonly blocks: readonly Block[]
}

/** A finding with everything that is known around it. */
export interface FindingContext {
  readonly run: RunDocument
  readonly catalogue: ReportCatalogue
  readonly finding: Finding
  readonly mode: ModeResult | undefined
  readonly check: CheckResult | undefined
  /** The catalogue's words for the mode; undefined for a mode it does not know. */
  readonly words: ReportMode | undefined
  readonly measurements: readonly Measurement[]
  /** Sanity entries that stand against the check it comes from. */
  readonly doubts: readonly SanityEntry[]
  /** How the loss by an attack compares with what happens without one; null where there is nothing to compare. */
  readonly withoutAttacker: string | null
}

export function findingContext(
  run: RunDocument,
  catalogue: ReportCatalogue,
  finding: Finding,
): FindingContext {
  const mode = run.modes.find(({ slug }) => slug === finding.mode)
  return {
    run,
    catalogue,
    finding,
    mode,
    check: mode?.checks.find(({ id }) => id === finding.check),
    words: catalogue.modes.find(({ slug }) => slug === finding.mode),
    measurements: findingMeasurements(run, finding),
    doubts: run.sanity.filter(
      (entry) => standsAgainst(entry) && (entry.concerns ?? [entry.check]).includes(finding.check),
    ),
    withoutAttacker: withoutAttacker(run, catalogue, finding),
  }
}

export const text = (content: string): Block => ({ kind: 'text', text: content })
export const list = (items: readonly string[]): readonly Block[] =>
  items.length === 0 ? [] : [{ kind: 'list', items }]

/** A section, or nothing where there is nothing to say. */
export function section(title: string, blocks: readonly Block[]): readonly BriefSection[] {
  return blocks.length === 0 ? [] : [{ title, blocks }]
}
