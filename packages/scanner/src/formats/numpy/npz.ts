import { quoted } from '../../scan/quoted.ts'
import type { Layout } from '../format.ts'
import { numpyMagic } from './header.ts'
import { numpyRules } from './rules.ts'

/** NumPy's .npz: a zip in which every member is one array. The arrays themselves are examined as files. */
export const npz: Layout = {
  id: 'npz',
  title: 'NumPy archive',
  recognise: ({ entries }) => entries.length > 0 && entries.every(({ path }) => path.endsWith('.npy')),
  async examine(archive, context) {
    context.fact(
      'arrays',
      archive.entries.slice(0, 200).map(({ path }) => path.slice(0, -4)),
    )
    for (const entry of archive.entries) {
      context.budget.checkTime()
      if (entry.kind !== 'file') continue
      const source = await entry.open()
      const head = source.read(0, numpyMagic.length)
      if (numpyMagic.every((byte, index) => head[index] === byte)) continue
      context.report(numpyRules['stray-member'], { message: `${quoted(entry.path)} is no array.` })
    }
    return { claimed: new Set() }
  },
}
