import { LimitReached } from '../../scan/limits.ts'
import { quoted } from '../../scan/quoted.ts'
import { beginsAsFile } from '../begins-as-file.ts'
import { type Archive, type Layout, Malformed } from '../format.ts'
import { jsonValue } from '../json/read-json.ts'
import { isObject, leadsOut, readManifest } from './manifest.ts'
import { tfjsRules } from './rules.ts'

const longest = 64 * 2 ** 20

/** A TensorFlow.js model with its weights, which are raw numbers in files of their own. */
export const tfjsFolder: Layout = {
  id: 'tfjs',
  title: 'TensorFlow.js model',
  recognise: (archive) =>
    models(archive).length > 0 && archive.entries.some(({ path }) => path.endsWith('.bin')),
  async examine(archive, context) {
    const claimed = new Set<string>()
    for (const entry of models(archive).slice(0, 100)) {
      const source = await entry.open()
      if (source.size > longest) continue
      let value: unknown
      try {
        value = jsonValue(Buffer.from(source.read(0, source.size)).toString('utf8'), context.budget)
      } catch (error) {
        // As a file of its own it is told what is wrong with it.
        if (error instanceof Malformed || error instanceof LimitReached) continue
        throw error
      }
      const folder = entry.path.slice(0, entry.path.lastIndexOf('/') + 1)
      for (const { paths, bytes } of (isObject(value) ? readManifest(value.weightsManifest) : null) ?? []) {
        const files = paths.map((path) => (leadsOut(path) ? null : archive.find(folder + path)))
        if (files.some((file) => file === null || file.kind !== 'file')) continue
        const there = files.reduce((sum, file) => sum + file!.bytes, 0)
        if (bytes !== null && bytes !== there) {
          context.report(tfjsRules['broken-weights'], {
            message: `${paths
              .slice(0, 4)
              .map((path) => quoted(path))
              .join(', ')}: ${there} bytes where the model needs ${bytes}.`,
          })
          continue
        }
        // Texts have no fixed size: then the files are looked at as files.
        if (bytes === null) continue
        for (const file of files) {
          const numbers = await file!.open()
          if (!beginsAsFile(numbers)) claimed.add(file!.path)
        }
      }
    }
    return { claimed }
  },
}

function models(archive: Archive) {
  return archive.entries.filter(({ path, kind }) => kind === 'file' && /(?:^|\/)model\.json$/.test(path))
}
