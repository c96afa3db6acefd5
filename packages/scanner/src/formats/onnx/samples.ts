// Builds ONNX messages for tests, after the numbers in onnx.proto.
import { bytes, fixed32, int, join, text } from '../protobuf/write.ts'

export interface TensorParts {
  readonly name?: string
  readonly type?: number
  readonly dims?: readonly (number | bigint)[]
  readonly raw?: Uint8Array
  /** Further fields, as written. */
  readonly more?: readonly Uint8Array[]
}

export function tensorProto({ name = 'w', type = 1, dims = [2], raw, more = [] }: TensorParts): Uint8Array {
  return join(
    ...dims.map((dim) => int(1, dim)),
    int(2, type),
    text(8, name),
    ...(raw === undefined ? [] : [bytes(9, raw)]),
    ...more,
  )
}

export function externalTensor(
  entries: Readonly<Record<string, string>>,
  parts: TensorParts = {},
): Uint8Array {
  return tensorProto({
    ...parts,
    more: [
      ...Object.entries(entries).map(([key, value]) => bytes(13, text(1, key), text(2, value))),
      int(14, 1),
    ],
  })
}

export interface NodeParts {
  readonly inputs?: readonly string[]
  readonly outputs?: readonly string[]
  readonly domain?: string
  readonly attributes?: readonly Uint8Array[]
}

export function nodeProto(
  operator: string,
  { inputs = ['x', 'w'], outputs = ['y'], domain, attributes = [] }: NodeParts = {},
): Uint8Array {
  return join(
    ...inputs.map((input) => text(1, input)),
    ...outputs.map((output) => text(2, output)),
    text(4, operator),
    ...attributes.map((attribute) => bytes(5, attribute)),
    ...(domain === undefined ? [] : [text(7, domain)]),
  )
}

export interface GraphParts {
  readonly nodes?: readonly Uint8Array[]
  readonly initializers?: readonly Uint8Array[]
  readonly inputs?: readonly string[]
  readonly outputs?: readonly string[]
  readonly more?: readonly Uint8Array[]
}

/** A type: a tensor of floats without a shape. */
const valueInfo = (name: string): Uint8Array => join(text(1, name), bytes(2, bytes(1, int(1, 1))))

export function graphProto({
  nodes = [nodeProto('Add')],
  initializers = [tensorProto({ raw: new Uint8Array(8) })],
  inputs = ['x'],
  outputs = ['y'],
  more = [],
}: GraphParts = {}): Uint8Array {
  return join(
    ...nodes.map((node) => bytes(1, node)),
    text(2, 'main'),
    ...initializers.map((tensor) => bytes(5, tensor)),
    ...inputs.map((input) => bytes(11, valueInfo(input))),
    ...outputs.map((output) => bytes(12, valueInfo(output))),
    ...more,
  )
}

export function modelProto(graph: Uint8Array = graphProto(), ...more: readonly Uint8Array[]): Uint8Array {
  return join(
    int(1, 8),
    text(2, 'pytorch'),
    text(3, '2.4.0'),
    bytes(7, graph),
    bytes(8, text(1, ''), int(2, 17)),
    ...more,
  )
}

export function functionProto(
  name: string,
  domain: string,
  nodes: readonly Uint8Array[] = [nodeProto('Relu', { inputs: ['a'], outputs: ['b'] })],
): Uint8Array {
  return join(
    text(1, name),
    text(4, 'a'),
    text(5, 'b'),
    ...nodes.map((node) => bytes(7, node)),
    bytes(9, text(1, ''), int(2, 17)),
    text(10, domain),
  )
}

/** An attribute that holds a graph (`g`), a tensor (`t`), a whole number (`i`) or none of them. */
export function attributeProto(
  name: string,
  {
    graph,
    tensor,
    whole,
  }: { readonly graph?: Uint8Array; readonly tensor?: Uint8Array; readonly whole?: number } = {},
): Uint8Array {
  if (graph !== undefined) return join(text(1, name), bytes(6, graph), int(20, 5))
  if (tensor !== undefined) return join(text(1, name), bytes(5, tensor), int(20, 4))
  if (whole !== undefined) return join(text(1, name), int(3, whole), int(20, 2))
  return join(text(1, name), fixed32(2, 0.5), int(20, 1))
}

/** A model with an If whose branches are these graphs. */
export function branching(branch: Uint8Array): Uint8Array {
  return modelProto(
    graphProto({
      nodes: [
        nodeProto('If', {
          inputs: ['x'],
          outputs: ['y'],
          attributes: [
            attributeProto('then_branch', { graph: branch }),
            attributeProto('else_branch', { graph: branch }),
          ],
        }),
      ],
    }),
  )
}

export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  return [
    { name: 'add', bytes: modelProto() },
    {
      name: 'branches',
      bytes: branching(
        graphProto({
          nodes: [
            nodeProto('Constant', {
              inputs: [],
              outputs: ['c'],
              attributes: [attributeProto('value', { tensor: tensorProto({ raw: new Uint8Array(8) }) })],
            }),
            nodeProto('Mul', { inputs: ['x', 'c'], outputs: ['z'] }),
          ],
          initializers: [],
          inputs: [],
          outputs: ['z'],
        }),
      ),
    },
    {
      name: 'function',
      bytes: modelProto(
        graphProto({ nodes: [nodeProto('Gelu6', { inputs: ['x'], domain: 'pkg.mine' })] }),
        bytes(8, text(1, 'pkg.mine'), int(2, 1)),
        bytes(14, text(1, 'licence'), text(2, 'MIT')),
        bytes(25, functionProto('Gelu6', 'pkg.mine')),
      ),
    },
    {
      name: 'typed-values',
      bytes: modelProto(
        graphProto({
          initializers: [
            tensorProto({ dims: [3], type: 7, more: [bytes(7, Uint8Array.of(1, 0x80, 1, 5))] }),
            tensorProto({ name: 'v', dims: [2], more: [fixed32(4, 1), fixed32(4, 2)] }),
            tensorProto({ name: 's', dims: [1], type: 8, more: [text(6, 'word')] }),
            tensorProto({ name: 'q', dims: [3], type: 22, raw: new Uint8Array(2) }),
            tensorProto({ name: 'empty', dims: [0] }),
          ],
        }),
      ),
    },
  ]
}
