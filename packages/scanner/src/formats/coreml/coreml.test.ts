import { describe, expect, it } from 'vitest'
import { memorySource } from '../../source/source.ts'
import type { Archive } from '../format.ts'
import { bytes, int, join, text } from '../protobuf/write.ts'
import { expectRobust } from '../testing/expect-robust.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { coreml } from './coreml.ts'
import { mlPackage } from './package.ts'
import { blobFile, coremlModel, network, program, samples, weightOperation } from './samples.ts'
import { coremlWeights } from './weights.ts'

async function rulesOf(model: Uint8Array) {
  const context = fakeContext()
  const source = memorySource(model)
  expect(coreml.recognise(model.subarray(0, 4096), source)).toBe('sure')
  expect(await coreml.examine(source, context)).toEqual({ end: model.length })
  return context.reports.map(({ rule, verdict }) => `${rule} ${verdict}`)
}
const customLayer = network([500, text(10, 'MyLayer')])

describe('a Core ML model', () => {
  it.each(samples().map((sample) => [sample.name, sample.bytes] as const))(
    'that is a %s is clean',
    async (_, model) => {
      expect(await rulesOf(model)).toEqual([])
    },
  )

  it('is told from other protobuf', () => {
    const recognise = (file: Uint8Array) => coreml.recognise(file.subarray(0, 4096), memorySource(file))
    expect(recognise(join(int(1, 8), text(2, 'pytorch'), bytes(7, text(2, 'main'))))).toBe('no')
    expect(recognise(join(int(1, 1), bytes(2, text(1, 'serve'))))).toBe('no')
    expect(recognise(samples()[0]!.bytes.subarray(0, 20))).toBe('maybe')
  })

  it.each<[string, Uint8Array]>([
    ['as a layer', coremlModel(500, customLayer)],
    ['in a branch', coremlModel(500, network([605, bytes(2, customLayer)]))],
    ['in a loop', coremlModel(403, network([615, bytes(4, customLayer)]))],
    ['in a pipeline', coremlModel(200, bytes(1, bytes(1, coremlModel(500, customLayer))))],
    ['as the model', coremlModel(555, text(10, 'MyModel'))],
    ['in a program', coremlModel(502, program(join(text(1, 'custom_layer'))))],
    [
      'in a block of a program',
      coremlModel(502, program(join(text(1, 'cond'), bytes(4, bytes(3, text(1, 'custom_layer')))))),
    ],
  ])('that calls a class of the app %s is suspicious', async (_, model) => {
    expect(await rulesOf(model)).toEqual(['coreml/custom-class suspicious'])
  })

  it('names the class of an operation', async () => {
    const value = bytes(3, bytes(1, bytes(4, text(1, 'Payload'))))
    const model = coremlModel(
      502,
      program(join(text(1, 'x'), bytes(5, text(1, 'class_name'), bytes(2, value)))),
    )
    const context = fakeContext()
    await coreml.examine(memorySource(model), context)
    expect(context.reports).toMatchObject([{ rule: 'coreml/custom-class', call: 'Payload(...)' }])
  })

  it.each(['../weight.bin', '/etc/passwd', '@model_path/../../x', 'file:///etc/passwd', 'a\\..\\..\\b'])(
    'whose weights lie at %s is malicious',
    async (path) => {
      expect(await rulesOf(coremlModel(502, program(weightOperation(path))))).toEqual([
        'coreml/path-outside malicious',
      ])
      const inList = bytes(3, bytes(3, bytes(1, bytes(5, text(1, path)))))
      expect(
        await rulesOf(
          coremlModel(502, program(join(text(1, 'x'), bytes(5, text(1, 'val'), bytes(2, inList))))),
        ),
      ).toEqual(['coreml/path-outside malicious'])
    },
  )

  it('that links elsewhere, or hides what it is, is not clean', async () => {
    const linked = coremlModel(556, bytes(1, bytes(1, text(1, 'other.mlmodel')), bytes(2, text(1, '../..'))))
    expect(await rulesOf(linked)).toEqual(['coreml/linked-model suspicious', 'coreml/path-outside malicious'])
    expect(await rulesOf(coremlModel(3000, text(1, 'x')))).toEqual(['coreml/serialized-model not-examined'])
    expect(await rulesOf(coremlModel(500, network([1999, int(1, 1)])))).toEqual([
      'coreml/unknown-kind not-examined',
    ])
  })

  it('that nests deeper than any reader follows is malformed', async () => {
    let model = coremlModel(900, new Uint8Array(0))
    for (let depth = 0; depth < 60; depth++) model = coremlModel(202, bytes(1, model))
    await expect(rulesOf(model)).rejects.toThrow(/messages deep/)
  })

  it('never crashes the scanner, however it is broken', async () => {
    await expectRobust(coreml, samples())
  })
})

describe('the weights of a Core ML program', () => {
  const examine = async (file: Uint8Array) => {
    const context = fakeContext()
    expect(coremlWeights.recognise(file.subarray(0, 4096), memorySource(file))).toBe('sure')
    return { ...(await coremlWeights.examine(memorySource(file), context)), context }
  }

  it('are passed by their lengths to the last', async () => {
    const file = blobFile([10, 64, 0, 100])
    const { end, context } = await examine(file)
    expect(end).toBe(file.length)
    expect(context.facts).toEqual({ weights: 4, weightBytes: 174 })
  })

  it('that lie elsewhere, or behind the end, are malformed', async () => {
    const edit = (at: number, value: bigint) => {
      const file = blobFile([10, 64])
      new DataView(file.buffer).setBigUint64(at, value, true)
      return examine(file)
    }
    await expect(edit(64 + 8, 2n ** 63n)).rejects.toThrow(/behind the end/)
    await expect(edit(64 + 16, 0n)).rejects.toThrow(/elsewhere/)
    await expect(edit(0, 0x2_ffff_ffffn)).rejects.toThrow(/more than fit/)
    await expect(edit(64 + 8, 100n)).rejects.toThrow(/does not begin/)
  })

  it('never crash the scanner', async () => {
    await expectRobust(coremlWeights, [{ name: 'blobs', bytes: blobFile([10, 64, 0, 100]) }])
  })
})

describe('a Core ML package', () => {
  const run = async (paths: readonly string[], files: readonly string[]) => {
    const manifest = new TextEncoder().encode(
      JSON.stringify({
        itemInfoEntries: Object.fromEntries(paths.map((path, index) => [String(index), { path }])),
      }),
    )
    const entries = ['Manifest.json', ...files].map((path) => ({
      path,
      bytes: manifest.length,
      kind: 'file' as const,
      open: async () => memorySource(manifest),
    }))
    const archive: Archive = { entries, find: (path) => entries.find((entry) => entry.path === path) ?? null }
    expect(mlPackage.recognise(archive)).toBe(true)
    const context = fakeContext()
    await mlPackage.examine(archive, context)
    return context.reports.map(({ rule, verdict }) => `${rule} ${verdict}`)
  }

  it('is clean when its items lie inside', async () => {
    const files = ['Data/com.apple.CoreML/model.mlmodel', 'Data/com.apple.CoreML/weights/weight.bin']
    expect(await run(['com.apple.CoreML/model.mlmodel', 'com.apple.CoreML/weights'], files)).toEqual([])
  })

  it('is not when one is missing or lies outside', async () => {
    expect(await run(['model.mlmodel', '../x', '/etc/passwd'], ['Data/x.mlmodel'])).toEqual([
      'coreml/missing-item not-examined',
      'coreml/path-outside malicious',
      'coreml/path-outside malicious',
    ])
  })
})
