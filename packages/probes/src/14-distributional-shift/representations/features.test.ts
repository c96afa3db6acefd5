import { describe, expect, it } from 'vitest'
import { featureNames } from './describe-step.ts'
import { imageFeatureNames, imageFeatures } from './image-features.ts'
import { signalFeatureNames, signalFeatures } from './signal-features.ts'

const shape = { channels: 3, height: 24, width: 24 }
const size = 24 * 24
const picture = (at: (c: number, y: number, x: number) => number): Float64Array =>
  Float64Array.from({ length: 3 * size }, (_, i) =>
    at(Math.floor(i / size), Math.floor((i % size) / 24), i % 24),
  )
const of = (image: Float64Array) => {
  const names = imageFeatureNames(shape)
  const values = imageFeatures(image, shape)
  expect(values).toHaveLength(names.length)
  return Object.fromEntries(names.map((name, i) => [name, values[i]!]))
}

describe('features of pictures', () => {
  it('of one colour are its light and nothing else', () => {
    const found = of(picture((c) => [0.2, 0.4, 0.6][c]!))
    expect(found['mean red']).toBeCloseTo(0.2, 12)
    expect(found['mean blue']).toBeCloseTo(0.6, 12)
    for (const name of ['deviation green', 'contrast', 'sharpness', 'edge density', 'blockiness'])
      expect(found[name], name).toBeCloseTo(0, 12)
    // Red less green is -0.2, their mean less blue -0.3.
    expect(found.colourfulness).toBeCloseTo(0.3 * Math.hypot(0.2, 0.3), 12)
  })

  it('of a chessboard are those of its definition', () => {
    const found = of(picture((_, y, x) => (x + y) % 2))
    expect(found['deviation red']).toBeCloseTo(0.5, 12)
    // The Laplacian is 4 on black and -4 on white.
    expect(found.sharpness).toBeCloseTo(16, 1)
    expect(found.colourfulness).toBeCloseTo(0, 12)
    expect(found.blockiness).toBeCloseTo(0, 12)
  })

  it('see the seams of JPEG blocks, and an edge where there is one', () => {
    const seams = of(picture((_, y, x) => 0.5 + 0.1 * ((Math.floor(x / 8) + Math.floor(y / 8)) % 2)))
    // Steps of a tenth across seams, none inside: ln((1/10 + 1/255) / (1/255)).
    expect(seams.blockiness).toBeCloseTo(Math.log(26.5), 12)
    const shifted = of(
      picture((_, y, x) => 0.5 + 0.1 * ((Math.floor((x + 4) / 8) + Math.floor((y + 4) / 8)) % 2)),
    )
    expect(shifted.blockiness).toBeLessThan(0)
    // A slope is no seam, however steep.
    expect(of(picture((_, y, x) => (x + y) / 48)).blockiness).toBeCloseTo(0, 12)
    const edge = of(picture((_, _y, x) => (x < 12 ? 0 : 1)))
    expect(edge['edge density']).toBeCloseTo(2 / 22, 12)
  })
})

describe('features of other samples', () => {
  it('of a square wave are those of its definition', () => {
    const values = signalFeatures(Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 1 : -1)))
    expect(Object.fromEntries(signalFeatureNames.map((name, i) => [name, values[i]]))).toEqual({
      mean: 0,
      deviation: 1,
      lowest: -1,
      highest: 1,
      skewness: 0,
      roughness: 2,
      'sign changes': 1,
    })
  })

  it('are the columns themselves while there are few', () => {
    expect(featureNames([3])).toEqual(['column 0', 'column 1', 'column 2'])
    expect(featureNames([16000])).toEqual(signalFeatureNames)
    expect(featureNames([1, 28, 28])).toContain('mean grey')
  })
})
