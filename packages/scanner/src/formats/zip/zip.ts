import type { Format } from '../format.ts'
import { findEnd } from './directory.ts'
import { readZip } from './read-zip.ts'

/** Shown of the names of members. */
const namesShown = 100

export const zip: Format = {
  id: 'zip',
  title: 'Zip archive',
  recognise(head, source) {
    if (head[0] === 0x50 && head[1] === 0x4b) {
      const next = (head[2] ?? 0) * 256 + (head[3] ?? 0)
      if (next === 0x0304 || next === 0x0506) return 'sure'
      // A split archive begins with a marker before its first member.
      if ((next === 0x0708 || next === 0x3030) && head[4] === 0x50 && head[5] === 0x4b) return 'sure'
    }
    // Readers find the directory from the end, whatever stands in front.
    const end = findEnd(source)
    return end !== null && end.end === source.size && end.members > 0 ? 'sure' : 'no'
  },
  async examine(source, context) {
    const archive = await readZip(source, context)
    try {
      context.fact('members', archive.entries.length)
      context.fact(
        'names',
        archive.entries.slice(0, namesShown).map(({ path }) => path),
      )
      await context.scanMembers(archive)
    } finally {
      archive.close()
    }
    if (archive.fault !== null) throw archive.fault
    return { end: archive.end }
  },
  signatures: [Uint8Array.of(0x50, 0x4b, 3, 4)],
}
