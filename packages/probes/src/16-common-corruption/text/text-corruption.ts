// What every text corruption gives: where in a text it can strike, and what it makes of one such place. How many places
// are struck is decided in one way for all: a share of the possible places, so that a kind of damage that fits few words
// (homophones) is as strong a test of those as one that fits all (typing errors) is of them. The shares are failmode's
// own; where a rate was measured in the world, the corruption's file names it.
import type { Random } from '@failmode/core'
import { takeShare } from './take-share.ts'
import type { Place } from './words.ts'

export interface TextCorruption {
  readonly name: string
  /** Share of the possible places that is touched, at severities 1 to 5. */
  readonly shares: readonly [number, number, number, number, number]
  /** Where it can strike, ascending and apart from each other. */
  places(text: string): readonly Place[]
  /** The place's new wording, always other than the old one. */
  edit(piece: string, random: Random): string
}

/** From an error in every twentieth word, which careful people leave standing, to one in every second. */
export const errorShares = [0.05, 0.1, 0.2, 0.35, 0.5] as const

/** For habits rather than slips: whoever writes without capitals mostly does so throughout. */
export const habitShares = [0.1, 0.25, 0.5, 0.75, 1] as const

export interface CorruptedText {
  readonly text: string
  /** How many places the corruption could have touched. */
  readonly possible: number
  /** The places of the given text that were replaced, ascending. */
  readonly touched: readonly Place[]
}

/**
 * Replaces a share of the possible places. The same stream gives the same text, and a larger share keeps the edits of a
 * smaller one.
 * @param share in [0,1]; 0 gives the text itself
 * @throws RangeError when the share is not in [0,1]
 */
export function corruptShare(
  text: string,
  corruption: TextCorruption,
  { share, random }: { readonly share: number; readonly random: Random },
): CorruptedText {
  const places = corruption.places(text)
  const taken = takeShare(places.length, share, random)
  const edits = random.split('edit')
  let out = ''
  let from = 0
  for (const i of taken) {
    const { start, end } = places[i]!
    out += text.slice(from, start) + corruption.edit(text.slice(start, end), edits.split(i))
    from = end
  }
  return { text: out + text.slice(from), possible: places.length, touched: taken.map((i) => places[i]!) }
}
