import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Version of the program; a test holds it to the published package.json. */
export const toolVersion = '0.1.0'

const named = ['onnxruntime-node', 'sharp', '@bufbuild/protobuf'] as const

/** Versions of the libraries that numbers can depend on; one that is not installed is left out. */
export function libraryVersions(): Readonly<Record<string, string>> {
  const require = createRequire(import.meta.url)
  const versions: Record<string, string> = {}
  for (const name of named) {
    try {
      const version = versionAbove(require.resolve(name), name)
      if (version !== null) versions[name] = version
    } catch {
      // Not installed, so there is no version to tell.
    }
  }
  return versions
}

/** Many packages do not export their package.json, so it is looked for above the file that is exported. */
function versionAbove(file: string, name: string): string | null {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'package.json')
    if (!existsSync(path)) continue
    const found = JSON.parse(readFileSync(path, 'utf8')) as {
      readonly name?: string
      readonly version?: string
    }
    if (found.name === name) return found.version ?? null
  }
  return null
}
