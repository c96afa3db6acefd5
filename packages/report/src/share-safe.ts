// What may leave the house. A report of inversion, membership or poisoning holds samples of the training data as
// its evidence, and paths tell names of people and machines. A share-safe run keeps every outcome, number, curve
// and digest, and leaves out pictures of samples, tables (their cells may be samples, and nothing in a table says
// that they are not), references to per-sample outcomes, and the directories of absolute paths.
import type { CheckResult, Evidence, Measurement, RunDocument } from '@failmode/core'
import { mapStrings } from './map-strings.ts'

export function shareSafe(run: RunDocument): RunDocument {
  const stripped: RunDocument = {
    ...run,
    system: {
      ...run.system,
      config: run.system.config === null ? null : withoutDirectory(run.system.config),
      artifacts: run.system.artifacts.map(withoutDirectory),
    },
    modes: run.modes.map((mode) => ({
      ...mode,
      measurements: mode.measurements.map(safeMeasurement),
      checks: mode.checks.map(
        (check): CheckResult => ({ ...check, measurements: check.measurements.map(safeMeasurement) }),
      ),
    })),
    findings: run.findings.map((finding) => ({ ...finding, evidence: finding.evidence.map(safeEvidence) })),
  }
  return mapStrings(stripped, withoutAbsolutePaths)
}

function safeMeasurement(measurement: Measurement): Measurement {
  const { samples: _, evidence, ...rest } = measurement
  return evidence === undefined ? rest : { ...rest, evidence: evidence.map(safeEvidence) }
}

function safeEvidence(evidence: Evidence): Evidence {
  switch (evidence.kind) {
    case 'images': {
      const images = evidence.images.filter((image) => !image.sample)
      const gone = evidence.images.length - images.length
      if (gone === 0) return evidence
      const note = `${gone} ${gone === 1 ? 'picture' : 'pictures'} of samples left out of this share-safe report.`
      return {
        ...evidence,
        images,
        caption: evidence.caption === undefined ? note : `${evidence.caption} ${note}`,
      }
    }
    case 'table':
      return {
        ...evidence,
        columns: ['left out'],
        rows: [
          [`${evidence.rows.length} rows: cells may hold values of samples, and this report is share-safe`],
        ],
      }
    case 'curve':
      return evidence
    case 'file':
      return { ...evidence, path: withoutDirectory(evidence.path) }
  }
}

const absolute = /^(\/|~\/|[A-Za-z]:[\\/]|\\\\|file:)/

/** A path inside the system stays; of an absolute path, or one that climbs out, the file's name stays. */
export function withoutDirectory(path: string): string {
  const parts = path.split(/[\\/]/)
  return absolute.test(path) || parts.includes('..') ? (parts.at(-1) as string) : path
}

const quoted = /(["'`])((?:\/|~\/|[A-Za-z]:[\\/]|\\\\|file:\/\/)[^"'`\n]+)\1/g
const bare = /(^|[\s"'`(=,:])((?:file:\/\/)?(?:~?\/|[A-Za-z]:[\\/]|\\\\)(?:[^\s"'`()<>,;:\\/]+[\\/])+)/g

/**
 * The text with the directories of absolute paths taken out. A path with spaces in it is only seen whole when it
 * stands in quotes; fields that hold nothing but a path are handled by `withoutDirectory`.
 */
export function withoutAbsolutePaths(text: string): string {
  return text
    .replace(quoted, (_, quote: string, path: string) => `${quote}${withoutDirectory(path)}${quote}`)
    .replace(bare, (_, before: string) => before)
}
