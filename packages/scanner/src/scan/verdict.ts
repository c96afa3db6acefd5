// What the scanner says of a file, worst first. There is no "probably fine": a file is `clean` only when every byte of
// it was accounted for by a format that this version understands and no rule objected. What was not understood, or not
// reached before a limit, is `not-examined`, and that never passes for clean.

/** Worst first. */
export const verdicts = ['malicious', 'suspicious', 'malformed', 'not-examined', 'clean'] as const
export type Verdict = (typeof verdicts)[number]

export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const
export type ScanSeverity = (typeof severities)[number]

/** The worst of these; `clean` when there are none. */
export function worstVerdict(all: Iterable<Verdict>): Verdict {
  let worst = verdicts.length - 1
  for (const verdict of all) worst = Math.min(worst, verdicts.indexOf(verdict))
  return verdicts[worst]!
}
