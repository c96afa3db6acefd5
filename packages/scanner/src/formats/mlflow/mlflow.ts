// An MLflow model is a folder with a YAML file `MLmodel` that says how to load it: which module is imported, and
// which code of its own is put on the path first.
import { parseDocument } from 'yaml'
import { quoted } from '../../scan/quoted.ts'
import { defineRules } from '../../scan/rule.ts'
import { type Layout, Malformed } from '../format.ts'

const mlflowRules = defineRules('mlflow', {
  'own-code': {
    title: 'The MLflow model brings code, or a loader, of its own',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'MLflow puts this code on the path and imports the loader when the model is loaded.',
    advice: 'Read the code before loading the model.',
    references: ['CWE-829', 'AML.T0010', 'AML.T0011.000'],
  },
  'path-outside': {
    title: 'The MLflow model names a file outside its folder',
    verdict: 'malicious',
    severity: 'high',
    why: 'Loading the model reads, or serving it gives away, a file that is not part of it.',
    advice: 'Do not load it, and update MLflow.',
    references: ['CWE-22', 'CVE-2024-27132'],
  },
})

const longest = 1 << 20

export const mlflow: Layout = {
  id: 'mlflow',
  title: 'MLflow model',
  recognise: (archive) => archive.find('MLmodel') !== null,
  async examine(archive, context) {
    const source = await archive.find('MLmodel')!.open()
    if (source.size > longest)
      throw new Malformed(`MLmodel has ${source.size} bytes; at most ${longest} are read`)
    const text = Buffer.from(source.read(0, source.size)).toString('utf8')
    const parsed = parseDocument(text, { schema: 'core', maxAliasCount: 0 } as never)
    if (parsed.errors.length > 0)
      throw new Malformed(`MLmodel is not YAML: ${parsed.errors[0]!.message.split('\n')[0]}`)
    let value: unknown
    try {
      value = parsed.toJS({ maxAliasCount: 0 })
    } catch (error) {
      throw new Malformed(`MLmodel cannot be read: ${error instanceof Error ? error.message : String(error)}`)
    }
    const flavors = isObject(value) && isObject(value.flavors) ? value.flavors : {}
    context.fact('flavors', Object.keys(flavors).slice(0, 50))
    for (const [name, flavor] of Object.entries(flavors).slice(0, 100)) {
      if (!isObject(flavor)) continue
      const loader = flavor.loader_module
      const code = flavor.code
      if (typeof loader === 'string' && !/^mlflow\.[a-z_]+(?:\.[a-z_]+)*$/.test(loader)) {
        context.report(mlflowRules['own-code'], {
          message: `The flavor ${name} is loaded by ${quoted(loader)}.`,
          call: `import ${loader}`,
        })
      }
      if (typeof code === 'string' && code !== '') {
        context.report(mlflowRules['own-code'], {
          message: `The flavor ${name} puts ${quoted(code)} on the path.`,
        })
      }
      for (const path of paths(flavor)) {
        if (!/^(?:[/\\]|[A-Za-z]:|[a-z]+:\/\/)|(?:^|[/\\])\.\.(?:[/\\]|$)/.test(path)) continue
        context.report(mlflowRules['path-outside'], { message: `The flavor ${name} names ${quoted(path)}.` })
      }
    }
    return { claimed: new Set() }
  },
}

function paths(flavor: Record<string, unknown>): string[] {
  return [
    'data',
    'code',
    'model_path',
    'pickled_model',
    'artifact_path',
    'model_binary',
    'python_model',
    'env',
    'saved_model_dir',
  ]
    .map((key) => flavor[key])
    .filter((value): value is string => typeof value === 'string')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
