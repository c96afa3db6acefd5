/** Accuracy at one severity. */
export interface AtSeverity {
  readonly severity: number
  readonly accuracy: number
}

/**
 * The severity at which accuracy has fallen to half of what it is on the images as they are (severity 0), by straight
 * lines between the severities that were measured; the first such place, or null where it never falls so far.
 * @param levels by rising severity
 */
export function halfAccuracySeverity(clean: number, levels: readonly AtSeverity[]): number | null {
  if (clean <= 0) return null
  const half = clean / 2
  let before: AtSeverity = { severity: 0, accuracy: clean }
  for (const level of levels) {
    if (level.accuracy <= half) {
      const share = (before.accuracy - half) / (before.accuracy - level.accuracy)
      return before.severity + share * (level.severity - before.severity)
    }
    before = level
  }
  return null
}
