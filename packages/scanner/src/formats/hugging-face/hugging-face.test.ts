import { describe, expect, it } from 'vitest'
import { scanned, scannedTogether } from '../testing/scanned.ts'

const config = (settings: object) => scanned(JSON.stringify({ model_type: 'bert', ...settings }))

describe('the settings of a Hugging Face model', () => {
  it('that name only classes of the library are clean', async () => {
    const { verdict, facts } = await config({
      architectures: ['BertModel'],
      tokenizer_class: 'BertTokenizer',
    })
    expect(verdict).toBe('clean')
    expect(facts).toMatchObject({ model_type: 'bert', architectures: ['BertModel'] })
  })

  it.each([
    ['hugging-face/remote-code', { auto_map: { AutoModel: 'modeling_own.OwnModel' } }],
    ['hugging-face/remote-code', { auto_map: { AutoTokenizer: ['tokenization.Slow', null] } }],
    ['hugging-face/remote-code', { trust_remote_code: true }],
    ['hugging-face/remote-code', { custom_pipelines: { mine: { impl: 'mine.Pipeline' } } }],
    ['hugging-face/foreign-code', { auto_map: { AutoModel: 'someone/else--modeling.Model' } }],
    ['hugging-face/unsafe-class', { tokenizer_class: 'os.system' }],
    ['hugging-face/unsafe-class', { _class_name: ['subprocess', 'Popen'] }],
    ['hugging-face/path-outside', { base_model_name_or_path: '../../../etc' }],
    ['hugging-face/unsafe-class', { auto_mapping: { base_model_class: 'X', parent_library: 'os' } }],
    ['hugging-face/remote-code', { auto_mapping: { base_model_class: 'X', parent_library: 'evil_package' } }],
  ])('are told by %s', async (rule, settings) => {
    const { rules, verdict } = await config(settings)
    expect(rules).toContain(rule)
    expect(verdict).not.toBe('clean')
  })

  it('have every template examined', async () => {
    const hostile = "{{ ''.__class__.__mro__ }}"
    for (const chat_template of [
      hostile,
      [
        { name: 'default', template: 'x' },
        { name: 'tool', template: hostile },
      ],
      { a: hostile },
    ]) {
      expect((await config({ chat_template })).verdict).toBe('malicious')
    }
    expect(
      (await config({ chat_template: '{% for m in messages %}{{ m.content }}{% endfor %}' })).verdict,
    ).toBe('clean')
  })
})

describe('the steps of a sentence model', () => {
  const steps = (type: string, path = '1_Pooling') =>
    scanned(JSON.stringify([{ idx: 0, name: '0', path, type }]))

  it('are clean when they are of the library, and objected to when not', async () => {
    expect((await steps('sentence_transformers.models.Pooling')).verdict).toBe('clean')
    expect((await steps('evil_package.Evil')).rules).toEqual(['hugging-face/remote-code'])
    expect((await steps('os.system')).verdict).toBe('malicious')
    expect((await steps('sentence_transformers.models.Pooling', '../x')).rules).toEqual([
      'hugging-face/path-outside',
    ])
  })
})

describe('a folder as save_pretrained writes it', () => {
  it('says when its weights lie there twice', async () => {
    const { messages, verdict } = await scannedTogether({
      'config.json': '{"model_type": "bert"}',
      'model.safetensors': Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{}')]),
      'pytorch_model.bin': Buffer.from([0x80, 2, 0x7d, 0x2e]),
    })
    expect(verdict).toBe('clean')
    expect(messages).toContain('model.safetensors and pytorch_model.bin')
  })
})
