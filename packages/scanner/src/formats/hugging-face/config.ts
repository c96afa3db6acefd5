// The settings of a Hugging Face model: config.json, tokenizer_config.json, and their like. They are plain values, but
// `auto_map` and `custom_pipelines` name Python code that the loader imports, and a tokenizer carries a template that
// is run on every conversation.
import { dangerOf } from '../../policy/judge-import.ts'
import { quoted } from '../../scan/quoted.ts'
import type { JsonKind, ScanContext } from '../format.ts'
import { examineTemplate } from '../template/template.ts'
import { huggingFaceRules } from './rules.ts'

export const huggingFaceConfig: JsonKind = {
  id: 'hugging-face-config',
  title: 'Hugging Face settings',
  recognise: (value) =>
    isObject(value) &&
    [
      'auto_map',
      'custom_pipelines',
      'trust_remote_code',
      'model_type',
      'tokenizer_class',
      'chat_template',
      'architectures',
      'processor_class',
      'base_model_name_or_path',
      '_class_name',
    ].some((key) => Object.hasOwn(value, key)),
  async examine(value, context) {
    const settings = value as Record<string, unknown>
    for (const key of ['model_type', 'architectures', 'base_model_name_or_path', '_name_or_path'] as const) {
      const told = settings[key]
      if (typeof told === 'string') context.fact(key, told.slice(0, 200))
      else if (Array.isArray(told))
        context.fact(key, told.filter((one): one is string => typeof one === 'string').slice(0, 20))
    }
    const base = settings.base_model_name_or_path
    if (typeof base === 'string' && /(?:^|[/\\])\.\.(?:[/\\]|$)|^(?:\/etc|\/proc|~)(?:\/|$)/.test(base)) {
      context.report(huggingFaceRules['path-outside'], { message: `The base model is ${quoted(base)}.` })
    }
    // An adapter has the library imported that its base model came from.
    const library = isObject(settings.auto_mapping) ? settings.auto_mapping.parent_library : undefined
    if (
      typeof library === 'string' &&
      !/^(?:transformers|diffusers|sentence_transformers|timm|torch)(?:[._]|$)/.test(library)
    ) {
      const dangerous = dangerOf(`${library}.x`) !== null || dangerOf(library) !== null
      context.report(huggingFaceRules[dangerous ? 'unsafe-class' : 'remote-code'], {
        message: `auto_mapping has ${quoted(library)} imported.`,
        call: `import ${library}`,
      })
    }
    codeIn(settings.auto_map, 'auto_map', context)
    codeIn(settings.custom_pipelines, 'custom_pipelines', context)
    if (settings.trust_remote_code === true) {
      context.report(huggingFaceRules['remote-code'], { message: 'It sets trust_remote_code to true.' })
    }
    for (const key of [
      'tokenizer_class',
      'processor_class',
      '_class_name',
      'feature_extractor_type',
      'image_processor_type',
    ] as const) {
      const named = Array.isArray(settings[key]) ? (settings[key] as unknown[]).join('.') : settings[key]
      if (typeof named !== 'string' || dangerOf(named) === null) continue
      context.report(huggingFaceRules['unsafe-class'], {
        message: `${key} is ${quoted(named)}.`,
        call: `${named}(...)`,
      })
    }
    await templates(settings.chat_template, context)
  },
}

/** `{"AutoModel": "modeling.Model"}`, `["tokenization.Slow", null]`, `{"impl": "file.Class"}`; `owner/name--` in front means elsewhere. */
function codeIn(value: unknown, key: string, context: ScanContext): void {
  const waiting: unknown[] = [value]
  const named: string[] = []
  for (let seen = 0; waiting.length > 0 && seen < 10_000; seen++) {
    const one = waiting.pop()
    if (typeof one === 'string') named.push(one)
    else if (Array.isArray(one)) waiting.push(...one.slice(0, 1000))
    else if (isObject(one)) waiting.push(...Object.values(one).slice(0, 1000))
  }
  for (const one of named.slice(0, 50)) {
    const foreign = one.includes('--')
    context.report(huggingFaceRules[foreign ? 'foreign-code' : 'remote-code'], {
      message: `${key} names ${quoted(one)}.`,
      call: `${one.split('--').at(-1)}(...)`,
    })
  }
}

async function templates(value: unknown, context: ScanContext): Promise<void> {
  if (typeof value === 'string') examineTemplate(value, context, { name: 'chat_template' })
  else if (Array.isArray(value)) {
    for (const one of value.slice(0, 100)) {
      if (!isObject(one) || typeof one.template !== 'string') continue
      examineTemplate(one.template, context, { name: `chat_template ${quoted(String(one.name ?? ''))}` })
    }
  } else if (isObject(value)) {
    for (const [name, one] of Object.entries(value).slice(0, 100)) {
      if (typeof one === 'string') examineTemplate(one, context, { name: `chat_template ${quoted(name)}` })
    }
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `modules.json` of Sentence Transformers: a list of steps, each with the class that is imported for it. */
export const sentenceModules: JsonKind = {
  id: 'sentence-modules',
  title: 'Steps of a sentence model',
  recognise: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((one) => isObject(one) && typeof one.type === 'string' && typeof one.path === 'string'),
  async examine(value, context) {
    for (const { type, path } of (value as readonly { type: string; path: string }[]).slice(0, 1000)) {
      if (!/^sentence_transformers\.(?:[a-z_]+\.)*[A-Za-z]\w*$/.test(type)) {
        const dangerous = dangerOf(type) !== null
        context.report(huggingFaceRules[dangerous ? 'unsafe-class' : 'remote-code'], {
          message: `A step is of the class ${quoted(type)}.`,
          call: `${type}(...)`,
        })
      }
      if (/^[/\\~]|(?:^|[/\\])\.\.(?:[/\\]|$)/.test(path)) {
        context.report(huggingFaceRules['path-outside'], { message: `A step lies in ${quoted(path)}.` })
      }
    }
  },
}
