import { lstat, readFile, realpath } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import type { ArtifactTarget, MeasuredArtifact, ScannedArtifact } from '@failmode/core'
import { type FileScan, hashFile, hashFolder, scanPaths } from '@failmode/scanner'
import { exists } from '../run/run-folder.ts'
import type { ArtifactsDescriptor } from '../system-descriptor.ts'

/** Beside the configuration, as a package lock is beside its manifest. */
export const lockName = 'models.lock.json'

export function createArtifactTarget({ folder, paths }: ArtifactsDescriptor): ArtifactTarget {
  return {
    paths,
    lockName,
    async measure() {
      const measured: MeasuredArtifact[] = []
      for (const path of paths) {
        const file = resolve(folder, path)
        if (!(await exists(file))) measured.push({ state: 'missing', path })
        else if ((await lstat(await realpath(file))).isDirectory()) {
          for (const one of await hashFolder(file)) {
            measured.push({ state: 'present', ...one, path: `${path.replace(/\/+$/, '')}/${one.path}` })
          }
        } else {
          const { bytes, sha256 } = await hashFile(file)
          measured.push({ state: 'present', path, bytes, sha256 })
        }
      }
      return measured
    },
    async scan(signal) {
      const scanned: ScannedArtifact[] = []
      for (const path of paths) {
        const file = resolve(folder, path)
        if (!(await exists(file))) continue
        const { files } = await scanPaths([file], { signal })
        for (const one of files) scanned.push(scannedArtifact(one, file, path))
      }
      return scanned
    },
    async lockText() {
      const path = join(folder, lockName)
      return (await exists(path)) ? await readFile(path, 'utf8') : null
    },
  }
}

/** Findings of one file that travel into a run; a hostile file can have thousands. */
const findingsKept = 20

/** A scan with paths as the configuration writes them, not as they are on this machine. */
function scannedArtifact(scan: FileScan, file: string, path: string): ScannedArtifact {
  const named = (absolute: string): string => {
    const below = relative(file, absolute)
    return below === '' ? path : `${path.replace(/\/+$/, '')}/${below.replaceAll('\\', '/')}`
  }
  const objections = scan.findings.filter(({ verdict }) => verdict !== 'clean')
  const own = named(scan.path)
  return {
    path: own,
    format: scan.parts[0]?.format ?? null,
    bytes: scan.bytes,
    verdict: scan.verdict,
    findings: objections
      .slice(0, findingsKept)
      .map(({ rule, verdict, severity, title, part, offset, message, call, why, advice }) => ({
        rule,
        verdict,
        severity,
        title,
        part: own + part.slice(scan.path.length),
        offset,
        message,
        call,
        why,
        advice,
      })),
    more: Math.max(0, objections.length - findingsKept),
  }
}
