import { type AnyProbe, FailmodeError } from '@failmode/core'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { configJsonSchema, type SystemConfig } from './config-schema.ts'
import { defineSystem } from './define-system.ts'
import { validateConfig } from './validate-config.ts'

/** The example of the documentation. */
const whole = {
  name: 'digits',
  task: 'image-classification',
  labels: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  model: {
    onnx: 'model.onnx',
    input: { layout: 'NCHW', shape: [1, 28, 28], range: [0, 1], mean: [0.1307], std: [0.3081] },
    output: 'logits',
  },
  data: {
    test: { npy: { inputs: 'test-x.npy', labels: 'test-y.npy' } },
    train: { npz: { file: 'train.npz', inputs: 'x', labels: 'y' } },
  },
  training: { builtin: { epochs: 3, batch: 128, optimizer: 'adam', rate: 0.001 } },
  artifacts: ['model.onnx'],
  dependencies: 'package-lock.json',
  probes: { perturbation: { norm: 'linf', eps: 0.1 } },
  assets: { modelIsSecurityControl: false, dataSensitivity: 'public', actsOnPhysicalWorld: false },
  gate: {
    failOn: 'important',
    safety: 'high',
    require: ['perturbation'],
    assert: [{ measurement: 'perturbation/robust-accuracy', max: 0.3 }],
  },
  seed: 7,
}

const probe = {
  meta: { mode: 'perturbation', title: '', summary: '', tags: [], headline: ['robust-accuracy'] },
  options: z.strictObject({
    norm: z.enum(['linf', 'l2']).default('linf'),
    eps: z.number().positive().default(0.03),
  }),
  checks: [{ meta: { id: 'perturbation/pgd', measurements: ['attack-success-rate'] } }],
  steps: [],
} as unknown as AnyProbe

const facts = [
  { name: 'modelIsSecurityControl', answers: [false, true], from: 'owner' },
  { name: 'dataSensitivity', answers: ['public', 'personal'], from: 'owner' },
  { name: 'actsOnPhysicalWorld', answers: [false, true], from: 'owner' },
  { name: 'targeted', answers: [false, true], from: 'measurement' },
] as const

const check = (value: unknown) =>
  validateConfig(value, { file: 'failmode.config.json', probes: [probe], ratingFacts: facts })

function errorOf(value: unknown): FailmodeError {
  try {
    check(value)
  } catch (error) {
    if (error instanceof FailmodeError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

/** The example with the value at `path` set, or taken out when `value` is undefined. */
function changed(path: string, value?: unknown): unknown {
  const copy = structuredClone(whole) as Record<string, unknown>
  const keys = path.split('.')
  let at = copy
  for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>
  if (value === undefined) delete at[keys.at(-1)!]
  else at[keys.at(-1)!] = value
  return copy
}

describe('a configuration', () => {
  test('of the documentation is accepted as it is, with the options of the probes filled in', () => {
    const { config, options } = check(whole)
    expect(config).toEqual(whole)
    expect(options).toEqual({ perturbation: { norm: 'linf', eps: 0.1 } })
    expect(check(changed('probes')).options).toEqual({ perturbation: { norm: 'linf', eps: 0.03 } })
  })

  test('in the general form, for other models and with reserved keys is accepted', () => {
    const { labels: _, ...rest } = whole
    check({
      ...rest,
      task: 'sequence',
      model: {
        onnx: 'asr.onnx',
        inputs: {
          x: { role: 'sample', modality: 'audio', rate: 16_000 },
          state: { role: 'state', from: 'stateN' },
          sr: { role: 'constant', value: 16_000 },
        },
        outputs: { y: { role: 'prediction', scale: 'probabilities' }, stateN: { role: 'state' } },
      },
      data: { test: { audio: { folder: 'clips' } }, table: { parquet: { file: 'a.parquet', label: 'y' } } },
      conditions: { weather: { from: { metadata: 'weather' }, levels: { fog: {}, sun: {} } } },
      pricePer1000Queries: 2,
      authorized: { by: 'me', scope: 'all', until: '2027-01-31' },
    })
    check({ ...whole, model: { http: { url: 'https://example.org/v2', protocol: 'open-inference' } } })
    check({ ...whole, model: { command: ['python', 'serve.py'] } })
    const program = {
      command: ['./serve'],
      env: ['CUDA_VISIBLE_DEVICES'],
      timeout: 0.5,
      restarts: 0,
      version: '3',
    }
    check({ ...whole, model: { ...program, input: { shape: [28, 28, 1] }, output: 'labels' } })
    check({ ...whole, model: { predict: async () => new Float32Array(10) } })
    check({ name: 'files', task: 'embedding', artifacts: ['a.bin'] })
  })

  test('keeps its types in defineSystem', () => {
    const config: SystemConfig = defineSystem({ name: 'a', task: 'regression', artifacts: ['m.onnx'] })
    expect(check(config).config).toEqual(config)
  })

  test.each([
    [
      'a mean of the wrong length',
      changed('model.input.mean', [0.1, 0.2]),
      '"model.input.mean" has 2 numbers, expected 1 (one per channel)',
    ],
    [
      'a program without words',
      { ...whole, model: { command: [] } },
      '"model.command" has 0 entries, expected at least 1',
    ],
    [
      'a secret for the name of a variable',
      { ...whole, model: { command: ['a'], env: ['TOKEN=abc'] } },
      '"model.env[0]" is no name of an environment variable, expected one such as MODEL_FOLDER, without a value',
    ],
    [
      'a name for a function',
      { ...whole, model: { predict: 'predict' } },
      '"model.predict" is no function, expected one',
    ],
    [
      'a shape of the wrong rank',
      changed('model.input.shape', [28, 28]),
      '"model.input.shape" has 2 numbers, expected 3 (channels, height, width)',
    ],
    [
      'a range upside down',
      changed('model.input.range', [1, 0]),
      '"model.input.range" has its ends in the wrong order, expected [low, high]',
    ],
    [
      'a range of three',
      changed('model.input.range', [0, 1, 2]),
      '"model.input.range" has 3 entries, expected at most 2',
    ],
    ['a std of zero', changed('model.input.std', [0]), '"model.input.std[0]" is 0, expected more than 0'],
    [
      'colours of a grey model',
      changed('model.input.channels', 'BGR'),
      '"model.input.channels" is "BGR", expected it only where there are 3 channels (here 1)',
    ],
    ['a missing name', changed('name'), '"name" is missing, expected text'],
    ['an empty name', changed('name', ''), '"name" is empty, expected text'],
    ['a seed in words', changed('seed', 'seven'), '"seed" is "seven", expected a number'],
    ['a broken seed', changed('seed', 1.5), '"seed" is 1.5, expected a whole number'],
    ['NaN', changed('model.input.mean', [Number.NaN]), '"model.input.mean[0]" is NaN, expected a number'],
    ['a label twice', changed('labels', ['a', 'b', 'a']), '"labels" has "a" twice, expected different names'],
    ['one label', changed('labels', ['a']), '"labels" has 1 entry, expected at least 2'],
    ['text for a list', changed('artifacts', 'model.onnx'), '"artifacts" is "model.onnx", expected a list'],
    [
      'a bad date',
      { ...whole, authorized: { by: 'a', scope: 'b', until: '31.1.2027' } },
      '"authorized.until" is "31.1.2027", expected a date such as 2027-01-31',
    ],
    [
      'a bad split',
      { ...whole, data: { 'a b': whole.data.test } },
      '"data["a b"]" is no name that can be used here, expected a name of letters, digits, - and _',
    ],
    [
      'two kinds of model',
      { ...whole, model: { ...whole.model, command: ['x'] } },
      '"model" has "onnx" and "command", expected one of them',
    ],
    [
      'no kind of model',
      changed('model.onnx'),
      '"model" has none of the keys "onnx", "http", "command", "predict", expected one',
    ],
    [
      'both forms of input',
      { ...whole, model: { ...whole.model, inputs: { x: { role: 'sample' } } } },
      '"model.inputs" stands beside "input", expected one of them',
    ],
    [
      'inputs without a sample',
      { ...whole, model: { onnx: 'm', inputs: { x: { role: 'mask' } } } },
      '"model.inputs" names no tensor of role "sample", expected one',
    ],
    [
      'an unknown role',
      { ...whole, model: { onnx: 'm', inputs: { x: { role: 'smple' } } } },
      '"model.inputs.x.role" is "smple", expected one of "sample", "mask", "state", "constant"',
    ],
    [
      'a role without its part',
      { ...whole, model: { onnx: 'm', inputs: { x: { role: 'state' } } } },
      '"model.inputs.x.from" is missing, expected text',
    ],
    [
      'an address that is none',
      { ...whole, model: { http: { url: 'nowhere', protocol: 'mlflow' } } },
      '"model.http.url" is "nowhere", expected an address such as https://example.org/model',
    ],
    [
      'an option out of range',
      changed('probes.perturbation.eps', -1),
      '"probes.perturbation.eps" is -1, expected more than 0',
    ],
    [
      'an answer that is none',
      changed('assets.dataSensitivity', 'secret'),
      '"assets.dataSensitivity" is "secret", expected one of "public", "personal"',
    ],
    [
      'an assertion without a bound',
      changed('gate.assert', [{ measurement: 'perturbation/robust-accuracy' }]),
      '"gate.assert[0]" give min, max or both',
    ],
    [
      'nothing to test',
      { name: 'a', task: 'policy' },
      'the configuration names nothing to test, expected at least one of "model", "data", "artifacts", "dependencies"',
    ],
    ['a list', [], 'the configuration is an empty list, expected an object'],
  ])('with %s is refused in one sentence that says what was given and expected', (_, value, message) => {
    const error = errorOf(value)
    expect(error.code).toBe('config-invalid')
    expect(error.message).toBe(`failmode.config.json: ${message}.`)
    expect(error.hint).toBeTruthy()
  })

  test.each([
    ['imput', changed('imput', {}), 'imput', undefined],
    ['modell', changed('modell', {}), 'modell', 'model'],
    ['a nested key', changed('model.input.meen', [1]), 'model.input.meen', 'mean'],
    [
      'a key of a data form',
      changed('data.test.npy', { inputs: 'x', lables: 'y' }),
      'data.test.npy.lables',
      'labels',
    ],
    ['a key of an option', changed('probes.perturbation.esp', 1), 'probes.perturbation.esp', 'eps'],
    ['a fact', changed('assets.dataSensitivty', 'public'), 'assets.dataSensitivty', 'dataSensitivity'],
    [
      'a fact that only a measurement can answer',
      changed('assets.targeted', true),
      'assets.targeted',
      undefined,
    ],
  ])('with the unknown key %s is refused and the nearest known key suggested', (_, value, key, near) => {
    const error = errorOf(value)
    expect(error.code).toBe('config-invalid')
    expect(error.message).toBe(`failmode.config.json: unknown key "${key}".`)
    if (near === undefined) expect(error.hint).toContain('Keys known here')
    else expect(error.hint).toBe(`Did you mean "${near}"?`)
  })

  test('with an unknown data format is refused and the nearest suggested', () => {
    const error = errorOf(changed('data.test', { nyp: { inputs: 'x' } }))
    expect(error.message).toContain('"data.test" has none of the keys "npy", "npz"')
    expect(error.hint).toBe('Did you mean "npy"?')
  })

  test('with an unknown task is refused and the nearest suggested', () => {
    const error = errorOf(changed('task', 'image-clasification'))
    expect(error.message).toContain('"task" is "image-clasification", expected one of "image-classification"')
    expect(error.hint).toBe('Did you mean "image-classification"?')
  })

  test('that names an unknown probe is refused with the code for that', () => {
    const error = errorOf({ ...whole, probes: { perturbatoin: {} } })
    expect(error.code).toBe('probe-unknown')
    expect(error.message).toContain('"probes.perturbatoin"')
    expect(error.hint).toBe('Did you mean "perturbation"?')
    expect(errorOf(changed('gate.require', ['perturbation/pdg']))).toMatchObject({
      code: 'probe-unknown',
      hint: 'Did you mean "perturbation/pgd"?',
    })
  })

  test('that asserts an unknown measurement is refused with the code for that', () => {
    const error = errorOf(changed('gate.assert', [{ measurement: 'perturbation/robust-acuracy', min: 0.5 }]))
    expect(error.code).toBe('measurement-unknown')
    expect(error.message).toContain('"gate.assert[0].measurement" is "perturbation/robust-acuracy"')
    expect(error.hint).toBe('Did you mean "perturbation/robust-accuracy"?')
    check(changed('gate.assert', [{ measurement: 'perturbation/attack-success-rate', max: 0.5 }]))
  })

  test('with several problems lists them all in one error', () => {
    const error = errorOf({ ...whole, seed: 'x', nmae: 1, task: 5 })
    expect(error.message).toContain('has 3 problems:')
    expect(error.message.split('\n')).toHaveLength(4)
  })

  test('with keys that would pollute prototypes, or that contains itself, is refused', () => {
    const polluted = JSON.parse('{"name": "a", "probes": {"__proto__": {"x": 1}}}')
    expect(errorOf(polluted).message).toBe('failmode.config.json: the key "probes.__proto__" is not allowed.')
    expect(errorOf({ name: 'a', conditions: { constructor: {} } }).code).toBe('config-invalid')
    const cyclic: Record<string, unknown> = { ...whole }
    cyclic.conditions = { again: cyclic }
    expect(errorOf(cyclic).message).toContain('"conditions.again" contains itself')
  })

  test('shows values escaped and cut short', () => {
    const error = errorOf(changed('seed', `\u001b[31m${'x'.repeat(500)}`))
    expect(error.message).not.toContain('\u001b')
    expect(error.message.length).toBeLessThan(200)
  })
})

test('the JSON Schema of the configuration names every key', () => {
  const schema = configJsonSchema() as { properties: Record<string, unknown>; additionalProperties: boolean }
  expect(Object.keys(schema.properties)).toContain('pricePer1000Queries')
  for (const key of Object.keys(whole)) expect(schema.properties).toHaveProperty(key)
  expect(schema.additionalProperties).toBe(false)
})
