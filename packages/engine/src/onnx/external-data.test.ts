import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { create, toBinary } from '@bufbuild/protobuf'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EngineError } from '../errors.ts'
import { describeModel } from '../inspect/describe-model.ts'
import { tensorBytes, toNumbers } from '../ir/tensor.ts'
import { randomTensor, runOnce } from '../testing/models.ts'
import { loadModel } from './load.ts'
import { ModelProtoSchema } from './onnx-pb.generated.ts'
import { readModel } from './read.ts'

const weights = randomTensor(1, [2, 3])
let folder: string
let outside: string

beforeAll(() => {
  const base = mkdtempSync(join(tmpdir(), 'engine-external-'))
  folder = join(base, 'model')
  outside = join(base, 'secret.bin')
  mkdirSync(join(folder, 'parts'), { recursive: true })
  const padded = Buffer.concat([Buffer.alloc(7), tensorBytes(weights), Buffer.alloc(5)])
  writeFileSync(outside, padded)
  writeFileSync(join(folder, 'weights.bin'), padded)
  writeFileSync(join(folder, 'parts', 'weights.bin'), padded)
  symlinkSync(outside, join(folder, 'link.bin'))
  symlinkSync(join(base), join(folder, 'way-out'))
  symlinkSync(join(folder, 'weights.bin'), join(folder, 'inner-link.bin'))
})
afterAll(() => rmSync(join(folder, '..'), { recursive: true }))

function modelWith(entries: Readonly<Record<string, string>>): Uint8Array {
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [{ version: 18n }],
      graph: {
        input: [
          {
            name: 'x',
            type: {
              value: {
                case: 'tensorType',
                value: { elemType: 1, shape: { dim: [{}, { value: { case: 'dimValue', value: 2n } }] } },
              },
            },
          },
        ],
        output: [{ name: 'y' }],
        node: [{ opType: 'MatMul', input: ['x', 'w'], output: ['y'] }],
        initializer: [
          {
            name: 'w',
            dims: [2n, 3n],
            dataType: 1,
            dataLocation: 1,
            externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
          },
        ],
      },
    }),
  )
}

function codeOf(entries: Readonly<Record<string, string>>): string | null {
  try {
    readModel(modelWith(entries), { folder })
    return null
  } catch (error) {
    if (error instanceof EngineError) return error.code
    throw error
  }
}

describe('weights in files beside the model', () => {
  it.each(['weights.bin', 'parts/weights.bin', './weights.bin', 'parts/../weights.bin', 'inner-link.bin'])(
    'are read from %s',
    (location) => {
      const model = readModel(modelWith({ location, offset: '7', length: '24' }), { folder })
      expect(toNumbers(model.graph.initializers.get('w')!)).toEqual(toNumbers(weights))
    },
  )

  it('run after being written into one file', async () => {
    writeFileSync(join(folder, 'model.onnx'), modelWith({ location: 'weights.bin', offset: '7' }))
    const x = randomTensor(2, [1, 2])
    const { y } = await runOnce(await loadModel(join(folder, 'model.onnx')), { x })
    const [a, b] = toNumbers(x)
    const w = toNumbers(weights)
    expect(y!.data[1]).toBeCloseTo(a! * w[1]! + b! * w[4]!, 6)
  })

  it.each([
    '../secret.bin',
    'parts/../../secret.bin',
    'link.bin',
    'way-out/secret.bin',
    '/etc/passwd',
    'C:\\secret.bin',
    '..\\secret.bin',
    'c:secret.bin',
    '',
    '.',
  ])('may not be at "%s", which leads outside', (location) => {
    expect(codeOf({ location, offset: '7', length: '24' })).toBe('external-data-outside')
  })

  it.each<[string, Record<string, string>]>([
    ['a missing file', { location: 'nothing.bin' }],
    ['a folder', { location: 'parts' }],
    ['an offset past the end', { location: 'weights.bin', offset: '13' }],
    ['a length that is not the tensor’s', { location: 'weights.bin', offset: '7', length: '20' }],
    ['an offset that is no number', { location: 'weights.bin', offset: '-7' }],
    ['an offset beyond all files', { location: 'weights.bin', offset: '9'.repeat(30) }],
  ])('are refused for %s', (_, entries) => {
    expect(codeOf(entries)).toBe('external-data-broken')
  })

  it('are not opened to describe the model, only named', () => {
    const description = describeModel(modelWith({ location: '../secret.bin' }))
    expect(description.externalFiles).toEqual(['../secret.bin'])
    expect(description.parameterCount).toBe(6)
    const model = readModel(modelWith({ location: 'weights.bin' }))
    expect(() => model.graph.initializers.get('w')!.data).toThrow(/without the folder/)
  })

  it('are missed when the file shrank after it was checked', () => {
    writeFileSync(join(folder, 'shrinking.bin'), Buffer.alloc(24))
    const model = readModel(modelWith({ location: 'shrinking.bin' }), { folder })
    truncateSync(join(folder, 'shrinking.bin'), 8)
    expect(() => model.graph.initializers.get('w')!.data).toThrow(/ended early/)
  })

  it('leave a clear word when the model itself cannot be read', async () => {
    await expect(loadModel(join(folder, 'none.onnx'))).rejects.toThrow(/no such file/)
    await expect(loadModel(folder)).rejects.toThrow(/it is a folder/)
  })
})
