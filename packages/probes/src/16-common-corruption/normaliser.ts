// Whose errors a corruption error is divided by. The mCE of ImageNet-C divides by those of AlexNet, which say how hard each
// corruption is on ImageNet and nothing about other data; there, another model on the same corrupted images has to
// stand in. Without either, errors are left as they are.
import type { SystemFacts } from '@failmode/core'
import type { CorruptionName } from './corruptions/corrupt-image.ts'
import type { ConstantSet } from './corruptions/corruption.ts'
import type { CommonCorruptionOptions } from './options.ts'

/** Mean error of AlexNet over the five severities of ImageNet-C, as the authors and several other repositories have it. */
export const alexNetErrors: Readonly<Partial<Record<CorruptionName, number>>> = {
  'gaussian-noise': 0.886428,
  'shot-noise': 0.894468,
  'impulse-noise': 0.92264,
  'defocus-blur': 0.81988,
  'glass-blur': 0.826268,
  'motion-blur': 0.785948,
  'zoom-blur': 0.79836,
  snow: 0.866816,
  frost: 0.826572,
  fog: 0.819324,
  brightness: 0.564592,
  contrast: 0.853204,
  'elastic-transform': 0.646056,
  pixelate: 0.71784,
  jpeg: 0.6065,
}
/** Error of the same AlexNet on the images as they are. */
export const alexNetCleanError = 0.435

export type Normaliser =
  | { readonly kind: 'none' }
  | { readonly kind: 'alexnet' }
  | { readonly kind: 'reference'; readonly name: string }

/** The normaliser that the options choose, or what is wrong with their choice. */
export function chooseNormaliser(
  { model, references = {} }: Pick<SystemFacts, 'model' | 'references'>,
  { normaliser, severities }: Pick<CommonCorruptionOptions, 'normaliser' | 'severities'>,
  constants: ConstantSet,
): Normaliser | { readonly kind: 'impossible'; readonly reason: string } {
  const names = Object.keys(references)
  const published = constants === 'imagenet' && severities.length === 5
  if (normaliser === 'none') return { kind: 'none' }
  if (names.includes(normaliser)) return { kind: 'reference', name: normaliser }
  if (normaliser === 'alexnet') {
    if (published) return { kind: 'alexnet' }
    return {
      kind: 'impossible',
      reason:
        'The published errors of AlexNet are of all five severities with the constants of ImageNet-C, which this run does not use.',
    }
  }
  if (normaliser !== 'auto') {
    return {
      kind: 'impossible',
      reason: `"references" names no model "${normaliser}"${names.length === 0 ? '' : `, only ${names.join(', ')}`}.`,
    }
  }
  const [height = 0, width = 0] = model?.sampleShape.slice(1) ?? []
  const like = model?.classes === 1000 && Math.min(height, width) >= 192 && Math.max(height, width) <= 320
  if (published && like) return { kind: 'alexnet' }
  return names.length === 1 ? { kind: 'reference', name: names[0]! } : { kind: 'none' }
}
