// A folder on disk as an archive. No link in it is followed, neither to a file nor through a folder: what a link names
// may lie anywhere, so it is listed as what it is and never opened.
import { lstatSync, readdirSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { type Archive, type ArchiveEntry, Malformed } from '../formats/format.ts'
import { type FileSource, openFileSource } from './file-source.ts'

export interface Folder extends Archive {
  /** Closes every file that was opened. */
  close(): void
}

const entriesOfFolder = 100_000
const filesOpen = 64

/** @param deep list what is in its folders too; without it `entries` are the folder's own, and `find` still goes down */
export function openFolder(folder: string, { deep = true }: { readonly deep?: boolean } = {}): Folder {
  const open = new Map<string, FileSource>()
  let entries: ArchiveEntry[] | null = null

  const entry = (path: string, stat: Stats): ArchiveEntry => ({
    path,
    bytes: stat.size,
    kind: kindOf(stat),
    async open() {
      const opened = open.get(path)
      if (opened !== undefined) return opened
      if (!stat.isFile()) throw new Malformed(`${path} is no plain file`)
      if (open.size >= filesOpen) closeAll(open)
      const source = openFileSource(join(folder, path))
      open.set(path, source)
      return source
    },
  })

  return {
    get entries() {
      entries ??= list(folder, deep).map(({ path, stat }) => entry(path, stat))
      return entries
    },
    find(path) {
      const parts = path.split('/')
      if (parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0')))
        return null
      let stat: Stats | undefined
      for (let count = 1; count <= parts.length; count++) {
        const at = parts.slice(0, count)
        stat = lstatSync(join(folder, ...at), { throwIfNoEntry: false })
        if (stat === undefined) return null
        if (count < parts.length && !stat.isDirectory()) {
          // A file reached through a linked folder is as far away as one that is a link itself.
          return stat.isSymbolicLink() ? { ...entry(path, stat), kind: 'link' } : null
        }
      }
      return stat === undefined || stat.isDirectory() ? null : entry(path, stat)
    },
    close: () => closeAll(open),
  }
}

function closeAll(open: Map<string, FileSource>): void {
  for (const source of open.values()) source.close()
  open.clear()
}

function kindOf(stat: Stats): ArchiveEntry['kind'] {
  if (stat.isSymbolicLink()) return 'link'
  if (!stat.isFile()) return 'special'
  return stat.nlink > 1 ? 'hard-link' : 'file'
}

function list(folder: string, deep: boolean): { readonly path: string; readonly stat: Stats }[] {
  const found: { path: string; stat: Stats }[] = []
  const waiting = ['']
  for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
    for (const name of readdirSync(join(folder, below)).sort()) {
      const path = below === '' ? name : `${below}/${name}`
      const stat = lstatSync(join(folder, path), { throwIfNoEntry: false })
      if (stat === undefined) continue
      if (stat.isDirectory()) {
        if (deep) waiting.push(path)
      } else if (found.length < entriesOfFolder) found.push({ path, stat })
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}
