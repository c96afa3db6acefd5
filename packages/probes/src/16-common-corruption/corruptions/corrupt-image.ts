// The one way to a corrupted image: look the constants up, apply the formula, clip, cut to 8 bit. Cutting is part of
// the published corruptions (the data sets are stored as bytes), so a model is never shown contrast finer than a
// camera file would hold.
import { brightness } from './brightness.ts'
import { contrast } from './contrast.ts'
import type { ConstantSet, Corruption, CorruptionContext, ImageShape, Severity } from './corruption.ts'
import { defocusBlur } from './defocus-blur.ts'
import { cutToEightBit } from './eight-bit.ts'
import { elasticTransform } from './elastic-transform.ts'
import { exposure, lensDirt, rollingShutter, whiteBalance } from './extended/camera.ts'
import { compressionChain } from './extended/compression-chain.ts'
import { perspective, shear, tilt, translate, zoom } from './extended/geometric.ts'
import { occlusion } from './extended/occlusion.ts'
import { fog } from './fog.ts'
import { frost } from './frost.ts'
import { gaussianBlur } from './gaussian-blur.ts'
import { gaussianNoise } from './gaussian-noise.ts'
import { glassBlur } from './glass-blur.ts'
import { impulseNoise } from './impulse-noise.ts'
import { jpeg } from './jpeg.ts'
import { motionBlur } from './motion-blur.ts'
import { pixelate } from './pixelate.ts'
import { saturate } from './saturate.ts'
import { shotNoise } from './shot-noise.ts'
import { snow } from './snow.ts'
import { spatter } from './spatter.ts'
import { speckleNoise } from './speckle-noise.ts'
import { zoomBlur } from './zoom-blur.ts'

/** The 15 of the benchmark, in the order of the published table. */
export const benchmarkNames = [
  'gaussian-noise',
  'shot-noise',
  'impulse-noise',
  'defocus-blur',
  'glass-blur',
  'motion-blur',
  'zoom-blur',
  'snow',
  'frost',
  'fog',
  'brightness',
  'contrast',
  'elastic-transform',
  'pixelate',
  'jpeg',
] as const

/** The four that the authors added for development, outside of the mean. */
export const extraNames = ['speckle-noise', 'gaussian-blur', 'spatter', 'saturate'] as const

/** Ours: not published, with strengths of our own, and in no published mean. */
export const extendedNames = [
  'tilt',
  'zoom',
  'translate',
  'shear',
  'perspective',
  'exposure',
  'white-balance',
  'rolling-shutter',
  'lens-dirt',
  'occlusion',
  'compression-chain',
] as const

export const corruptionNames = [...benchmarkNames, ...extraNames, ...extendedNames] as const
export type CorruptionName = (typeof corruptionNames)[number]

export const corruptions: Readonly<Record<CorruptionName, Corruption>> = {
  'gaussian-noise': gaussianNoise,
  'shot-noise': shotNoise,
  'impulse-noise': impulseNoise,
  'defocus-blur': defocusBlur,
  'glass-blur': glassBlur,
  'motion-blur': motionBlur,
  'zoom-blur': zoomBlur,
  snow,
  frost,
  fog,
  brightness,
  contrast,
  'elastic-transform': elasticTransform,
  pixelate,
  jpeg,
  'speckle-noise': speckleNoise,
  'gaussian-blur': gaussianBlur,
  spatter,
  saturate,
  tilt,
  zoom,
  translate,
  shear,
  perspective,
  exposure,
  'white-balance': whiteBalance,
  'rolling-shutter': rollingShutter,
  'lens-dirt': lensDirt,
  occlusion,
  'compression-chain': compressionChain,
}

/**
 * The corruptions that the mean error is taken over: those of the benchmark whose pictures we can make as published.
 * Frost is not among them, because its ice is ours.
 */
export const meanNames: readonly CorruptionName[] = benchmarkNames.filter((name) => name !== 'frost')

/** CIFAR-10-C constants where the shorter side is at most 64 pixels, ImageNet-C constants above. */
export function constantsForSize({ height, width }: ImageShape): ConstantSet {
  return Math.min(height, width) <= 64 ? 'cifar' : 'imagenet'
}

export interface CorruptOptions extends CorruptionContext {
  readonly corruption: CorruptionName
  readonly severity: Severity
  readonly constants: ConstantSet
}

/**
 * A corrupted copy of an image: multiples of 1/255 in [0,1], channels planar.
 * @param image [channels, height, width] in [0,1]; not changed
 * @throws RangeError when the image's length is not that of its shape
 */
export async function corruptImage(image: Float32Array, options: CorruptOptions): Promise<Float32Array> {
  const { corruption, severity, constants, channels, height, width } = options
  if (image.length !== channels * height * width) {
    throw new RangeError(
      `an image of shape [${channels}, ${height}, ${width}] was given with ${image.length} numbers`,
    )
  }
  const { apply, constants: table, inLevels = false } = corruptions[corruption]
  const corrupted = await apply(image, table[constants][severity - 1], options)
  return inLevels ? corrupted : cutToEightBit(corrupted)
}
