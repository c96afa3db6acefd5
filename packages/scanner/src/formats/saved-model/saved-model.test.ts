import { describe, expect, it } from 'vitest'
import { memorySource } from '../../source/source.ts'
import type { Archive, Format } from '../format.ts'
import { bytes, join, text } from '../protobuf/write.ts'
import { expectRobust } from '../testing/expect-robust.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { checkpointIndex } from './checkpoint-index.ts'
import { savedModelFolder, tensorflowCheckpoint } from './folders.ts'
import { judgeOp } from './judge-op.ts'
import {
  checkpointIndexBytes,
  graphBytes,
  honestGraph,
  honestSaver,
  samples,
  savedModelBytes,
  type WrittenNode,
} from './samples.ts'
import { savedModel, tensorflowGraph, tensorflowMetaGraph } from './saved-model.ts'

async function examined(format: Format, content: Uint8Array, beside: Archive | null = null) {
  const context = fakeContext({ beside })
  const source = memorySource(content)
  expect(format.recognise(content.subarray(0, 4096), source)).toBe('sure')
  await format.examine(source, context)
  return context.reports.map(({ rule, verdict }) => `${verdict} ${rule}`)
}

const inGraph = (nodes: readonly WrittenNode[], functions = {}) =>
  examined(savedModel, savedModelBytes(graphBytes([{ name: 'x', op: 'Placeholder' }, ...nodes], functions)))
const constant = (name: string, ...value: (string | Uint8Array)[]): WrittenNode => ({
  name,
  op: 'Const',
  value,
})

function archiveOf(files: Readonly<Record<string, Uint8Array>>): Archive {
  const entries = Object.entries(files).map(([path, content]) => ({
    path,
    bytes: content.length,
    kind: 'file' as const,
    open: async () => memorySource(content),
  }))
  return { entries, find: (path) => entries.find((entry) => entry.path === path) ?? null }
}

describe('a SavedModel', () => {
  it('passes with the saver that every SavedModel has', async () => {
    expect(await examined(savedModel, savedModelBytes(honestGraph(), { saver: honestSaver }))).toEqual([])
  })

  it('does not hide an operator by calling it as a function, or writing by printing', async () => {
    const call = {
      name: 'c',
      op: 'PartitionedCall',
      inputs: ['x'],
      attributes: { f: { function: 'WriteFile' } },
    }
    expect(await inGraph([call])).toEqual(['malicious tensorflow/writes-files'])
    expect(await inGraph([call], { WriteFile: [{ name: 'i', op: 'Identity' }] })).toEqual([])
    const print = (place: string): WrittenNode => ({
      name: 'p',
      op: 'PrintV2',
      inputs: ['x'],
      attributes: { output_stream: new TextEncoder().encode(place) },
    })
    expect(await inGraph([print('file:///tmp/inert')])).toEqual(['suspicious tensorflow/writes-data'])
    expect(await inGraph([print('stderr')])).toEqual([])
  })

  it('is suspicious when what serves also saves', async () => {
    const stray = await examined(
      savedModel,
      savedModelBytes(
        graphBytes([{ name: 'serve', op: 'PartitionedCall', attributes: { f: { function: 'f' } } }], {
          f: [{ name: 's', op: 'SaveV2', inputs: ['argument'] }],
        }),
        { saver: honestSaver },
      ),
    )
    expect(stray).toEqual(['suspicious tensorflow/stray-saver'])
  })

  it('is malicious when it saves to a fixed place, through whatever text operators the place comes', async () => {
    const nodes: WrittenNode[] = [
      constant('place', '/root/.ssh/'),
      { name: 'join', op: 'StringJoin', inputs: ['place'] },
      { name: 'id', op: 'Identity', inputs: ['join:0'] },
      { name: 's', op: 'SaveV2', inputs: ['id'] },
    ]
    expect(await inGraph(nodes)).toEqual(['malicious tensorflow/foreign-path'])
  })

  it('is malicious when it writes a file, in the graph, a function, or a graph within a constant or an attribute', async () => {
    const write: WrittenNode = { name: 'w', op: 'WriteFile' }
    expect(await inGraph([write])).toEqual(['malicious tensorflow/writes-files'])
    expect(await inGraph([], { f: [write] })).toEqual(['malicious tensorflow/writes-files'])
    const inner = graphBytes([{ name: 'n', op: 'NoOp' }], { f: [write] })
    expect(await inGraph([constant('c', inner)])).toEqual([
      'clean tensorflow/nested-graph',
      'malicious tensorflow/writes-files',
    ])
    expect(
      await inGraph([{ name: 'd', op: 'NoOp', attributes: { graph: graphBytes([constant('c', inner)]) } }]),
    ).toEqual([
      'clean tensorflow/nested-graph',
      'clean tensorflow/nested-graph',
      'malicious tensorflow/writes-files',
    ])
    const library = graphBytes([], { f: [write] })
    expect(await inGraph([constant('c', library)])).toContain('malicious tensorflow/writes-files')
  })

  it('does not follow graphs within graphs for ever', async () => {
    let content = graphBytes([{ name: 'w', op: 'WriteFile' }])
    for (let i = 0; i < 20; i++) content = graphBytes([constant('c', content)])
    expect(await examined(savedModel, savedModelBytes(content))).toContain(
      'suspicious tensorflow/nested-too-deep',
    )
  })

  it('is judged by what each operator can do', async () => {
    const verdictOf = async (op: string) => (await inGraph([{ name: 'n', op }]))[0] ?? null
    expect(await verdictOf('ReadFile')).toBe('suspicious tensorflow/reads-files')
    expect(await verdictOf('EagerPyFunc')).toBe('suspicious tensorflow/calls-code')
    expect(await verdictOf('RpcCall')).toBe('suspicious tensorflow/network')
    expect(await verdictOf('DebugIdentityV2')).toBe('suspicious tensorflow/writes-data')
    expect(await verdictOf('Abort')).toBe('suspicious tensorflow/stops')
    expect(await verdictOf('XlaCallModule')).toBe('not-examined tensorflow/program')
    expect(await verdictOf('MyOwnOp')).toBe('suspicious tensorflow/custom-operator')
    for (const op of [
      'DecodeJpeg',
      'Assert',
      'While',
      'LookupTableFindV2',
      'RegexReplace',
      'ResizeBilinear',
    ]) {
      expect(await verdictOf(op)).toBeNull()
    }
    expect(
      await inGraph([constant('p', '/etc/passwd'), { name: 'r', op: 'ReadFile', inputs: ['p'] }]),
    ).toEqual(['malicious tensorflow/foreign-path'])
  })

  it('reads its tables from assets, whatever place their author had them at', async () => {
    const nodes: WrittenNode[] = [
      constant('asset', '/home/author/vocab.txt'),
      { name: 't', op: 'InitializeTableFromTextFileV2', inputs: ['table', 'asset'] },
    ]
    const content = (assets: Readonly<Record<string, string>>) =>
      savedModelBytes(graphBytes(nodes), { assets })
    expect(await examined(savedModel, content({ 'asset:0': 'vocab.txt' }))).toEqual([])
    expect(await examined(savedModel, content({}))).toEqual(['suspicious tensorflow/reads-files'])
    expect(await examined(savedModel, content({ 'asset:0': '../../x' }))).toEqual([
      'malicious tensorflow/asset-path',
    ])
    const beside = archiveOf({ 'assets/other.txt': new Uint8Array(1) })
    expect(await examined(savedModel, content({ 'asset:0': 'vocab.txt' }), beside)).toEqual([
      'clean tensorflow/asset-missing',
    ])
  })

  it('claims its data, its fingerprint and its Keras settings, which it judges', async () => {
    const settings = JSON.stringify({
      class_name: 'Lambda',
      config: { function: { class_name: '__tuple__', items: [] } },
    })
    const archive = archiveOf({
      'saved_model.pb': savedModelBytes(honestGraph(), { saver: honestSaver }),
      'fingerprint.pb': join(text(1, 'x')),
      'keras_metadata.pb': bytes(1, text(3, 'root'), text(5, settings)),
      'variables/variables.index': checkpointIndexBytes(),
      'variables/variables.data-00000-of-00001': new Uint8Array(24),
    })
    const context = fakeContext({ beside: archive })
    expect(savedModelFolder.recognise(archive) && tensorflowCheckpoint.recognise(archive)).toBe(true)
    const { claimed } = await savedModelFolder.examine(archive, context)
    expect([...claimed]).toEqual(['fingerprint.pb', 'keras_metadata.pb'])
    expect(context.reports.map(({ rule }) => rule)).toEqual(['keras/lambda-layer'])
    const data = await tensorflowCheckpoint.examine(archive, context)
    expect([...data.claimed]).toEqual(['variables/variables.data-00000-of-00001'])
  })
})

describe('other TensorFlow files', () => {
  it('are recognised by their structure: a frozen graph and a meta graph', async () => {
    expect(
      await examined(
        tensorflowGraph,
        graphBytes([
          { name: 'x', op: 'Placeholder' },
          { name: 'y', op: 'Relu' },
        ]),
      ),
    ).toEqual([])
    expect(
      await examined(
        tensorflowGraph,
        graphBytes([
          { name: 'x', op: 'Const' },
          { name: 'y', op: 'WriteFile' },
        ]),
      ),
    ).toEqual(['malicious tensorflow/writes-files'])
    const meta = join(bytes(1, text(5, '1.15.0')), bytes(2, graphBytes([{ name: 'x', op: 'PyFunc' }])))
    expect(await examined(tensorflowMetaGraph, meta)).toEqual(['suspicious tensorflow/calls-code'])
  })

  it('keep variables in a table that is read and held against the data', async () => {
    expect(await examined(checkpointIndex, checkpointIndexBytes())).toEqual([])
    const archive = archiveOf({
      'm.index': checkpointIndexBytes(),
      'm.data-00000-of-00001': new Uint8Array(23),
    })
    const context = fakeContext()
    await tensorflowCheckpoint.examine(archive, context)
    expect(context.reports).toMatchObject([{ rule: 'tensorflow/checkpoint-size', verdict: 'malformed' }])
  })
})

it('knows every operator of TensorFlow 2, and of none more than once', () => {
  expect(judgeOp('Conv2D').standing).toBe('ordinary')
  expect(judgeOp('MergeV2Checkpoints').standing).toBe('checkpoint')
  expect(judgeOp('toString').standing).toBe('unknown')
})

it('survives mutants of models and indexes', async () => {
  await expectRobust(savedModel, samples())
  await expectRobust(checkpointIndex, [{ name: 'index', bytes: checkpointIndexBytes() }])
  await expectRobust(tensorflowGraph, [{ name: 'graph', bytes: honestGraph() }])
})
