// A sanity entry says whether a result can be believed. What fired against a check takes away its right to say that
// nothing was found; what was found stands, since it was confirmed point by point, unless the entry voids that, too.
import type { SanityEntry } from './run-document.ts'

/** One entry of a check, before it is known which others say the same. */
export type CheckSanity = Omit<SanityEntry, 'concerns'>

/** Puts together what several checks say in the same words; `check` is then the first of them. */
export function mergeSanity(entries: readonly CheckSanity[]): readonly SanityEntry[] {
  const merged = new Map<string, CheckSanity & { concerns: string[] }>()
  for (const entry of entries) {
    const key = JSON.stringify([entry.id, entry.fired, entry.meaning, entry.settledBy ?? null])
    const known = merged.get(key)
    if (known === undefined) merged.set(key, { ...entry, concerns: [entry.check] })
    else if (!known.concerns.includes(entry.check)) known.concerns.push(entry.check)
  }
  return [...merged.values()]
}

/** What fired against a check and was not settled. */
export function doubtsAbout(check: string, sanity: readonly SanityEntry[]): readonly SanityEntry[] {
  return sanity.filter(
    ({ fired, settledBy, concerns, check: first }) =>
      fired && settledBy === undefined && (concerns ?? [first]).includes(check),
  )
}
