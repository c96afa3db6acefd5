import type { RunDocument } from '@failmode/core'

/** The run itself, indented, with sorted keys, so that two equal runs are equal texts and a diff is short. */
export function renderJson(run: RunDocument): string {
  return `${JSON.stringify(sorted(run), null, 2)}\n`
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, member]) => [key, sorted(member)]),
  )
}
