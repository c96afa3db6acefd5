import { createRandom } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { plainCodec } from '../../testing/memory-system.ts'
import type { ConstantSet } from '../corruptions/corruption.ts'
import { moved, tilted } from './moved.ts'
import { comparesWithFirst, frameCount, type SequenceName, sequenceNames, sequenceOf } from './sequence.ts'

const shape = { channels: 1, height: 24, width: 32 } as const
const smooth = Float32Array.from({ length: 24 * 32 }, (_, i) => {
  const [y, x] = [Math.floor(i / 32), i % 32]
  return Math.round(255 * (0.5 + 0.2 * Math.sin(x / 5) + 0.2 * Math.cos(y / 4))) / 255
})

async function frames(name: SequenceName, constants: ConstantSet, seed = 1): Promise<Float32Array[]> {
  const all: Float32Array[] = []
  const context = { ...shape, constants, random: createRandom(seed), images: plainCodec }
  for await (const frame of sequenceOf(name, smooth, context)) all.push(frame)
  return all
}

const distance = (a: Float32Array, b: Float32Array) =>
  a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length

describe('perturbation sequences', () => {
  it.each(sequenceNames)(
    '%s has its published number of frames, in 8 bit, and repeats by seed',
    async (name) => {
      for (const constants of ['imagenet', 'cifar'] as const) {
        const all = await frames(name, constants)
        expect(all).toHaveLength(frameCount(name, constants))
        for (const frame of all) {
          for (const value of frame) {
            expect(Math.abs(value * 255 - Math.round(value * 255))).toBeLessThan(1e-4)
            expect(value >= 0 && value <= 1).toBe(true)
          }
        }
        expect(await frames(name, constants)).toEqual(all)
        // What changes from frame to frame is little, and the sequence goes somewhere.
        const steps = all.slice(1).map((frame, i) => distance(frame, all[i]!))
        expect(Math.max(...steps)).toBeLessThan(0.08)
        expect(distance(all[0]!, all.at(-1)!)).toBeGreaterThan(0.004)
      }
    },
  )

  it('leaves the picture as it is in the frame where nothing is done', async () => {
    expect((await frames('brightness', 'imagenet'))[15]).toEqual(smooth)
    expect((await frames('rotate', 'cifar'))[15]).toEqual(smooth)
    expect((await frames('translate', 'imagenet'))[20]).toEqual(smooth)
    expect((await frames('scale', 'cifar'))[15]).toEqual(smooth)
    expect((await frames('zoom-blur', 'cifar'))[0]).toEqual(smooth)
    expect((await frames('shot-noise', 'cifar'))[0]).toEqual(smooth)
  })

  it('moves by one pixel a frame, and leaves black behind in the small set', async () => {
    const all = await frames('translate', 'cifar')
    const at = (frame: Float32Array, y: number, x: number) => frame[y * 32 + x]!
    // Frame 7 stands still; frame 10 is three pixels to the right.
    for (const [y, x] of [
      [3, 10],
      [20, 31],
    ] as const)
      expect(at(all[10]!, y, x)).toBe(at(smooth, y, x - 3))
    expect(at(all[10]!, 5, 2)).toBe(0)
    const large = await frames('translate', 'imagenet')
    expect(at(large[23]!, 5, 0)).toBe(at(smooth, 5, 3))
  })

  it('has noise of the published strength, drawn anew in each frame', async () => {
    for (const [constants, sigma] of [
      ['imagenet', 0.03],
      ['cifar', 0.02],
    ] as const) {
      const all = await frames('gaussian-noise', constants)
      const errors = all.slice(1).flatMap((frame) => Array.from(frame, (value, i) => value - smooth[i]!))
      const spread = Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / errors.length)
      // Cutting to 8 bit adds a uniform error of one level: variance (1/255)^2 / 12, and half a level of shift.
      expect(spread).toBeCloseTo(Math.sqrt(sigma ** 2 + 1 / 255 ** 2 / 3), 3)
      expect(distance(all[1]!, all[2]!)).toBeGreaterThan(sigma)
    }
    expect(sequenceNames.filter(comparesWithFirst)).toEqual(['gaussian-noise', 'shot-noise'])
  })

  it('tilts as the published matrix does', () => {
    // That matrix for 32 x 24 pixels and 7 degrees, inverted by NumPy, sends pixel (5, 3) to (5.41879107, 3.20572272); a
    // picture that is x there and y there must read that.
    const [across, down] = [0, 1].map((axis) =>
      Float32Array.from({ length: 24 * 32 }, (_, i) => (axis === 0 ? i % 32 : Math.floor(i / 32))),
    ) as [Float32Array, Float32Array]
    const read = (image: Float32Array) => tilted(image, 7, { ...shape, border: 'mirror' })[3 * 32 + 5]
    expect(read(across)).toBeCloseTo(5.41879107, 4)
    expect(read(down)).toBeCloseTo(3.20572272, 4)
  })

  it('turns about the middle: four quarter turns of a square picture give it back', () => {
    const square = { channels: 1, height: 24, width: 24, border: 'black' } as const
    let image: Float32Array = smooth.slice(0, 24 * 24)
    const start = image
    for (let turn = 0; turn < 4; turn++) image = moved(image, { linear: [0, 1, -1, 0], shift: 0 }, square)
    for (const [i, value] of image.entries()) expect(value).toBeCloseTo(start[i]!, 5)
  })
})
