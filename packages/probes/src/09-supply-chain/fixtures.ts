// The smallest file collections for this probe: one in which a file was changed after it was locked, and the same
// collection before. Nothing is on disk; a digest stands for a file.
import type { ArtifactTarget, MeasuredArtifact, ScannedArtifact, SystemFacts } from '@failmode/core'
import { createLock, formatLock } from '@failmode/scanner'

const original = { path: 'model.onnx', bytes: 4096, sha256: 'a1'.repeat(32) }
const other = { path: 'weights/head.npz', bytes: 512, sha256: 'b2'.repeat(32) }
const lock = formatLock(createLock([original, other], { tool: 'failmode fixture' }))

const cleanScan = ({ path }: MeasuredArtifact): ScannedArtifact => ({
  path,
  format: 'onnx',
  bytes: 1,
  verdict: 'clean',
  findings: [],
  more: 0,
})

/** A collection of files, by what measuring and scanning finds, with the text of its lock file. */
export function collection(
  files: readonly MeasuredArtifact[],
  lock: string | null,
  scanned: readonly ScannedArtifact[] = files.map(cleanScan),
): ArtifactTarget {
  return {
    paths: files.map(({ path }) => path),
    lockName: 'models.lock.json',
    measure: async () => files,
    scan: async () => scanned,
    lockText: async () => lock,
  }
}

/** One byte of the model was changed: same size, other digest. */
export const vulnerable = collection(
  [
    { ...original, state: 'present', sha256: 'c3'.repeat(32) },
    { ...other, state: 'present' },
  ],
  lock,
)

export const resistant = collection(
  [
    { ...original, state: 'present' },
    { ...other, state: 'present' },
  ],
  lock,
)

export const system: SystemFacts = {
  name: 'two files',
  task: 'image-classification',
  model: null,
  data: {},
  artifacts: resistant.paths,
  assets: {},
}
