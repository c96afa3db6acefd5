import { describe, expect, it } from 'vitest'
import { memorySource } from '../../source/source.ts'
import type { Archive } from '../format.ts'
import { hdf5 } from '../hdf5/hdf5.ts'
import { json } from '../json/json.ts'
import { expectRobust } from '../testing/expect-robust.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { readBytecode } from './bytecode.ts'
import { kerasArchive } from './keras-archive.ts'
import { denseLayer, kerasH5, kerasSettings, samples } from './samples.ts'

/** `lambda x: __import__('os').system('true')`, compiled by Python 3.11. Nothing here runs it. */
const shellLambda =
  'YwEAAAAAAAAAAAAAAAMAAAADAAAA80YAAACXAHQBAAAAAAAAAAAAAGQBpgEAAKsBAAAAAAAAAACgAQAAAAAAAAAAAAAAAAAAAAAAAAAAZAKmAQAAqwEAAAAAAAAAAFMAKQNO2gJvc9oEdHJ1ZSkC2gpfX2ltcG9ydF9f2gZzeXN0ZW0pAdoBeHMBAAAAINoBbfoIPGxhbWJkYT5yBwAAAAEAAABzHAAAAIAAjSqQVNEKGtQKGtcKIdIKIaAm0Qop1AopgADzAAAAAA=='
/** `lambda x: x * 2.5 + tf.reduce_mean(x, axis=-1)`. */
const plainLambda =
  'YwEAAAAAAAAAAAAAAAUAAAADAAAA80YAAACXAHwAZAF6BQAAdAAAAAAAAAAAAAAAoAEAAAAAAAAAAAAAAAAAAAAAAAAAAHwAZAKsA6YCAACrAgAAAAAAAAAAegAAAFMAKQROZwAAAAAAAARA6f////8pAdoEYXhpcykC2gJ0ZtoLcmVkdWNlX21lYW4pAdoBeHMBAAAAINoBbfoIPGxhbWJkYT5yBwAAAAEAAABzHwAAAIAAiCGIY4knlUKXTpJOoDGoMpBO0RQu1BQu0QougADzAAAAAA=='

async function rules(settings: unknown): Promise<readonly string[]> {
  const context = fakeContext()
  await json.examine(memorySource(Buffer.from(JSON.stringify(settings))), context)
  return context.reports.map(({ rule, verdict }) => `${verdict} ${rule}`)
}

const withLayer = (layer: unknown) => rules(kerasSettings([denseLayer(), layer]))
const object = (
  module: string | null,
  name: string,
  config: unknown = {},
  registered: string | null = null,
) => ({
  module,
  class_name: name,
  config,
  registered_name: registered,
})

describe('settings of a Keras model', () => {
  it('pass when every name in them only computes', async () => {
    expect(await rules(kerasSettings())).toEqual([])
    expect(await withLayer(object('keras.src.ops.numpy', 'GetItem', {}, 'GetItem'))).toEqual([])
    expect(
      await withLayer({ class_name: 'Bidirectional', config: { layer: { class_name: 'LSTM', config: {} } } }),
    ).toEqual([])
    expect(await withLayer({ class_name: 'TFOpLambda', config: { name: 'r', function: 'nn.relu' } })).toEqual(
      [],
    )
    expect(await withLayer({ class_name: 'Custom>Adam', config: {} })).toEqual([])
    expect(await withLayer(object('builtins', 'function', 'mean_squared_error', 'function'))).toEqual([])
  })

  it('are malicious when they name a function outside Keras that reaches the system (CVE-2025-1550)', async () => {
    const layer = object('subprocess', 'Popen', { args: ['true'] })
    expect(await withLayer(layer)).toEqual(['malicious keras/foreign-object'])
    expect(await withLayer(object('os', 'function', 'system', 'function'))).toEqual([
      'malicious keras/foreign-object',
    ])
    expect(await withLayer({ ...denseLayer(), config: { deep: [{ deeper: { x: layer } }] } })).toEqual([
      'malicious keras/foreign-object',
    ])
  })

  it('are suspicious when they name a class of somebody’s own', async () => {
    expect(await withLayer(object('my_models.layers', 'Fancy'))).toEqual(['suspicious keras/foreign-object'])
    expect(await withLayer(object(null, 'Fancy'))).toEqual(['suspicious keras/custom-object'])
    expect(await withLayer(object('keras.layers', 'Fancy', {}, 'my_package>Fancy'))).toEqual([
      'suspicious keras/custom-object',
    ])
    // A name that looks like Keras does not hide the module.
    expect(await withLayer(object('kerasx.layers', 'Dense'))).toEqual(['suspicious keras/foreign-object'])
    expect(await withLayer(object('os', 'Dense', {}, 'my>Dense'))).toEqual(['malicious keras/foreign-object'])
  })

  it('are malicious when they call into Keras itself (CVE-2025-8747) or switch its protection off (CVE-2025-9906)', async () => {
    expect(await withLayer(object('keras.utils', 'get_file', { origin: 'x' }))).toEqual([
      'malicious keras/calls-gadget',
    ])
    expect(await withLayer(object('keras', 'function', 'models.load_model', 'function'))).toEqual([
      'malicious keras/calls-gadget',
    ])
    expect(await withLayer(object('keras.config', 'enable_unsafe_deserialization'))).toEqual([
      'malicious keras/unsafe-switch',
    ])
    expect(await withLayer(object('keras.src.something', 'Unheard'))).toEqual([
      'suspicious keras/unlisted-object',
    ])
  })

  it('are suspicious with a Lambda layer at any depth, and malicious when its code reaches the system', async () => {
    const lambda = (code: string) => ({
      class_name: 'Lambda',
      config: { function: { class_name: '__lambda__', config: { code, defaults: null, closure: null } } },
    })
    expect(await withLayer(lambda(plainLambda))).toEqual(['suspicious keras/lambda-layer'])
    const wrapped = { class_name: 'TimeDistributed', config: { layer: lambda(shellLambda) } }
    expect(await withLayer(wrapped)).toEqual([
      'suspicious keras/lambda-layer',
      'malicious keras/lambda-payload',
    ])
    const old = {
      class_name: 'Lambda',
      config: { function: [shellLambda, null, null], function_type: 'lambda' },
    }
    expect(await withLayer(old)).toEqual(['suspicious keras/lambda-layer', 'malicious keras/lambda-payload'])
    const named = {
      class_name: 'Lambda',
      config: { function: 'system', function_type: 'function', module: 'os' },
    }
    expect(await withLayer(named)).toEqual(['malicious keras/lambda-layer'])
    expect(await withLayer({ class_name: 'Lambda', config: {} })).toEqual(['suspicious keras/lambda-layer'])
  })

  it('are suspicious when a layer reads a file or loads another model (CVE-2025-12058)', async () => {
    const lookup = (vocabulary: unknown) => object('keras.layers', 'StringLookup', { vocabulary })
    expect(await withLayer(lookup(['/etc', 'b']))).toEqual([])
    expect(await withLayer(lookup('/etc/passwd'))).toEqual(['suspicious keras/reads-file'])
    expect(await withLayer(lookup('https://example.invalid/v.txt'))).toEqual(['suspicious keras/reads-file'])
    expect(await withLayer(object('keras.layers', 'TFSMLayer', { filepath: '../other' }))).toEqual([
      'suspicious keras/loads-another',
    ])
  })

  it('are malicious when a layer calls TensorFlow on files', async () => {
    const call = (name: string) => withLayer({ class_name: 'TFOpLambda', config: { function: name } })
    expect(await call('io.write_file')).toEqual(['malicious keras/tensorflow-file'])
    expect(await call('raw_ops.WriteFile')).toEqual(['malicious keras/tensorflow-file'])
    expect(await call('numpy_function')).toEqual(['malicious keras/tensorflow-file'])
    expect(await call('some.thing')).toEqual(['suspicious keras/tensorflow-call'])
    const node = { class_name: 'TensorFlowOpLayer', config: { node_def: '{"name": "x", "op": "WriteFile"}' } }
    expect(await withLayer(node)).toEqual(['malicious keras/tensorflow-file'])
  })

  it('are judged the same in the older layout, which knows no safe mode (CVE-2025-9905)', async () => {
    const context = fakeContext()
    const lambda = {
      class_name: 'Lambda',
      config: { function: [shellLambda, null, null], function_type: 'lambda' },
    }
    await hdf5.examine(memorySource(kerasH5(kerasSettings([lambda]))), context)
    expect(context.reports.map(({ rule }) => rule)).toEqual(['keras/lambda-layer', 'keras/lambda-payload'])
    const plain = fakeContext()
    await hdf5.examine(memorySource(kerasH5(kerasSettings())), plain)
    expect(plain.reports).toEqual([])
  })
})

describe('compiled Python', () => {
  it('is swept for the names in it', () => {
    expect(readBytecode(shellLambda)).toMatchObject({ dangerous: ['os', '__import__', 'system'] })
    expect(readBytecode(plainLambda)).toMatchObject({ dangerous: [] })
    expect(readBytecode(plainLambda)!.names).toContain('reduce_mean')
    expect(readBytecode('bm90IGNvZGUgYXQgYWxsLCBqdXN0IHRleHQ=')).toBeNull()
  })
})

describe('a .keras archive', () => {
  const archiveOf = (files: Readonly<Record<string, string>>): Archive => {
    const entries = Object.entries(files).map(([path, text]) => ({
      path,
      bytes: text.length,
      kind: 'file' as const,
      open: async () => memorySource(Buffer.from(text)),
    }))
    return { entries, find: (path) => entries.find((entry) => entry.path === path) ?? null }
  }

  it('is recognised by its members, and leaves them to be examined', async () => {
    const archive = archiveOf({
      'metadata.json': '{"keras_version": "3.9.0"}',
      'config.json': JSON.stringify(kerasSettings()),
      'model.weights.h5': '',
    })
    const context = fakeContext()
    expect(kerasArchive.recognise(archive)).toBe(true)
    expect((await kerasArchive.examine(archive, context)).claimed.size).toBe(0)
    expect(context.reports).toEqual([])
    expect(context.facts.keras_version).toBe('3.9.0')
  })

  it('is not clean when its settings are something else', async () => {
    const context = fakeContext()
    await kerasArchive.examine(archiveOf({ 'metadata.json': '{}', 'config.json': '{"a": 1}' }), context)
    expect(context.reports).toMatchObject([{ rule: 'keras/unreadable', verdict: 'not-examined' }])
  })
})

it('survives mutants of settings', async () => {
  await expectRobust(json, samples())
})
