import { writeHdf5 } from './testing/write-hdf5.ts'

/** Seeds for mutation: weights, a Keras model, and a file that names another. */
export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  const layer = { module: 'keras.layers', class_name: 'Dense', config: { units: 3 }, registered_name: null }
  return [
    {
      name: 'weights',
      bytes: writeHdf5({ datasets: { kernel: { values: [1, 2, 3, 4] }, bias: { values: [0, 0] } } }),
    },
    {
      name: 'keras-model',
      bytes: writeHdf5({
        attributes: {
          backend: 'tensorflow',
          keras_version: '2.15.0',
          model_config: JSON.stringify({ class_name: 'Sequential', config: { name: 'm', layers: [layer] } }),
        },
        datasets: { kernel: { values: [1, 2, 3] } },
      }),
    },
    {
      name: 'external-link',
      bytes: writeHdf5({ externalLinks: { weights: { file: 'other.h5', target: '/weights' } } }),
    },
    { name: 'chunked', bytes: writeHdf5({ datasets: { kernel: { values: [1], filter: 1 } } }) },
  ]
}
