// A Triton model is a folder with `config.pbtxt` and numbered folders of versions. Most backends read a file of weights;
// the Python backend runs `model.py`, and a model can bring a native library as its backend.
import { quoted } from '../../scan/quoted.ts'
import { defineRules } from '../../scan/rule.ts'
import type { Layout } from '../format.ts'

const tritonRules = defineRules('triton', {
  'own-code': {
    title: 'The Triton model runs code of its own',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'The server runs model.py, or loads the library, that lies in this folder.',
    advice: 'Read the code before serving the model.',
    references: ['CWE-829', 'AML.T0010'],
  },
  'path-outside': {
    title: 'The Triton model names a file outside its folder',
    verdict: 'suspicious',
    severity: 'high',
    why: 'The server reads or runs a file that is not part of the model.',
    advice: 'Put the file into the folder of the model and name it from there.',
    references: ['CWE-22'],
  },
})

const longest = 1 << 20
const known = new Set([
  'onnxruntime',
  'tensorrt',
  'tensorflow',
  'pytorch',
  'openvino',
  'dali',
  'fil',
  'vllm',
  'tensorrtllm',
  'identity',
  'ensemble',
])

export const triton: Layout = {
  id: 'triton',
  title: 'Triton model',
  recognise: (archive) => archive.find('config.pbtxt') !== null,
  async examine(archive, context) {
    const source = await archive.find('config.pbtxt')!.open()
    const text = Buffer.from(source.read(0, Math.min(longest, source.size))).toString('utf8')
    const field = (name: string): string | null =>
      new RegExp(`(?:^|[\\s{,;])${name}\\s{0,20}:\\s{0,20}["']([^"'\\n]{1,300})["']`).exec(text)?.[1] ?? null
    const backend = field('backend') ?? field('platform')
    if (backend !== null) context.fact('backend', backend)
    if (backend === 'python')
      context.report(tritonRules['own-code'], { message: 'Its backend is Python: the server runs model.py.' })
    else if (
      backend !== null &&
      !known.has(backend) &&
      !/^(?:onnxruntime|tensorrt|tensorflow|pytorch)_\w{1,40}$/.test(backend)
    ) {
      context.report(tritonRules['own-code'], {
        message: `Its backend is ${quoted(backend)}, which no release of the server has.`,
      })
    }
    for (const { path } of archive.entries) {
      if (/(?:^|\/)libtriton_\w+\.so$/.test(path))
        context.report(tritonRules['own-code'], { message: `It brings the library ${quoted(path)}.` })
    }
    for (const match of text.matchAll(
      /string_value\s{0,20}:\s{0,20}["']([^"'\n]{1,300})["']|default_model_filename\s{0,20}:\s{0,20}["']([^"'\n]{1,300})["']/g,
    )) {
      const path = match[1] ?? match[2] ?? ''
      if (!/^\/(?!\/)|(?:^|[/\\])\.\.(?:[/\\]|$)/.test(path) || path.startsWith('$$TRITON_MODEL_DIRECTORY'))
        continue
      context.report(tritonRules['path-outside'], {
        message: `It names ${quoted(path)}.`,
        offset: match.index,
      })
    }
    return { claimed: new Set() }
  },
}
