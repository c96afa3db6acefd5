/** A small notebook for tests. */
export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  const cells = [
    { cell_type: 'markdown', metadata: {}, source: ['# Title\n', 'Words.'] },
    {
      cell_type: 'code',
      metadata: {},
      source: 'import math\nmath.sqrt(4)',
      outputs: [{ output_type: 'execute_result', data: { 'text/plain': '2.0' }, metadata: {} }],
    },
  ]
  return [
    {
      name: 'notebook',
      bytes: Buffer.from(JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells })),
    },
  ]
}
