import { join } from 'node:path'
import { FailmodeError } from '@failmode/core'
import { type BomModel, hashFile, modelBom, readProvenance, scanPaths } from '@failmode/scanner'
import { exists, toolVersion, writeWhole } from '@failmode/system'
import { type Options, text } from '../terminal/options.ts'

/** Writes what is in a folder of models, with digests and verdicts, for programs that keep such lists. */
export async function run([folder = '']: readonly string[], options: Options): Promise<number> {
  if (!(await exists(folder))) {
    throw new FailmodeError('file-not-found', { message: `there is no folder ${folder} to list.` })
  }
  const models: BomModel[] = []
  for (const provenance of await readProvenance(folder)) {
    const scans = await scanPaths(provenance.files.map((path) => join(folder, path)))
    const files = []
    for (const [index, path] of provenance.files.entries()) {
      files.push({ path, ...(await hashFile(join(folder, path))), scan: scans.files[index] ?? null })
    }
    models.push({ provenance, files })
  }
  const document = `${JSON.stringify(modelBom(models, { version: toolVersion }), null, 2)}\n`
  const output = text(options, 'output')
  if (output === undefined) process.stdout.write(document)
  else await writeWhole(output, document)
  return 0
}
