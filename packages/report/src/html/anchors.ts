import type { Finding } from '@failmode/core'

/** One anchor per finding, unique in the page and fit for an address: its id where that is plain, else its place. */
export function findingAnchors(findings: readonly Finding[]): ReadonlyMap<Finding, string> {
  const taken = new Set<string>()
  return new Map(
    findings.map((finding, index) => {
      const plain = /^[A-Za-z0-9._-]{1,80}$/.test(finding.id)
        ? `finding-${finding.id}`
        : `finding-no-${index + 1}`
      let anchor = plain
      for (let copy = 2; taken.has(anchor); copy++) anchor = `${plain}-${copy}`
      taken.add(anchor)
      return [finding, anchor]
    }),
  )
}

export function modeAnchor(slug: string): string {
  return `mode-${slug.replace(/[^A-Za-z0-9._-]/g, '-')}`
}
