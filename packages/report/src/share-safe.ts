// What may leave the house. A report of inversion, membership or poisoning holds samples of the training data as
// its evidence, and paths and addresses tell names of people, machines and customers. A share-safe run keeps every
// outcome, number, curve and digest, and leaves out pictures of samples, tables whose cells may hold data (all that do
// not say otherwise), references to per-sample outcomes, the folders of paths, the hosts of addresses, and who gave
// leave for an attack.
import type { CheckResult, Evidence, Measurement, RunDocument } from '@failmode/core'
import { mapStrings } from './map-strings.ts'

export function shareSafe(run: RunDocument): RunDocument {
  const { config, artifacts, authorized } = run.system
  const stripped: RunDocument = {
    ...run,
    system: {
      ...run.system,
      config: config === null ? null : withoutDirectory(config),
      artifacts: artifacts.map(withoutDirectory),
      authorized: authorized === null ? null : { ...authorized, by: leftOut, scope: leftOut },
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
  const named = namesIn(run)
  return mapStrings(stripped, (text) => withoutHosts(withoutAbsolutePaths(named.reduce(replaceName, text))))
}

const leftOut = 'left out'

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
      if (evidence.sample === false) return evidence
      return {
        ...evidence,
        columns: [leftOut],
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

/** A name that the run uses in texts as well, and what stands there instead. */
interface Named {
  readonly name: string
  readonly instead: string
}

/** Paths of the system and hosts of addresses, longest first: in a sentence nothing else tells them from words. */
function namesIn(run: RunDocument): readonly Named[] {
  const paths = new Set(
    [
      run.system.config ?? '',
      ...run.system.artifacts,
      ...run.modes.flatMap(({ checks }) =>
        checks.flatMap(({ measurements }) => measurements.flatMap(pathsOf)),
      ),
      ...run.findings.flatMap(({ evidence }) => evidence.flatMap(pathOf)),
    ].filter((path) => withoutDirectory(path) !== path),
  )
  const hosts = new Set<string>()
  mapStrings(run, (text) => {
    for (const [, host] of text.matchAll(address)) if (host !== undefined) hosts.add(host)
    for (const [, host] of text.matchAll(unresolved)) if (host !== undefined) hosts.add(host)
    return text
  })
  return [
    ...[...paths].map((name) => ({ name, instead: withoutDirectory(name) })),
    ...[...hosts].filter((host) => !loopback.test(host)).map((name) => ({ name, instead: hostLeftOut })),
  ].sort((a, b) => b.name.length - a.name.length)
}

function pathsOf({ evidence = [] }: Measurement): readonly string[] {
  return evidence.flatMap(pathOf)
}

function pathOf(evidence: Evidence): readonly string[] {
  return evidence.kind === 'file' ? [evidence.path] : []
}

function replaceName(text: string, { name, instead }: Named): string {
  return text.replaceAll(name, instead)
}

const hostLeftOut = '[host left out]'
/** The host of an address, without user, password and port. */
const address = /\b[a-z][a-z0-9+.-]*:\/\/(?:[^\s/@"'`<>]*@)?(\[[0-9a-f:.]+\]|[^\s/:?#"'`<>,;)]+)/gi
/** As Node says that a name has no address. */
const unresolved = /\b(?:ENOTFOUND|EAI_AGAIN)\s+([^\s:,;]+)/g
const loopback = /^(localhost|127(\.\d+){3}|\[?::1\]?|0x7f000001)$/i
const ipv4 = /(?<![\d.])(?!127\.)\d{1,3}(?:\.\d{1,3}){3}(?![\d.]|\w)/g
const ipv6 = /(?<![\w:])(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}(?![\w:])/gi
const credentials = /(:\/\/)[^\s/@"'`<>]+@/g

/** The text with credentials in addresses and numeric hosts taken out; hosts by name are in {@link namesIn}. */
function withoutHosts(text: string): string {
  return text.replace(credentials, '$1').replace(ipv4, hostLeftOut).replace(ipv6, hostLeftOut)
}

/** The name of the file, without its folders. */
export function withoutDirectory(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? path
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
