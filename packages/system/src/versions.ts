import { createRequire } from 'node:module'

/** Version of the program; a test holds it to the published package.json. */
export const toolVersion = '0.1.0'

const named = ['onnxruntime-node', 'sharp', '@bufbuild/protobuf'] as const

/** Versions of the libraries that numbers can depend on; one that is not installed is left out. */
export function libraryVersions(): Readonly<Record<string, string>> {
  const require = createRequire(import.meta.url)
  const versions: Record<string, string> = {}
  for (const name of named) {
    try {
      versions[name] = (require(`${name}/package.json`) as { version: string }).version
    } catch {
      // Not installed, or it does not show its package.json; then its version cannot be told.
    }
  }
  return versions
}
