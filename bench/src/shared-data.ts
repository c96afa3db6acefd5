// Some bars measure on public data sets and models that are too large, or not licensed, to be part of the
// repository. They lie in one folder: the one that FAILMODE_DATA names, else `shared/data` beside the
// repository. Where there is none, those bars say so.

import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url))

export interface SharedData {
  readonly folder: string
  /** The absolute path of a file, by its path inside the folder; null when it is not there. */
  readonly file: (path: string) => string | null
}

export interface SharedDataOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly root?: string
}

/** The shared data folder, or null when there is none. */
export function sharedData({
  environment = process.env,
  root = repositoryRoot,
}: SharedDataOptions = {}): SharedData | null {
  const folder = environment.FAILMODE_DATA
    ? resolve(root, environment.FAILMODE_DATA)
    : resolve(root, '../shared/data')
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return null
  return {
    folder,
    file: (path) => {
      const full = join(folder, path)
      return existsSync(full) ? full : null
    },
  }
}
