import type { Format } from '../format.ts'
import { readTar } from './read-tar.ts'
import { blockSize, checksumFits } from './tar-header.ts'

/** Shown of the names of members. */
const namesShown = 100

export const tar: Format = {
  id: 'tar',
  title: 'tar archive',
  // The checksum over the first header is the signature that all forms have.
  recognise: (head) => (checksumFits(head.subarray(0, blockSize)) ? 'sure' : 'no'),
  async examine(source, context) {
    const archive = readTar(source, context)
    context.fact('members', archive.entries.length)
    context.fact(
      'names',
      archive.entries.slice(0, namesShown).map(({ path }) => path),
    )
    await context.scanMembers(archive)
    if (archive.fault !== null) throw archive.fault
    return { end: archive.end }
  },
}
