// Where the script of a child process is, and how to start Node on it. In the repository it is TypeScript and
// needs the tsx loader; in the built package it is the JavaScript file of the same name beside the caller. Which
// of the two holds is told by the caller's own file name.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { extname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Arguments for Node that run the script `name` beside the module `from` (its `import.meta.url`). */
export function childEntry(name: string, from: string): readonly string[] {
  const extension = extname(new URL(from).pathname)
  const script = fileURLToPath(new URL(`./${name}${extension}`, from))
  if (!existsSync(script)) throw new Error(`the script ${script} is missing from the installation`)
  if (extension !== '.ts') return [script]
  const loader = pathToFileURL(createRequire(from).resolve('tsx')).href
  return ['--import', loader, script]
}
