// A model whose weights lie in files of their own. Those files have no format: they are numbers at the places that the
// model names. They are accounted for when nothing but numbers and filler is in them.
import { type Budget, LimitReached } from '../../scan/limits.ts'
import { pieces, type Source } from '../../source/source.ts'
import { beginsAsFile } from '../begins-as-file.ts'
import { type Archive, type Layout, Malformed } from '../format.ts'
import { recogniseModel } from './recognise.ts'
import { listExternal } from './tensors.ts'

const modelsOfFolder = 1000

export const onnxExternalFiles: Layout = {
  id: 'onnx-external-files',
  title: 'ONNX model with its weights in other files',
  recognise: ({ entries }) =>
    entries.some(({ path }) => isModel(path)) && entries.some(({ path }) => !isModel(path)),
  async examine(archive, context) {
    const used = new Map<string, { from: number; to: number }[]>()
    for (const entry of archive.entries
      .filter(({ path, kind }) => isModel(path) && kind === 'file')
      .slice(0, modelsOfFolder)) {
      const source = await entry.open()
      if (recogniseModel(source.read(0, 4096), source) === 'no') continue
      try {
        for (const { file, offset, bytes } of listExternal(
          source,
          within(archive, entry.path),
          context.budget,
        )) {
          const path = folderOf(entry.path) + file
          const ranges = used.get(path) ?? []
          ranges.push({ from: offset, to: offset + bytes })
          used.set(path, ranges)
        }
      } catch (error) {
        // The model is examined as a file of its own, which says what is wrong with it.
        if (!(error instanceof Malformed || error instanceof LimitReached)) throw error
      }
    }
    const claimed = new Set<string>()
    for (const [path, ranges] of used) {
      const entry = archive.find(path)
      if (entry === null || entry.kind === 'link' || entry.kind === 'special') continue
      const source = await entry.open()
      if (!beginsAsFile(source) && onlyFillerBetween(source, ranges, context.budget)) claimed.add(path)
    }
    return { claimed }
  },
}

function isModel(path: string): boolean {
  return path.endsWith('.onnx')
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1)
}

/** The folder in which a file lies, as the set of files beside it. */
function within(archive: Archive, path: string): Archive {
  const folder = folderOf(path)
  return folder === '' ? archive : { entries: archive.entries, find: (inner) => archive.find(folder + inner) }
}

function onlyFillerBetween(
  source: Source,
  ranges: readonly { readonly from: number; readonly to: number }[],
  budget: Budget,
): boolean {
  let at = 0
  for (const { from, to } of [...ranges].sort((a, b) => a.from - b.from)) {
    if (from > at && !isZero(source, at, from, budget)) return false
    at = Math.max(at, to)
  }
  return isZero(source, at, source.size, budget)
}

function isZero(source: Source, from: number, to: number, budget: Budget): boolean {
  for (const { bytes } of pieces(source, { from, to })) {
    budget.checkTime()
    if (bytes.some((byte) => byte !== 0)) return false
  }
  return true
}
