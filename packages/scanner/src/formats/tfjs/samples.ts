const layer = (class_name: string, config: object = {}) => ({ class_name, config: { name: 'a', ...config } })

/** A layers model of one dense layer whose weights take 32 bytes. */
export function layersModel({
  paths = ['group1-shard1of1.bin'],
  layers = [layer('Dense', { units: 2 })],
  more = {},
}: {
  readonly paths?: readonly string[]
  readonly layers?: readonly object[]
  readonly more?: object
} = {}): object {
  return {
    format: 'layers-model',
    modelTopology: {
      keras_version: '2.15.0',
      backend: 'tensorflow',
      model_config: { class_name: 'Sequential', config: { name: 's', layers } },
    },
    weightsManifest: [{ paths, weights: [{ name: 'dense/kernel', shape: [4, 2], dtype: 'float32' }] }],
    ...more,
  }
}

export function graphModel(nodes: readonly object[] = [], functions: readonly object[] = []): object {
  return {
    format: 'graph-model',
    modelTopology: {
      node: [
        { name: 'x', op: 'Placeholder' },
        { name: 'y', op: 'MatMul' },
        { name: 'z', op: '_FusedConv2D' },
        ...nodes,
      ],
      library: { function: functions },
    },
    weightsManifest: [
      {
        paths: ['w.bin'],
        weights: [
          { name: 'w', shape: [4], dtype: 'float32', quantization: { dtype: 'uint8', min: 0, scale: 1 } },
        ],
      },
    ],
  }
}

export { layer }

export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  return [
    { name: 'layers', bytes: Buffer.from(JSON.stringify(layersModel())) },
    { name: 'graph', bytes: Buffer.from(JSON.stringify(graphModel())) },
  ]
}
