// A waiver lets one finding pass the gate for a while: somebody owns it, says why, until when, and up to which severity.
// It covers nothing else: an expired waiver, one that matches no finding, and one whose finding has become worse than it
// covers all fail, because each is a promise that nobody keeps any more.
import { z } from 'zod'
import type { Finding } from '../run/run-document.ts'
import {
  type SafetySeverity,
  type SdlSeverity,
  safetySeverities,
  safetySeveritySchema,
  sdlSeverities,
  sdlSeveritySchema,
} from '../words.ts'

export const waiverSchema = z
  .strictObject({
    finding: z
      .string()
      .min(1)
      .optional()
      .describe('id or fingerprint of the finding, as the report shows it'),
    mode: z.string().min(1).optional().describe('slug of the mode'),
    variant: z.string().min(1).optional(),
    check: z.string().min(1).optional(),
    owner: z.string().min(1).describe('who answers for it'),
    reason: z.string().min(1).describe('why it may stay'),
    until: z.iso.date().describe('last day on which it holds, YYYY-MM-DD'),
    covers: z
      .union([sdlSeveritySchema, safetySeveritySchema])
      .describe('highest severity that it covers, of the scale that rates the finding'),
  })
  .refine(
    ({ finding, mode, variant, check }) => [finding, mode, variant, check].some((key) => key !== undefined),
    'names no finding: give finding, mode, variant or check',
  )
export type Waiver = z.infer<typeof waiverSchema>

export interface Waived {
  readonly findings: readonly Finding[]
  /** Waivers that do not hold, in words; each fails the gate. */
  readonly problems: readonly string[]
}

/** @param today YYYY-MM-DD */
export function applyWaivers(
  findings: readonly Finding[],
  waivers: readonly Waiver[],
  today: string,
): Waived {
  const problems: string[] = []
  const marked = new Map<Finding, Finding>()
  for (const waiver of waivers) {
    const name = nameOf(waiver)
    const matching = findings.filter((finding) => matches(waiver, finding))
    if (matching.length === 0) {
      problems.push(`the waiver of ${name} (${waiver.owner}) matches no finding; remove it`)
      continue
    }
    if (waiver.until < today) {
      problems.push(`the waiver of ${name} (${waiver.owner}) expired on ${waiver.until}`)
      continue
    }
    for (const finding of matching) {
      if (!covers(waiver, finding)) {
        problems.push(
          `the waiver of ${name} (${waiver.owner}) covers ${waiver.covers}, and "${finding.title}" is ${finding.severity}`,
        )
        continue
      }
      const { reason, owner, until } = waiver
      marked.set(finding, { ...finding, waived: { reason, owner, until } })
    }
  }
  return { findings: findings.map((finding) => marked.get(finding) ?? finding), problems }
}

function nameOf({ finding, mode, variant, check }: Waiver): string {
  return [finding, mode, variant, check].filter((part) => part !== undefined).join(' ')
}

function matches({ finding, mode, variant, check }: Waiver, found: Finding): boolean {
  return (
    (finding === undefined || finding === found.id || finding === found.fingerprint) &&
    (mode === undefined || mode === found.mode) &&
    (variant === undefined || variant === found.variant) &&
    (check === undefined || check === found.check)
  )
}

function covers({ covers: most }: Waiver, { severity, scale }: Finding): boolean {
  // "low" is a word of both scales; any other tells which one is meant.
  const rank = (list: readonly string[], of: string) => list.indexOf(of)
  const list: readonly string[] = scale === 'sdl' ? sdlSeverities : safetySeverities
  const limit = rank(list, most as SdlSeverity | SafetySeverity)
  return limit !== -1 && rank(list, severity) >= limit
}
