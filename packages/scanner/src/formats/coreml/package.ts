// `.mlpackage`: a folder with a manifest that says which file is the model and which are its weights.
import { quoted } from '../../scan/quoted.ts'
import { type Layout, Malformed } from '../format.ts'
import { leadsOut } from './coreml.ts'
import { coremlRules } from './rules.ts'

const longest = 1 << 20

export const mlPackage: Layout = {
  id: 'mlpackage',
  title: 'Core ML package',
  recognise: (archive) => archive.find('Manifest.json') !== null,
  async examine(archive, context) {
    const source = await archive.find('Manifest.json')!.open()
    // Other programs call their manifests so too.
    if (!Buffer.from(source.read(0, 4096)).includes('itemInfoEntries')) return { claimed: new Set() }
    if (source.size > longest) throw new Malformed(`the manifest has ${source.size} bytes`)
    let manifest: unknown
    try {
      manifest = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(source.read(0, source.size)))
    } catch {
      throw new Malformed('the manifest is not JSON')
    }
    if (!isObject(manifest) || !isObject(manifest.itemInfoEntries))
      throw new Malformed('the manifest lists no items')
    for (const item of Object.values(manifest.itemInfoEntries).slice(0, 10_000)) {
      const path = isObject(item) ? item.path : null
      if (typeof path !== 'string') throw new Malformed('an item of the manifest has no path')
      if (leadsOut(path)) {
        context.report(coremlRules['path-outside'], { message: `The manifest names ${quoted(path)}.` })
        continue
      }
      const full = `Data/${path}`
      if (archive.find(full) !== null || archive.entries.some((entry) => entry.path.startsWith(`${full}/`)))
        continue
      context.report(coremlRules['missing-item'], { message: `The manifest names ${quoted(path)}.` })
    }
    return { claimed: new Set() }
  },
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
