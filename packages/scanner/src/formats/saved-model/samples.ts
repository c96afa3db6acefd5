import { bytes, int, join, text } from '../protobuf/write.ts'

export interface WrittenNode {
  readonly name: string
  readonly op: string
  readonly inputs?: readonly string[]
  /** Texts of a constant. */
  readonly value?: readonly (string | Uint8Array)[]
  /** Attributes: bytes, or the name of a function. */
  readonly attributes?: Readonly<Record<string, Uint8Array | { readonly function: string }>>
}

const encoded = (value: string | Uint8Array): Uint8Array =>
  typeof value === 'string' ? new TextEncoder().encode(value) : value

export function nodeBytes({ name, op, inputs = [], value, attributes = {} }: WrittenNode): Uint8Array {
  const constant =
    value === undefined ? [] : [bytes(8, int(1, 7), ...value.map((item) => bytes(8, encoded(item))))]
  const all = [
    ...Object.entries(attributes).map(([key, item]) =>
      bytes(
        5,
        text(1, key),
        bytes(2, 'function' in item ? bytes(10, text(1, item.function)) : bytes(2, item)),
      ),
    ),
    ...constant.map((item) => bytes(5, text(1, 'value'), bytes(2, item))),
  ]
  return join(text(1, name), text(2, op), ...inputs.map((input) => text(3, input)), ...all)
}

export function graphBytes(
  nodes: readonly WrittenNode[],
  functions: Readonly<Record<string, readonly WrittenNode[]>> = {},
): Uint8Array {
  const library = Object.entries(functions).map(([name, body]) =>
    bytes(1, bytes(1, text(1, name)), ...body.map((node) => bytes(3, nodeBytes(node)))),
  )
  return join(
    ...nodes.map((node) => bytes(1, nodeBytes(node))),
    ...(library.length === 0 ? [] : [bytes(2, ...library)]),
  )
}

export function savedModelBytes(
  graph: Uint8Array,
  {
    saver,
    assets = {},
  }: { readonly saver?: readonly string[]; readonly assets?: Readonly<Record<string, string>> } = {},
): Uint8Array {
  const meta = [bytes(1, text(4, 'serve'), text(5, '2.21.0')), bytes(2, graph)]
  if (saver !== undefined) meta.push(bytes(3, ...saver.map((name, index) => text(index + 1, name))))
  for (const [tensor, name] of Object.entries(assets))
    meta.push(bytes(6, bytes(1, text(1, tensor)), text(2, name)))
  return join(int(1, 1), bytes(2, ...meta))
}

/** As TensorFlow 2 saves a model: what serves and what saves are functions called from the outer graph. */
export function honestGraph(): Uint8Array {
  return graphBytes(
    [
      { name: 'saver_filename', op: 'Placeholder' },
      { name: 'serving_x', op: 'Placeholder' },
      { name: 'v', op: 'VarHandleOp' },
      { name: 'Const', op: 'Const', value: ['/home/author/vocab.txt'] },
      {
        name: 'StatefulPartitionedCall',
        op: 'StatefulPartitionedCall',
        inputs: ['serving_x', 'v'],
        attributes: { f: { function: '__inference_serve' } },
      },
      {
        name: 'StatefulPartitionedCall_1',
        op: 'StatefulPartitionedCall',
        inputs: ['saver_filename', 'v'],
        attributes: { f: { function: '__inference_save' } },
      },
    ],
    {
      __inference_serve: [{ name: 'y', op: 'MatMul', inputs: ['x', 'w'] }],
      __inference_save: [
        { name: 'part', op: 'Const', value: ['_temp/part'] },
        { name: 'StringJoin', op: 'StringJoin', inputs: ['file_prefix', 'part:output:0'] },
        { name: 'names', op: 'Const', value: ['v/.ATTRIBUTES/VARIABLE_VALUE'] },
        { name: 'ShardedFilename', op: 'ShardedFilename', inputs: ['StringJoin:output:0'] },
        { name: 'SaveV2', op: 'SaveV2', inputs: ['ShardedFilename:filename:0', 'names:output:0'] },
        { name: 'Merge', op: 'MergeV2Checkpoints', inputs: ['ShardedFilename:filename:0', 'file_prefix'] },
      ],
    },
  )
}

export const honestSaver = ['saver_filename:0', 'StatefulPartitionedCall_1:0', 'StatefulPartitionedCall_1']

/** A checkpoint index: one block of rows, and a block that lists it. */
export function checkpointIndexBytes(shape: readonly number[] = [2, 3], size = 24): Uint8Array {
  const dimensions = bytes(2, ...shape.map((length) => bytes(2, int(1, length))))
  const entry = join(int(1, 1), dimensions, int(5, size))
  const rows = block([
    ['', int(1, 1)],
    ['w', entry],
  ])
  const empty = block([])
  const emptyAt = rows.length
  const index = block([['x', join(small(0), small(rows.length - 5))]])
  const indexAt = emptyAt + empty.length
  const footer = join(small(emptyAt), small(empty.length - 5), small(indexAt), small(index.length - 5))
  const end = new Uint8Array(48)
  end.set(footer)
  end.set([0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb], 40)
  return join(rows, empty, index, end)
}

function block(rows: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const written = rows.map(([key, value]) =>
    join(small(0), small(key.length), small(value.length), encoded(key), value),
  )
  // One restart at 0; then the kind of compression (none) and a checksum that no test needs.
  return join(...written, Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0), new Uint8Array(5))
}

function small(value: number): Uint8Array {
  return value < 128 ? Uint8Array.of(value) : Uint8Array.of((value & 127) | 128, value >> 7)
}

/** Seeds for mutation. */
export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  return [
    { name: 'saved-model', bytes: savedModelBytes(honestGraph(), { saver: honestSaver }) },
    {
      name: 'nested',
      bytes: savedModelBytes(
        graphBytes([{ name: 'c', op: 'Const', value: [graphBytes([{ name: 'w', op: 'WriteFile' }])] }]),
      ),
    },
  ]
}
