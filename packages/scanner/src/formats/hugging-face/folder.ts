import type { Layout } from '../format.ts'
import { huggingFaceRules } from './rules.ts'

/** A folder as `save_pretrained` writes it: settings beside weights. */
export const huggingFaceFolder: Layout = {
  id: 'hugging-face',
  title: 'Hugging Face model',
  recognise: (archive) =>
    archive.find('config.json') !== null && archive.entries.some(({ path }) => isWeights(path)),
  async examine(archive, context) {
    const weights = archive.entries.map(({ path }) => path).filter(isWeights)
    const safe = weights.filter((path) => path.endsWith('.safetensors'))
    const pickled = weights.filter((path) => path.endsWith('.bin'))
    if (safe.length > 0 && pickled.length > 0) {
      context.report(huggingFaceRules['two-weights'], {
        message: `${safe.slice(0, 3).join(', ')} and ${pickled.slice(0, 3).join(', ')}.`,
      })
    }
    const code = archive.entries.map(({ path }) => path).filter((path) => path.endsWith('.py'))
    context.fact('weights', weights.slice(0, 100))
    if (code.length > 0) context.fact('code', code.slice(0, 100))
    return { claimed: new Set() }
  },
}

function isWeights(path: string): boolean {
  return (
    !path.includes('/') &&
    /^(?:pytorch_model|model|tf_model|flax_model|adapter_model)[^/]*\.(?:bin|safetensors|h5|msgpack)$/.test(
      path,
    )
  )
}
