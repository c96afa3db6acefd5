import { readFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { FailmodeError } from '@failmode/core'
import {
  createLock,
  type FileToLock,
  formatLock,
  hashFile,
  type LockedArtifact,
  lockContent,
  parseLock,
  scanPaths,
} from '@failmode/scanner'
import { exists, loadConfig, lockName, toolVersion, writeWhole } from '@failmode/system'
import { vocabulary } from '../registry.ts'
import { type Options, text } from '../terminal/options.ts'
import { printable } from '../terminal/printable.ts'

/** Writes the digests of the artifacts: those named, or those of the configuration. */
export async function run(paths: readonly string[], options: Options): Promise<number> {
  const config = text(options, 'config')
  let folder = process.cwd()
  let named = paths
  if (paths.length === 0) {
    const loaded = await loadConfig(config, vocabulary)
    folder = loaded.folder
    named = loaded.config.artifacts ?? []
    if (named.length === 0) {
      throw new FailmodeError('usage', {
        message: 'the configuration names no artifacts, so there is nothing to lock.',
        hint: 'Name files: failmode lock model.onnx, or add "artifacts" to the configuration.',
      })
    }
  }
  const path = resolve(folder, lockName)
  const before = await known(path)
  const files: FileToLock[] = []
  for (const name of named) {
    const file = resolve(folder, name)
    if (!(await exists(file))) {
      throw new FailmodeError('file-not-found', {
        message: `there is no file ${name} to lock; nothing was written.`,
      })
    }
    const at = relative(folder, file).replaceAll('\\', '/')
    const digest = await hashFile(file)
    const content = await lockContent(file)
    const { verdict } = await scanPaths([file])
    if (verdict !== 'clean') {
      process.stderr.write(`${printable(name)} is ${verdict}: look at failmode scan before you trust it\n`)
    }
    files.push({
      path: at,
      ...digest,
      ...kept(before.get(at), digest.sha256),
      scan: { verdict, tool: `failmode ${toolVersion}` },
      ...(content === null ? {} : { content }),
    })
  }
  const lock = createLock(files, { tool: `failmode ${toolVersion}` })
  await writeWhole(path, formatLock(lock))
  if (options.json === true) process.stdout.write(formatLock(lock))
  else {
    for (const { path: name, sha256 } of files) process.stdout.write(`${sha256}  ${name}\n`)
    process.stdout.write(`${path}\n`)
  }
  return 0
}

/** The entries of the lock that is there; none when there is none. */
async function known(path: string): Promise<ReadonlyMap<string, LockedArtifact>> {
  if (!(await exists(path))) return new Map()
  const { artifacts } = parseLock(await readFile(path, 'utf8'))
  return new Map(artifacts.map((artifact) => [artifact.path, artifact]))
}

/** What people wrote into an entry stays; a review and a signature only while the file is the one that they are of. */
function kept(entry: LockedArtifact | undefined, sha256: string): Partial<LockedArtifact> {
  if (entry === undefined) return {}
  const { source, revision, licence, signature, reviewed } = entry
  return {
    ...(source === undefined ? {} : { source }),
    ...(licence === undefined ? {} : { licence }),
    ...(entry.sha256 !== sha256 || revision === undefined ? {} : { revision }),
    ...(entry.sha256 !== sha256 || signature === undefined ? {} : { signature }),
    ...(entry.sha256 !== sha256 || reviewed === undefined ? {} : { reviewed }),
  }
}
