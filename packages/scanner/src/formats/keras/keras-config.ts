import type { JsonKind } from '../format.ts'
import { examineKerasConfig, isSettings } from './config.ts'

/** `model.to_json()`, and config.json of a .keras archive. */
export const kerasConfig: JsonKind = {
  id: 'keras-config',
  title: 'Keras settings',
  recognise: (value) =>
    isSettings(value) &&
    typeof value.class_name === 'string' &&
    ['config', 'module', 'registered_name', 'keras_version'].some((key) => Object.hasOwn(value, key)),
  async examine(value, context) {
    await examineKerasConfig(value, context)
  },
}
