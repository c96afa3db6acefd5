import { join } from '../protobuf/write.ts'
import { honestTemplates } from '../template/samples.ts'

export type Setting = readonly [key: string, type: number, value: unknown]
export interface TensorParts {
  readonly name?: string
  readonly shape?: readonly (number | bigint)[]
  readonly type?: number
  readonly offset?: number | bigint
}

export interface GgufParts {
  readonly version?: number
  readonly bigEndian?: boolean
  readonly settings?: readonly Setting[]
  readonly tensors?: readonly TensorParts[]
  readonly body?: Uint8Array
  readonly tensorCount?: bigint
  readonly keyCount?: bigint
}

/** A GGUF file; the body begins at a multiple of 32. */
export function ggufFile({
  version = 3,
  bigEndian = false,
  settings = [['general.architecture', 8, 'llama']],
  tensors = [{}],
  body = new Uint8Array(32),
  tensorCount = BigInt(tensors.length),
  keyCount = BigInt(settings.length),
}: GgufParts = {}): Uint8Array {
  const number = (bytes: 1 | 2 | 4 | 8, value: number | bigint): Uint8Array => {
    const out = new Uint8Array(bytes)
    const view = new DataView(out.buffer)
    if (bytes === 8) view.setBigUint64(0, BigInt.asUintN(64, BigInt(value)), !bigEndian)
    else if (bytes === 4) view.setUint32(0, Number(value), !bigEndian)
    else if (bytes === 2) view.setUint16(0, Number(value), !bigEndian)
    else view.setUint8(0, Number(value))
    return out
  }
  const size = (value: number | bigint): Uint8Array => number(version === 1 ? 4 : 8, value)
  const text = (value: string): Uint8Array => {
    const encoded = new TextEncoder().encode(value)
    return join(size(encoded.length), encoded)
  }
  const written = (type: number, value: unknown): Uint8Array => {
    if (type === 8) return text(value as string)
    if (type === 9) {
      const [inner, items] = value as [number, readonly unknown[]]
      return join(number(4, inner), size(items.length), ...items.map((item) => written(inner, item)))
    }
    if (type === 6) {
      const out = new Uint8Array(4)
      new DataView(out.buffer).setFloat32(0, value as number, !bigEndian)
      return out
    }
    const width = ([1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8][type] ?? 4) as 1 | 2 | 4 | 8
    return number(width, typeof value === 'boolean' ? Number(value) : (value as number))
  }
  const head = join(
    new TextEncoder().encode('GGUF'),
    number(4, version),
    size(tensorCount),
    size(keyCount),
    ...settings.flatMap(([key, type, value]) => [text(key), number(4, type), written(type, value)]),
    ...tensors.flatMap(({ name = 'w', shape = [8], type = 0, offset = 0 }) => [
      text(name),
      number(4, shape.length),
      ...shape.map(size),
      number(4, type),
      number(8, offset),
    ]),
  )
  return join(head, new Uint8Array((32 - (head.length % 32)) % 32), body)
}

export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  const settings: readonly Setting[] = [
    ['general.architecture', 8, 'qwen3'],
    ['general.alignment', 4, 32],
    ['general.url', 8, 'https://example.invalid/model'],
    ['qwen3.rope.freq_base', 6, 1e6],
    ['tokenizer.ggml.add_bos_token', 7, false],
    ['tokenizer.ggml.tokens', 9, [8, ['<s>', 'a', 'b\u00e9']]],
    ['tokenizer.ggml.token_type', 9, [5, [3, 1, 1]]],
    ['general.quantized_at', 10, 7n],
    ['tokenizer.chat_template', 8, honestTemplates.qwen3],
    ['tokenizer.chat_template.tool_use', 8, honestTemplates.mistral],
  ]
  return [
    { name: 'small', bytes: ggufFile() },
    {
      name: 'model',
      bytes: ggufFile({
        settings,
        tensors: [
          { name: 'token_embd.weight', shape: [256, 2], type: 12, offset: 0 },
          { name: 'output_norm.weight', shape: [5], type: 0, offset: 288 },
          { name: 'blk.0.ffn.weight', shape: [64, 1, 1, 1], type: 40, offset: 320 },
        ],
        body: new Uint8Array(384),
      }),
    },
    { name: 'big-endian', bytes: ggufFile({ bigEndian: true, settings }) },
    { name: 'version-1', bytes: ggufFile({ version: 1, settings }) },
    { name: 'vocabulary-only', bytes: ggufFile({ settings, tensors: [], body: new Uint8Array(0) }) },
  ]
}
