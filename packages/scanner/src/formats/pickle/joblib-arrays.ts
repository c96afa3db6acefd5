// joblib up to 0.9 wrote arrays into files beside the pickle, `NAME_01.npy`, and when compressed only their numbers, in
// `NAME_01.npy.z`. By themselves such numbers are of no format; beside their pickle they are what it says.
// They are unpacked and searched, since numbers can be anything.
import { inflate } from '../../source/inflate.ts'
import { beginsAsFile } from '../begins-as-file.ts'
import { decodeJoblibZf } from '../compressed/joblib-zf.ts'
import type { Archive, ArchiveEntry, Layout } from '../format.ts'

const mostFiles = 1000

export const joblibArrays: Layout = {
  id: 'joblib-arrays',
  title: 'Arrays of an old joblib pickle',
  recognise: (archive) => arraysOf(archive).length > 0,
  async examine(archive, context) {
    const claimed = new Set<string>()
    for (const { path, open } of arraysOf(archive)) {
      const source = await open()
      // Anything else, or what is not whole, is examined like any other file.
      const inflated = inflate(decodeJoblibZf, source, context.budget)
      try {
        if (inflated.stopped !== null || inflated.end !== source.size) continue
        if (!beginsAsFile(inflated.source) && (await context.search(inflated.source)) === 0) claimed.add(path)
      } finally {
        inflated.release()
      }
    }
    return { claimed }
  },
}

function arraysOf(archive: Archive): readonly ArchiveEntry[] {
  return archive.entries
    .filter(({ path, kind }) => {
      const owner = /^(.+)_\d{2,4}\.npy\.z$/.exec(path)?.[1]
      return kind === 'file' && owner !== undefined && archive.find(owner) !== null
    })
    .slice(0, mostFiles)
}
