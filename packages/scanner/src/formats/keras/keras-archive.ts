// A .keras file is a zip of settings, weights in HDF5 and files that layers keep. The settings are JSON and judged as
// such; here is what only shows across the members.
import { type Layout, Malformed } from '../format.ts'
import { readJson } from '../json/read-json.ts'
import { isSettings } from './config.ts'
import { kerasConfig } from './keras-config.ts'
import { kerasRules } from './rules.ts'

export const kerasArchive: Layout = {
  id: 'keras',
  title: 'Keras model',
  recognise: (archive) =>
    archive.find('config.json') !== null &&
    (archive.find('model.weights.h5') !== null ||
      archive.find('model.weights.json') !== null ||
      archive.find('model.weights.npz') !== null ||
      archive.find('metadata.json') !== null),
  async examine(archive, context) {
    const settings = await archive.find('config.json')!.open()
    const fits = [...readJson(settings, context.budget).values].some((value) => kerasConfig.recognise(value))
    if (!fits) {
      context.report(kerasRules.unreadable, { message: 'config.json names no class.' })
    }
    const metadata = archive.find('metadata.json')
    if (metadata !== null) {
      const [value] = readJson(await metadata.open(), context.budget).values
      if (!isSettings(value)) throw new Malformed('metadata.json is no object')
      if (typeof value.keras_version === 'string')
        context.fact('keras_version', value.keras_version.slice(0, 50))
    }
    return { claimed: new Set() }
  },
}
