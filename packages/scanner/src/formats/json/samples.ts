/** Seeds for mutation: settings, JSON Lines, and what only some readers accept. */
export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  const layer = { module: 'keras.layers', class_name: 'Dense', config: { units: 3 }, registered_name: null }
  return [
    {
      name: 'keras',
      bytes: Buffer.from(
        JSON.stringify(
          { module: 'keras', class_name: 'Sequential', config: { layers: [layer, layer] } },
          null,
          2,
        ),
      ),
    },
    { name: 'lines', bytes: Buffer.from('{"loss": NaN, "step": 1}\n{"loss": 0.5, "step": 2}\n') },
    { name: 'comments', bytes: Buffer.from('// settings\n{"a": [1, 2,], /* b */ "b": -Infinity}') },
  ]
}
