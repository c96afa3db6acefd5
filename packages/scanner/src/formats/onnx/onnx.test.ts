import { describe, expect, it } from 'vitest'
import { memorySource } from '../../source/source.ts'
import type { Archive, ArchiveEntry } from '../format.ts'
import { bytes, int, join, text } from '../protobuf/write.ts'
import { expectRobust } from '../testing/expect-robust.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { onnxExternalFiles } from './external-files.ts'
import { onnx } from './onnx.ts'
import {
  attributeProto,
  branching,
  externalTensor,
  functionProto,
  graphProto,
  modelProto,
  nodeProto,
  samples,
  type TensorParts,
  tensorProto,
} from './samples.ts'
import { onnxTensor } from './tensor-file.ts'
import { listTensors } from './tensors.ts'

interface File {
  readonly bytes: Uint8Array
  readonly kind?: ArchiveEntry['kind']
}

function folder(files: Readonly<Record<string, File>>): Archive {
  const entries = Object.entries(files).map(([path, { bytes, kind = 'file' }]) => ({
    path,
    bytes: bytes.length,
    kind,
    open: async () => memorySource(bytes),
  }))
  return { entries, find: (path) => entries.find((entry) => entry.path === path) ?? null }
}

async function examine(model: Uint8Array, beside: Archive | null = null) {
  const context = fakeContext({ beside })
  const source = memorySource(model)
  expect(onnx.recognise(model.subarray(0, 4096), source)).toBe('sure')
  const { end } = await onnx.examine(source, context)
  expect(end).toBe(model.length)
  return context
}
const rulesOf = async (model: Uint8Array, beside: Archive | null = null) =>
  (await examine(model, beside)).reports.map(({ rule, verdict }) => `${rule} ${verdict}`)
const withTensor = (tensor: Uint8Array) => modelProto(graphProto({ initializers: [tensor] }))
const withNode = (...args: Parameters<typeof nodeProto>) =>
  modelProto(graphProto({ nodes: [nodeProto(...args)] }))

describe('an ONNX model', () => {
  it.each(samples().map((sample) => [sample.name, sample.bytes] as const))(
    'of %s is clean',
    async (_, model) => {
      expect((await examine(model)).reports).toEqual([])
    },
  )

  it('tells what is in it', async () => {
    const { facts } = await examine(samples()[2]!.bytes)
    expect(facts).toMatchObject({
      irVersion: 8,
      producer: 'pytorch 2.4.0',
      opsets: { 'ai.onnx': 17, 'pkg.mine': 1 },
      metadata: { licence: 'MIT' },
      operators: { 'pkg.mine': { Gelu6: 1 }, 'ai.onnx': { Relu: 1 } },
      functions: 1,
      initializers: 1,
      initializerBytes: 8,
    })
  })

  it('is recognised whatever order its fields are in, and other protobuf is not taken for one', () => {
    const recognise = (file: Uint8Array) => onnx.recognise(file.subarray(0, 4096), memorySource(file))
    expect(recognise(join(bytes(8, int(2, 17)), bytes(7, graphProto()), int(1, 8)))).toBe('sure')
    // A SavedModel, a Core ML model, a bare tensor, a text.
    expect(recognise(join(int(1, 1), bytes(2, bytes(1, text(4, 'serve')))))).toBe('no')
    expect(recognise(join(int(1, 5), bytes(2, bytes(1, text(1, 'x'))), bytes(500, int(1, 1))))).toBe('no')
    expect(recognise(tensorProto({ raw: new Uint8Array(8) }))).toBe('no')
    expect(recognise(new TextEncoder().encode('hello world'))).toBe('no')
  })

  it('cut in the middle is malformed, not unknown', async () => {
    const model = modelProto().subarray(0, 40)
    expect(onnx.recognise(model, memorySource(model))).toBe('sure')
    await expect(onnx.examine(memorySource(model), fakeContext())).rejects.toThrow(/ends behind/)
  })
})

describe('values of an ONNX model in another file', () => {
  const weights = folder({
    'w.bin': { bytes: new Uint8Array(64) },
    'sub/w.bin': { bytes: new Uint8Array(8) },
  })

  it.each([
    [{ location: 'w.bin' }],
    [{ location: 'w.bin', offset: '56', length: '8', checksum: 'abc' }],
    [{ location: './sub/w.bin', prepacked_0: 'x' }],
  ])('are clean where %o lies inside', async (entries) => {
    expect(await rulesOf(withTensor(externalTensor(entries)), weights)).toEqual([])
  })

  it.each([
    '../w.bin',
    'sub/../../w.bin',
    '/etc/passwd',
    '\\\\server\\share',
    'C:w.bin',
    'sub\\..\\..\\w.bin',
    'sub/..\\../w.bin',
    'https://example.invalid/w',
    'file:///etc/passwd',
    'w.bin\0.txt',
    '.',
    '',
    '~/w.bin',
  ])('at %j are malicious', async (location) => {
    expect(await rulesOf(withTensor(externalTensor({ location })), weights)).toEqual([
      'onnx/external-path malicious',
    ])
  })

  it('are found in branches, in attributes and in training', async () => {
    const bad = externalTensor({ location: '../w' })
    const graph = graphProto({ initializers: [bad] })
    expect(await rulesOf(branching(graph), weights)).toEqual(Array(2).fill('onnx/external-path malicious'))
    const constant = nodeProto('Constant', {
      inputs: [],
      attributes: [attributeProto('value', { tensor: bad }), join(text(1, 'v'), bytes(10, bad), int(20, 9))],
    })
    expect(await rulesOf(modelProto(graphProto({ nodes: [constant] })), weights)).toEqual(
      Array(2).fill('onnx/external-path malicious'),
    )
    const sparse = join(bytes(1, bad), bytes(2, tensorProto({ type: 7, raw: new Uint8Array(16) })), int(3, 9))
    expect(await rulesOf(modelProto(graphProto({ more: [bytes(15, sparse)] })), weights)).toContain(
      'onnx/external-path malicious',
    )
    expect(await rulesOf(modelProto(graphProto(), bytes(20, bytes(2, graph))), weights)).toEqual([
      'onnx/external-path malicious',
    ])
    expect(
      await rulesOf(
        modelProto(
          graphProto({ nodes: [nodeProto('F', { domain: 'pkg' })] }),
          bytes(
            25,
            functionProto('F', 'pkg', [
              nodeProto('Constant', {
                inputs: [],
                outputs: ['b'],
                attributes: [attributeProto('value', { tensor: bad })],
              }),
            ]),
          ),
        ),
        weights,
      ),
    ).toEqual(['onnx/external-path malicious'])
  })

  it.each([
    [
      'an address in memory',
      { location: '*/_ORT_MEM_ADDR_/*', offset: '4096', length: '8' },
      'memory-address malicious',
    ],
    ['a backslash', { location: 'sub\\w.bin' }, 'external-separator suspicious'],
    ['an odd key', { location: 'w.bin', __class__: 'x' }, 'external-key suspicious'],
    ['a missing file', { location: 'none.bin' }, 'external-missing not-examined'],
    ['an end behind the file', { location: 'w.bin', offset: '60' }, 'external-outside malformed'],
    ['an offset that wraps', { location: 'w.bin', offset: '18446744073709551615' }, 'tensor-size malformed'],
    ['a negative offset', { location: 'w.bin', offset: '-8' }, 'tensor-size malformed'],
    ['a length that lies', { location: 'w.bin', length: '64' }, 'tensor-size malformed'],
  ])('with %s are not clean', async (_, entries, rule) => {
    expect(
      await rulesOf(withTensor(externalTensor(entries as unknown as Record<string, string>)), weights),
    ).toEqual([`onnx/${rule}`])
  })

  it('in a link or a file with two names are suspicious', async () => {
    for (const kind of ['link', 'hard-link', 'special'] as const) {
      const beside = folder({ 'w.bin': { bytes: new Uint8Array(8), kind } })
      expect(await rulesOf(withTensor(externalTensor({ location: 'w.bin' })), beside)).toEqual([
        'onnx/external-link suspicious',
      ])
    }
  })

  it('account for that file when nothing else is in it', async () => {
    const model = withTensor(externalTensor({ location: 'w.bin', offset: '4', length: '8' }))
    const run = async (data: Uint8Array) => {
      const archive = folder({ 'm/model.onnx': { bytes: model }, 'm/w.bin': { bytes: data } })
      expect(onnxExternalFiles.recognise(archive)).toBe(true)
      return [...(await onnxExternalFiles.examine(archive, fakeContext())).claimed]
    }
    const data = new Uint8Array(16).fill(7, 4, 12)
    expect(await run(data)).toEqual(['m/w.bin'])
    expect(await run(data.fill(1, 12, 13))).toEqual([])
  })
})

describe('a tensor of an ONNX model', () => {
  it.each<[string, TensorParts]>([
    ['too few raw bytes', { raw: new Uint8Array(7) }],
    ['too many raw bytes', { raw: new Uint8Array(9) }],
    ['no values', {}],
    ['a negative dimension', { dims: [-1], raw: new Uint8Array(0) }],
    ['a shape beyond counting', { dims: [2n ** 62n, 4], raw: new Uint8Array(0) }],
    ['a shape that wraps to nothing', { dims: [2n ** 32n, 2n ** 32n], raw: new Uint8Array(0) }],
    ['an unknown type', { type: 99, raw: new Uint8Array(8) }],
    ['raw and typed values', { raw: new Uint8Array(8), more: [bytes(4, new Uint8Array(8))] }],
    ['values of another type', { more: [bytes(7, Uint8Array.of(1, 2))] }],
    ['too few typed values', { type: 7, more: [bytes(7, Uint8Array.of(0x80, 1))] }],
    ['raw texts', { type: 8, raw: new Uint8Array(8) }],
  ])('with %s is malformed', async (_, parts) => {
    expect(await rulesOf(withTensor(tensorProto(parts)))).toEqual(['onnx/tensor-size malformed'])
  })

  it('with raw bytes twice is told', async () => {
    expect(
      await rulesOf(withTensor(tensorProto({ raw: new Uint8Array(8), more: [bytes(9, new Uint8Array(8))] }))),
    ).toEqual(['onnx/repeated-field malformed'])
  })

  it('is listed with the place of its values', () => {
    const model = withTensor(tensorProto({ raw: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) }))
    const [tensor] = listTensors(memorySource(model))
    expect(tensor).toMatchObject({ name: 'w', dtype: 'FLOAT', shape: [2], bytes: 8, file: null })
    expect(model[tensor!.offset]).toBe(1)
    const elsewhere = withTensor(externalTensor({ location: 'w.bin', offset: '4' }))
    expect(
      listTensors(memorySource(elsewhere), { beside: folder({ 'w.bin': { bytes: new Uint8Array(12) } }) }),
    ).toEqual([{ name: 'w', dtype: 'FLOAT', shape: [2], offset: 4, bytes: 8, file: 'w.bin' }])
  })

  it('in a file of its own, as the ONNX tests store theirs, is clean', async () => {
    const file = tensorProto({ raw: new Uint8Array(8) })
    expect(onnxTensor.recognise(file, memorySource(file))).toBe('maybe')
    const context = fakeContext()
    expect(await onnxTensor.examine(memorySource(file), context)).toEqual({ end: file.length })
    expect(context.facts).toEqual({ dtype: 'FLOAT', shape: [2] })
    await expect(
      onnxTensor.examine(memorySource(tensorProto({ raw: new Uint8Array(7) })), fakeContext()),
    ).rejects.toThrow(/not those/)
  })
})

describe('an operator of an ONNX model', () => {
  it.each([
    ['Add', ''],
    ['Add', 'ai.onnx'],
    ['ImageScaler', ''],
    ['TreeEnsembleClassifier', 'ai.onnx.ml'],
    ['FusedConv', 'com.microsoft'],
    ['Conv', 'com.ms.internal.nhwc'],
  ])('%s of %j needs nothing', async (operator, domain) => {
    expect(await rulesOf(withNode(operator, { domain }))).toEqual([])
  })

  it.each([
    ['RunShell', '', 'unknown-operator suspicious'],
    ['toString', 'ai.onnx.ml', 'unknown-operator suspicious'],
    ['PyOp', 'ai.onnx.contrib', 'runs-python malicious'],
    ['PythonOp', 'com.microsoft', 'runs-python malicious'],
    ['OpenAIAudioToText', 'ai.onnx.contrib', 'calls-server suspicious'],
    ['BertTokenizer', 'ai.onnx.contrib', 'custom-operator suspicious'],
    ['Anything', 'my.ops', 'custom-operator suspicious'],
    ['ATen', 'org.pytorch.aten', 'custom-operator suspicious'],
    ['EPContext', 'com.microsoft', 'compiled-part suspicious'],
  ])('%s of %j is reported', async (operator, domain, rule) => {
    expect(await rulesOf(withNode(operator, { domain }))).toEqual([`onnx/${rule}`])
  })

  it('is found in a branch of a branch', async () => {
    const inner = graphProto({ nodes: [nodeProto('PyOp', { domain: 'ai.onnx.contrib' })] })
    const outer = graphProto({
      nodes: [
        nodeProto('If', { inputs: ['x'], attributes: [attributeProto('then_branch', { graph: inner })] }),
      ],
    })
    expect(await rulesOf(branching(outer))).toEqual(['onnx/runs-python malicious'])
  })

  it('of the standard that a function shadows is reported', async () => {
    expect(await rulesOf(modelProto(graphProto(), bytes(25, functionProto('Add', 'ai.onnx'))))).toEqual([
      'onnx/shadowed-operator suspicious',
    ])
  })
})

describe('the graph of an ONNX model', () => {
  const add = (inputs: string[], outputs: string[]) => nodeProto('Add', { inputs, outputs })
  it.each([
    ['a value that nothing gives', [add(['x', 'nowhere'], ['y'])]],
    ['a value given twice', [add(['x', 'w'], ['y']), add(['x', 'x'], ['y'])]],
    ['a value that depends on itself', [add(['x', 'z'], ['y']), add(['y', 'w'], ['z'])]],
    ['an initializer that a node gives too', [add(['x', 'x'], ['w']), add(['w', 'w'], ['y'])]],
    ['a node without an operator', [nodeProto('', {})]],
  ])('with %s is malformed', async (name, nodes) => {
    const rules = new Set(await rulesOf(modelProto(graphProto({ nodes }))))
    expect(rules).toContain('onnx/broken-graph malformed')
    if (!name.includes('operator')) expect(rules.size).toBe(1)
  })

  it('may list its nodes in any order', async () => {
    const nodes = [add(['z', 'w'], ['y']), add(['x', 'w'], ['z'])]
    expect(await rulesOf(modelProto(graphProto({ nodes })))).toEqual([])
  })

  it('with a function that calls itself is malformed', async () => {
    const call = nodeProto('F', { domain: 'pkg', inputs: ['a'], outputs: ['b'] })
    const model = modelProto(graphProto(), bytes(25, functionProto('F', 'pkg', [call])))
    expect(await rulesOf(model)).toEqual(['onnx/broken-graph malformed'])
  })

  it('twice in one model is told, as is a field of the future', async () => {
    expect(await rulesOf(modelProto(graphProto(), bytes(7, graphProto())))).toEqual([
      'onnx/repeated-field malformed',
    ])
    const model = modelProto(graphProto({ more: [int(77, 1)] }))
    expect(await rulesOf(model)).toEqual(['onnx/unknown-field not-examined'])
  })

  it('that nests deeper than any reader follows is malformed', async () => {
    let graph = graphProto({ nodes: [], outputs: [] })
    for (let depth = 0; depth < 40; depth++) {
      graph = graphProto({
        nodes: [nodeProto('If', { inputs: ['x'], attributes: [attributeProto('then_branch', { graph })] })],
      })
    }
    await expect(examine(modelProto(graph))).rejects.toThrow(/messages deep/)
  })
})

describe('a constant of an ONNX model', () => {
  const ints = (name: string, ...values: readonly bigint[]) =>
    tensorProto({
      name,
      type: 7,
      dims: [values.length],
      raw: new Uint8Array(BigInt64Array.from(values).buffer),
    })
  const run = (operator: string, inputs: string[], initializers: Uint8Array[]) =>
    rulesOf(modelProto(graphProto({ nodes: [nodeProto(operator, { inputs })], initializers })))

  it('that asks for more than any machine has is suspicious', async () => {
    const rule = ['onnx/endless-work suspicious']
    expect(await run('ConstantOfShape', ['s'], [ints('s', 2n ** 20n, 2n ** 20n)])).toEqual(rule)
    expect(await run('Expand', ['x', 's'], [ints('s', 2n ** 40n)])).toEqual(rule)
    expect(await run('Range', ['a', 'b', 'c'], [ints('a', 0n), ints('b', 2n ** 40n), ints('c', 1n)])).toEqual(
      rule,
    )
    expect(await run('Loop', ['n', ''], [ints('n', 2n ** 62n)])).toEqual(rule)
    const constant = nodeProto('Constant', {
      inputs: [],
      outputs: ['s'],
      attributes: [attributeProto('value', { tensor: ints('', 2n ** 40n) })],
    })
    const nodes = [constant, nodeProto('ConstantOfShape', { inputs: ['s'] })]
    expect(await rulesOf(modelProto(graphProto({ nodes })))).toEqual(rule)
  })

  it('of an ordinary size, or for a loop that ends by its condition, is clean', async () => {
    expect(await run('ConstantOfShape', ['s'], [ints('s', 64n, 256n)])).toEqual([])
    expect(await run('Loop', ['n', 'x'], [ints('n', 2n ** 63n - 1n)])).toEqual([])
    expect(await run('Expand', ['x', 's'], [ints('s', -1n, 8n)])).toEqual([])
  })
})

describe('the reader of ONNX', () => {
  it('never crashes the scanner, however a model is broken', async () => {
    await expectRobust(onnx, samples())
    await expectRobust(onnxTensor, [{ name: 'tensor', bytes: tensorProto({ raw: new Uint8Array(8) }) }])
  })

  it('passes a large graph quickly', async () => {
    const nodes = Array.from({ length: 50_000 }, (_, index) =>
      nodeProto('Add', { inputs: [index === 0 ? 'x' : `v${index - 1}`, 'w'], outputs: [`v${index}`] }),
    )
    const model = modelProto(graphProto({ nodes, outputs: ['v49999'] }))
    const started = performance.now()
    expect(await rulesOf(model)).toEqual([])
    expect(performance.now() - started).toBeLessThan(3000)
  })
})
