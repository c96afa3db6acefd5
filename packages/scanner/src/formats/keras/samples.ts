import { writeHdf5 } from '../hdf5/testing/write-hdf5.ts'

/** Settings of a small model as Keras 3 writes them. */
export function kerasSettings(layers: readonly unknown[] = [denseLayer()]): Record<string, unknown> {
  return {
    module: 'keras',
    class_name: 'Sequential',
    config: { name: 'sequential', trainable: true, dtype: policy(), layers },
    registered_name: null,
    build_config: { input_shape: [null, 3] },
    compile_config: {
      optimizer: {
        module: 'keras.optimizers',
        class_name: 'Adam',
        config: { name: 'adam', learning_rate: 0.001 },
        registered_name: null,
      },
      loss: 'mse',
      metrics: ['accuracy'],
    },
  }
}

export function denseLayer(): Record<string, unknown> {
  return {
    module: 'keras.layers',
    class_name: 'Dense',
    config: {
      name: 'dense',
      dtype: policy(),
      units: 4,
      activation: 'relu',
      kernel_initializer: {
        module: 'keras.initializers',
        class_name: 'GlorotUniform',
        config: { seed: null },
        registered_name: null,
      },
      kernel_regularizer: null,
    },
    registered_name: null,
  }
}

function policy(): Record<string, unknown> {
  return { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null }
}

/** A `.h5` of the older layout. */
export function kerasH5(settings: unknown): Uint8Array {
  return writeHdf5({
    attributes: { backend: 'tensorflow', keras_version: '2.15.0', model_config: JSON.stringify(settings) },
    datasets: { kernel: { values: [1, 2, 3] } },
  })
}

/** Seeds for mutation, read as JSON. */
export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  const wrapped = { class_name: 'TimeDistributed', config: { layer: denseLayer() } }
  const lambda = {
    class_name: 'Lambda',
    config: {
      function: { class_name: '__lambda__', config: { code: '4wEAAAAAAAAAAAAAAAIAAAADAAAA8wwAAAA=' } },
    },
  }
  return [
    { name: 'plain', bytes: Buffer.from(JSON.stringify(kerasSettings())) },
    { name: 'wrapped', bytes: Buffer.from(JSON.stringify(kerasSettings([wrapped, denseLayer()]))) },
    { name: 'lambda', bytes: Buffer.from(JSON.stringify(kerasSettings([lambda]))) },
  ]
}
