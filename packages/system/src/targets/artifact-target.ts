import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { ArtifactTarget, MeasuredArtifact } from '@failmode/core'
import { hashFile } from '@failmode/scanner'
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
        if (await exists(file)) {
          const { bytes, sha256 } = await hashFile(file)
          measured.push({ state: 'present', path, bytes, sha256 })
        } else {
          measured.push({ state: 'missing', path })
        }
      }
      return measured
    },
    async lockText() {
      const path = join(folder, lockName)
      return (await exists(path)) ? await readFile(path, 'utf8') : null
    },
  }
}
