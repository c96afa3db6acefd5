import type { ScanContext } from '../format.ts'
import { Malformed } from '../format.ts'
import type { Hdf5File } from '../hdf5/read-hdf5.ts'
import { jsonValue } from '../json/read-json.ts'
import { examineKerasConfig } from './config.ts'
import { kerasRules } from './rules.ts'

/** Attributes of an HDF5 file in which Keras keeps settings as JSON. */
const jsonAttributes = new Set(['model_config', 'training_config', 'layer_config', 'optimizer_config'])
const noted = new Set(['keras_version', 'backend'])

/** A model or weights in the older layout: settings are attributes of the root, or of a group in files of several models. */
export async function examineKerasH5(file: Hdf5File, context: ScanContext): Promise<void> {
  for (const { path, attributes } of file.objects) {
    for (const { name, texts } of attributes) {
      if (noted.has(name) && path === '/') context.fact(name, (texts()[0] ?? '').slice(0, 50))
      if (!jsonAttributes.has(name)) continue
      // Long settings may be kept as several texts.
      const text = texts().join('')
      let settings: unknown
      try {
        settings = jsonValue(text, context.budget)
      } catch (error) {
        if (!(error instanceof Malformed)) throw error
        context.report(kerasRules.unreadable, {
          message: `The attribute ${name} of ${path}: ${error.message}.`,
        })
        continue
      }
      await examineKerasConfig(settings, context, { where: ` in ${name}` })
    }
  }
}
