import { relative, resolve } from 'node:path'
import { FailmodeError } from '@failmode/core'
import { createLock, formatLock, hashFile } from '@failmode/scanner'
import { exists, loadConfig, lockName, toolVersion, writeWhole } from '@failmode/system'
import { vocabulary } from '../registry.ts'
import { type Options, text } from '../terminal/options.ts'

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
  const files = []
  for (const name of named) {
    const file = resolve(folder, name)
    if (!(await exists(file))) {
      throw new FailmodeError('file-not-found', {
        message: `there is no file ${name} to lock; nothing was written.`,
      })
    }
    files.push({ path: relative(folder, file).replaceAll('\\', '/'), ...(await hashFile(file)) })
  }
  const lock = createLock(files, { tool: `failmode ${toolVersion}` })
  const path = resolve(folder, lockName)
  await writeWhole(path, formatLock(lock))
  if (options.json === true) process.stdout.write(formatLock(lock))
  else {
    for (const { path: name, sha256 } of files) process.stdout.write(`${sha256}  ${name}\n`)
    process.stdout.write(`${path}\n`)
  }
  return 0
}
