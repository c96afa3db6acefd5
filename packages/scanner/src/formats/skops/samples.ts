import { buildZip } from '../zip/build-zip.ts'

export function node(loader: string, module: string, name: string, more: object = {}): object {
  return { __class__: name, __module__: module, __loader__: loader, __id__: 1, ...more }
}

export const json = (value: unknown): object =>
  node('JsonNode', 'builtins', 'str', { content: JSON.stringify(value), is_json: true })

/** The schema of an estimator with one number and one array. */
export function schema(content: object = {}): object {
  return {
    ...node('ObjectNode', 'sklearn.linear_model._logistic', 'LogisticRegression', {
      content: node('DictNode', 'builtins', 'dict', {
        content: {
          C: json(1),
          coef_: node('NdArrayNode', 'numpy', 'ndarray', { type: 'numpy', file: '1.npy' }),
          ...content,
        },
        key_types: node('ListNode', 'builtins', 'list', { content: [node('TypeNode', 'builtins', 'str')] }),
      }),
    }),
    protocol: 2,
    _skops_version: '0.16.0',
  }
}

const array = Buffer.concat([
  Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1'),
  Buffer.from("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }".padEnd(117)),
  Buffer.from('\n'),
  Buffer.alloc(16),
])

export function skopsFile(
  tree: object = schema(),
  files: Readonly<Record<string, Uint8Array>> = { '1.npy': array },
): Uint8Array {
  return buildZip([
    { name: 'schema.json', data: JSON.stringify(tree), method: 8 },
    ...Object.entries(files).map(([name, data]) => ({ name, data })),
  ])
}

export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  return [
    { name: 'estimator', bytes: skopsFile() },
    { name: 'schema', bytes: Buffer.from(JSON.stringify(schema())) },
  ]
}
