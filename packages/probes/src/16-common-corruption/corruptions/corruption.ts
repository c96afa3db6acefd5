// What every corruption file gives: a name, the published constants, and one formula. The constants come in two
// sets, because the authors tuned strength to image size: those of ImageNet-C (224 x 224) and those of CIFAR-10-C
// (32 x 32), both from Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions and
// Perturbations", ICLR 2019 (arXiv:1903.12261), as their released scripts have them. A formula may leave [0,1];
// `corruptImage` clips and rounds for all of them.
import type { ImageCodec, Random } from '@failmode/core'

export const severities = [1, 2, 3, 4, 5] as const
export type Severity = (typeof severities)[number]

/** Which set of published constants. */
export type ConstantSet = 'imagenet' | 'cifar'

export interface ImageShape {
  /** 1 grey or 3 RGB. */
  readonly channels: number
  readonly height: number
  readonly width: number
}

export interface CorruptionContext extends ImageShape {
  /** The only source of chance: the same stream gives the same picture. */
  readonly random: Random
  readonly images: ImageCodec
  /**
   * Where the released code does something else than the paper says (glass blur copies pixels instead of exchanging
   * them, elastic transform takes 244 pixels for 224), do as the code; without it, as the paper.
   */
  readonly referenceCompatible?: boolean
}

/** What the corruptions that are ours and not published are about. */
export type ExtendedFamily = 'geometric' | 'camera' | 'occlusion' | 'compression'

export interface Corruption<C = unknown> {
  readonly name: string
  /** Only of corruptions whose formula and constants are ours; the published ones have none. */
  readonly family?: ExtendedFamily
  /** The formula computes in 8 bit itself and gives multiples of 1/255 in [0,1], which need no cutting. */
  readonly inLevels?: true
  /** The parameter of the formula at severities 1 to 5. */
  readonly constants: Readonly<Record<ConstantSet, readonly [C, C, C, C, C]>>
  /**
   * The corrupted image before clipping and rounding.
   * @param image [channels, height, width] in [0,1]; not changed
   */
  apply(image: Float32Array, constant: C, context: CorruptionContext): Float32Array | Promise<Float32Array>
}

/** Gives a corruption its constant's type, then forgets it, so that different ones fit in one list. */
export function defineCorruption<C>(corruption: Corruption<C>): Corruption {
  return corruption as Corruption
}

/**
 * A corruption of our own, beside the published ones. Its five strengths are ours, chosen so that a person still knows
 * the picture at severity 5; they are relative to the picture's size, so that one set serves all sizes.
 */
export function defineExtended<C>({
  name,
  family,
  strengths,
  apply,
}: Pick<Corruption<C>, 'name' | 'apply'> & {
  readonly family: ExtendedFamily
  readonly strengths: readonly [C, C, C, C, C]
}): Corruption {
  return defineCorruption({ name, family, constants: { imagenet: strengths, cifar: strengths }, apply })
}
