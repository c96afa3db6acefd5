// Sequences of frames in which a picture changes a little from one frame to the next, as in front of a camera: a model that
// holds on to what it sees gives one answer along the whole sequence. The ten kinds, their numbers of frames and their steps are
// those of ImageNet-P and CIFAR-10-P (Hendrycks and Dietterich, arXiv:1903.12261, and their released scripts). Two things
// differ: frames are not packed into a video, and the large set cuts its frames out of a larger picture, which is not at
// hand here, so what comes in past the border is the picture mirrored; in the small set it is black, as published.
import type { Random } from '@failmode/core'
import { brightness } from '../corruptions/brightness.ts'
import { addClippedZoom, addEnlarged, cropSide } from '../corruptions/clipped-zoom.ts'
import type { ConstantSet, CorruptionContext, ImageShape } from '../corruptions/corruption.ts'
import { cutToEightBit } from '../corruptions/eight-bit.ts'
import { gaussianNoise } from '../corruptions/gaussian-noise.ts'
import { greyOf } from '../corruptions/grey.ts'
import { shotNoise } from '../corruptions/shot-noise.ts'
import { smear } from '../corruptions/smear.ts'
import { type Border, moved, tilted } from './moved.ts'

export const sequenceNames = [
  'gaussian-noise',
  'shot-noise',
  'motion-blur',
  'zoom-blur',
  'snow',
  'brightness',
  'translate',
  'rotate',
  'tilt',
  'scale',
] as const
export type SequenceName = (typeof sequenceNames)[number]

/** Noise is drawn anew in every frame, so its frames are compared with the first; all others with the one before. */
export function comparesWithFirst(name: SequenceName): boolean {
  return name === 'gaussian-noise' || name === 'shot-noise'
}

export type SequenceContext = Pick<CorruptionContext, 'random' | 'images'> & ImageShape

interface Frames {
  readonly count: number
  /** Frame `i` before clipping and rounding. Called once for each, in order. */
  frame(i: number): Float32Array | Promise<Float32Array>
}

/** How many frames a sequence has. */
export function frameCount(name: SequenceName, constants: ConstantSet): number {
  if (name === 'translate') return constants === 'imagenet' ? 41 : 16
  return name === 'motion-blur' && constants === 'cifar' ? 21 : 31
}

/**
 * The frames of a sequence one by one: multiples of 1/255 in [0,1], channels planar.
 * @param image [channels, height, width] in [0,1]; not changed
 */
export async function* sequenceOf(
  name: SequenceName,
  image: Float32Array,
  { constants, ...context }: SequenceContext & { readonly constants: ConstantSet },
): AsyncGenerator<Float32Array> {
  const { frame } = makers[name](image, constants, context)
  for (let i = 0; i < frameCount(name, constants); i++) yield cutToEightBit(await frame(i))
}

type Maker = (image: Float32Array, constants: ConstantSet, context: SequenceContext) => Pick<Frames, 'frame'>

const borderOf = (constants: ConstantSet): Border => (constants === 'imagenet' ? 'mirror' : 'black')

/** A published corruption at a strength of its own, drawn anew for each frame; the first frame is the picture. */
function noisy(corruption: typeof gaussianNoise, strengths: Readonly<Record<ConstantSet, number>>): Maker {
  return (image, constants, context) => ({
    frame: (i) =>
      i === 0
        ? image.slice()
        : corruption.apply(image, strengths[constants], { ...context, random: context.random.split(i) }),
  })
}

const makers: Readonly<Record<SequenceName, Maker>> = {
  'gaussian-noise': noisy(gaussianNoise, { imagenet: 0.03, cifar: 0.02 }),
  'shot-noise': noisy(shotNoise, { imagenet: 300, cifar: 700 }),
  'motion-blur': (image, constants, shape) => {
    const large = constants === 'imagenet'
    const [radius, sigma] = large ? [10, 3] : [6, 1.8]
    return {
      frame: (i) => {
        const angle = large ? (i - 30) * 4 : (i - 20) * 9
        return smearAll(image, { radius, sigma, angle }, shape)
      },
    }
  },
  'zoom-blur': (image, _, shape) => {
    const { channels, height, width } = shape
    const plane = height * width
    const sum = image.slice()
    return {
      frame: (i) => {
        if (i === 0) return image.slice()
        for (let c = 0; c < channels; c++) {
          const own = image.subarray(c * plane, (c + 1) * plane)
          addClippedZoom(sum.subarray(c * plane, (c + 1) * plane), own, 1 + 0.004 * i, shape)
        }
        return sum.map((value) => value / (i + 1))
      },
    }
  },
  snow: (image, constants, shape) => {
    const large = constants === 'imagenet'
    const { height, width, random } = shape
    const flakes = flakesOf(random, { height, width, zoom: large ? 3 : 2 })
    const grey = greyOf(image, shape)
    const plane = height * width
    const kept = 0.85
    return {
      frame: (i) => {
        const motion = large ? { radius: 14, sigma: 4 } : { radius: 10, sigma: 2 }
        const fall = smear(flakes, { ...motion, angle: i * 4 - 150 }, shape)
        return image.map((x, at) => {
          const p = at % plane
          const white = Math.max(x, grey[p]! * 1.5 + 0.5)
          return kept * x + (1 - kept) * white + fall[p]! + fall[plane - 1 - p]!
        })
      },
    }
  },
  brightness: (image, constants, context) => {
    const step = constants === 'imagenet' ? 0.02 : 0.015
    return { frame: (i) => brightness.apply(image, (i - 15) * step, context) }
  },
  translate: (image, constants, shape) => {
    const from = constants === 'imagenet' ? -20 : -7
    return {
      frame: (i) =>
        moved(image, { linear: [1, 0, 0, 1], shift: from + i }, { ...shape, border: borderOf(constants) }),
    }
  },
  rotate: (image, constants, shape) => ({
    frame: (i) => {
      const angle = ((i - 15) * Math.PI) / 180
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
      return moved(
        image,
        { linear: [cos, sin, -sin, cos], shift: 0 },
        { ...shape, border: borderOf(constants) },
      )
    },
  }),
  tilt: (image, constants, shape) => {
    const step = constants === 'imagenet' ? 1 : 0.75
    return { frame: (i) => tilted(image, (i - 15) * step, { ...shape, border: borderOf(constants) }) }
  },
  scale: (image, constants, shape) => ({
    frame: (i) => {
      const inverse = 1 / (constants === 'imagenet' ? 0.4 + 0.025 * i : 0.7 + 0.02 * i)
      return moved(
        image,
        { linear: [inverse, 0, 0, inverse], shift: 0 },
        { ...shape, border: borderOf(constants) },
      )
    },
  }),
}

function smearAll(image: Float32Array, motion: Parameters<typeof smear>[1], shape: ImageShape): Float32Array {
  const plane = shape.height * shape.width
  const out = new Float32Array(image.length)
  for (let from = 0; from < out.length; from += plane)
    out.set(smear(image.subarray(from, from + plane), motion, shape), from)
  return out
}

/** Noise enlarged, cut off below 0.5 and stored in 8 bit: N(0.05, 0.3) in the published scripts. */
function flakesOf(
  random: Random,
  { height, width, zoom }: { readonly height: number; readonly width: number; readonly zoom: number },
): Float32Array {
  const [rows, columns] = [cropSide(height, zoom), cropSide(width, zoom)]
  const noise = Float32Array.from({ length: rows * columns }, () => 0.05 + 0.3 * random.normal())
  const flakes = new Float32Array(height * width)
  addEnlarged(flakes, { height, width }, { factor: zoom, plane: noise, start: 0, stride: columns })
  return flakes.map((flake) => (flake < 0.5 ? 0 : Math.floor(Math.min(flake, 1) * 255) / 255))
}
