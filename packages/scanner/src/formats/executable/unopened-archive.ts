import type { Format } from '../format.ts'
import { executableRules } from './rules.ts'

/** Signature, where it stands, what it is. */
const kinds: readonly (readonly [string, number, string])[] = [
  ['Rar!\x1a\x07', 0, 'RAR'],
  ['MSCF\0\0\0\0', 0, 'Windows cabinet'],
  ['CD001', 0x8001, 'ISO 9660 image'],
  ['xar!\0\x1c', 0, 'xar'],
  ['!<arch>\n', 0, 'ar'],
  ['070701', 0, 'cpio'],
  ['070707', 0, 'cpio'],
  ['hsqs', 0, 'squashfs image'],
]

/** Archives that no loader of models reads and that are not opened here either. */
export const unopenedArchive: Format = {
  id: 'unopened-archive',
  title: 'archive of an unread kind',
  recognise: (head, source) => (kindOf(head, source) === null ? 'no' : 'sure'),
  async examine(source, context) {
    context.report(executableRules.container, {
      message: `It begins as ${kindOf(source.read(0, 4096), source)}.`,
      offset: 0,
    })
    await context.search(source)
    return { end: source.size }
  },
}

type Source = Parameters<Format['recognise']>[1]

function kindOf(head: Uint8Array, source: Source): string | null {
  for (const [signature, at, kind] of kinds) {
    const bytes = at + signature.length <= head.length ? head.subarray(at) : source.read(at, signature.length)
    if (Buffer.from(bytes.subarray(0, signature.length)).toString('latin1') === signature) return kind
  }
  return null
}
