// What `explain` gives, and what each kind of thing that can be explained has to offer: its names, and the explanation of
// the one that is asked for. An explanation is plain data of one shape for all kinds, so that `--json` can be relied on.

import type { Audience } from '@failmode/report'

export interface Section {
  /** Null for what stands without a heading. */
  readonly title: string | null
  /** Paragraphs; those that begin with "- " are items of a list. */
  readonly lines: readonly string[]
}

/** Where it can be looked up; the address is null where none is known, or where the words are our own. */
export interface SourceLink {
  readonly title: string
  readonly url: string | null
}

export interface Explanation {
  readonly kind:
    | 'mode'
    | 'variant'
    | 'check'
    | 'technique'
    | 'measure'
    | 'severity'
    | 'term'
    | 'mitigation'
    | 'rating-fact'
    | 'rule'
    | 'legal-note'
    | 'crosswalk'
    | 'document'
  readonly title: string
  readonly id: string
  readonly audience: Audience
  readonly sections: readonly Section[]
  readonly sources: readonly SourceLink[]
}

export type Explained = Omit<Explanation, 'audience'>

export interface Kind {
  /** Words to suggest for one that is unknown. */
  names(): readonly string[]
  /** The word is in lower case. */
  find(word: string, audience: Audience): Explained | undefined
}

/** Whether a name is the word that was asked for. */
export const named =
  (word: string) =>
  (name: string | number): boolean =>
    String(name).toLowerCase() === word

export const items = (lines: readonly string[]): readonly string[] => lines.map((line) => `- ${line}`)
