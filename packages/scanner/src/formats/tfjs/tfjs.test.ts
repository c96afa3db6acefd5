import { describe, expect, it } from 'vitest'
import { systemPickle } from '../testing/opcodes.ts'
import { scanned, scannedTogether } from '../testing/scanned.ts'
import { graphModel, layer, layersModel } from './samples.ts'

const shard = 'group1-shard1of1.bin'
// Numbers that no format takes for its own.
const numbers = new Uint8Array(Float32Array.from({ length: 8 }, (_, i) => 0.1 + i / 7).buffer)
const model = (value: object, weights: Readonly<Record<string, Uint8Array>> = { [shard]: numbers }) =>
  scannedTogether({ 'model.json': JSON.stringify(value), ...weights })

describe('a model of TensorFlow.js', () => {
  it('with its weights beside it is clean, as layers and as a graph', async () => {
    expect(await model(layersModel())).toMatchObject({ verdict: 'clean', rules: [] })
    expect(await model(graphModel(), { 'w.bin': Uint8Array.of(1, 9, 200, 4) })).toMatchObject({
      verdict: 'clean',
      rules: [],
    })
    const two = layersModel({ paths: ['a.bin', 'b.bin'] })
    expect(
      await model(two, { 'a.bin': numbers.subarray(0, 20), 'b.bin': numbers.subarray(20) }),
    ).toMatchObject({ verdict: 'clean' })
  })

  it.each([
    '../../../etc/passwd',
    '/etc/passwd',
    'http://example.invalid/w.bin',
    '..\\x.bin',
    'file:///etc/hostname',
    '//example.invalid/w',
    'data:;base64,AA',
    'a/../../b.bin',
    'w.bin\0.txt',
  ])('that takes its weights from %j is suspicious', async (path) => {
    expect(await scanned(JSON.stringify(layersModel({ paths: [path] })))).toMatchObject({
      verdict: 'suspicious',
      rules: ['tfjs/path-outside'],
    })
  })

  it('whose weights are longer or shorter than it says is malformed', async () => {
    for (const bytes of [numbers.subarray(0, 28), Buffer.concat([numbers, numbers])]) {
      const { rules, verdict } = await model(layersModel(), { [shard]: bytes })
      expect(rules).toContain('tfjs/broken-weights')
      expect(verdict).toBe('malformed')
    }
  })

  it('whose weights are a file of another kind has that examined', async () => {
    const padded = Buffer.concat([systemPickle, Buffer.alloc(32 - (systemPickle.length % 32))])
    const value = layersModel({
      more: {
        weightsManifest: [
          { paths: [shard], weights: [{ name: 'w', shape: [padded.length], dtype: 'uint8' }] },
        ],
      },
    })
    expect((await model(value, { [shard]: padded })).verdict).toBe('malicious')
  })

  it.each<readonly [string, string, object]>([
    [
      'a Lambda',
      'keras/',
      layersModel({ layers: [layer('Lambda', { function: ['4wEAAAA=', null, null] })] }),
    ],
    ['a layer nobody knows', 'keras/', layersModel({ layers: [layer('EvilLayer')] })],
    ['an operator that writes', 'tfjs/reaches-out', graphModel([{ name: 'e', op: 'WriteFile' }])],
    [
      'an operator in a function',
      'tfjs/reaches-out',
      graphModel([], [{ signature: { name: 'f' }, nodeDef: [{ name: 'e', op: 'PyFunc' }] }]),
    ],
    ['an operator of its own', 'tfjs/custom-operator', graphModel([{ name: 'e', op: 'MyOp' }])],
  ])('with %s is objected to', async (_, rule, value) => {
    const { rules, verdict } = await scanned(JSON.stringify(value))
    expect(rules.some((one) => one.startsWith(rule))).toBe(true)
    expect(verdict).not.toBe('clean')
  })

  it('with a key that pollutes prototypes is suspicious', async () => {
    const text = `${JSON.stringify(layersModel()).slice(0, -1)}, "__proto__": {"polluted": true}}`
    expect((await scanned(text)).rules).toContain('tfjs/hidden-key')
  })
})
