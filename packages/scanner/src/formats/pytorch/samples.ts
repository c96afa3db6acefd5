import { assemble, global, proto, text } from '../testing/opcodes.ts'
import { buildZip, type ToZip } from '../zip/build-zip.ts'

/** The pickle of a tensor over a storage, as torch.save writes it: a state dict of one weight. */
export function statePickle({
  count = 4,
  key = '0',
}: {
  readonly count?: number
  readonly key?: string
} = {}) {
  return assemble(
    proto(2),
    global('collections', 'OrderedDict'),
    ')R(',
    text('weight'),
    global('torch._utils', '_rebuild_tensor_v2'),
    '((',
    text('storage'),
    global('torch', 'FloatStorage'),
    text(key),
    text('cpu'),
    'K',
    count,
    'tQK\x00',
    'K',
    count,
    '\x85K\x01\x85\x89',
    global('collections', 'OrderedDict'),
    ')RtRu.',
  )
}

/** A zip as torch.save writes it. */
export function torchZip({
  pickle = statePickle(),
  storages = { 0: new Uint8Array(16) },
  more = [],
}: {
  readonly pickle?: Uint8Array
  readonly storages?: Readonly<Record<string, Uint8Array>>
  readonly more?: readonly ToZip[]
} = {}): Uint8Array {
  return buildZip([
    { name: 'archive/data.pkl', data: pickle },
    { name: 'archive/byteorder', data: 'little' },
    ...Object.entries(storages).map(([key, data]) => ({ name: `archive/data/${key}`, data })),
    { name: 'archive/version', data: '3\n' },
    ...more,
  ])
}

/** A file of PyTorch before 1.6. */
export function torchLegacy({
  object = statePickle(),
  storage = new Uint8Array(16),
  count = 4,
}: {
  readonly object?: Uint8Array
  readonly storage?: Uint8Array
  readonly count?: number
} = {}): Uint8Array {
  return assemble(
    proto(2),
    '\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.',
    proto(2),
    'M\xe9\x03.',
    proto(2),
    '}(',
    text('protocol_version'),
    'M\xe9\x03',
    text('little_endian'),
    '\x88u.',
    object,
    proto(2),
    ']',
    text('0'),
    'a.',
    new Uint8Array(BigInt64Array.of(BigInt(count)).buffer),
    storage,
  )
}

export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  return [
    { name: 'state dict', bytes: torchZip() },
    { name: 'legacy', bytes: torchLegacy() },
    {
      name: 'TorchScript',
      bytes: torchZip({
        more: [
          {
            name: 'archive/code/__torch__.py',
            data: 'class M(Module):\n  def forward(self, x: Tensor) -> Tensor:\n    return torch.relu(x)\n',
          },
          { name: 'archive/constants.pkl', data: assemble(proto(2), ').') },
        ],
      }),
    },
  ]
}
