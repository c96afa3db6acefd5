import { FailmodeError, type Image8 } from '@failmode/core'
import { describe, expect, test } from 'vitest'
import { createImageCodec, loadSharp } from './sharp-codec.ts'

const codec = createImageCodec()

/** 20 x 12 checkers of ramps and products; full of edges, so that chroma sampling shows. */
function picture(channels: number): Image8 {
  const [width, height] = [20, 12]
  const data = new Uint8Array(width * height * channels)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let k = 0; k < channels; k++) {
        const odd = ((x >> 2) + (y >> 2)) % 2 === 1
        data[(y * width + x) * channels + k] = (odd ? x * 7 + y * 13 + k * 50 : x * y * (k + 1)) % 256
      }
    }
  }
  return { width, height, channels, data }
}

// The same pictures saved and read by Pillow 13.0.0: Image.save(buffer, 'JPEG', quality=Q), default sampling.
const pillow = {
  grey25:
    'AgAAABswNTEAAgcAcVFhdgIDBQcTCQMMIDAyLhIQCgB4Y2ZqCAoMDQAAAxUuRFFVDQYEBn+FiYYqLC8xAQkVIjBATlcjISYybHmAgCUoKy46QUM4JRgZHmdtcXBDQEJGtri8wEZTWUcmEA8ZfIiTnC80OUGrrrO3OU9fUjIfJjZ3foyzNldcXMbKz9RRZ3VgNhodLZWMkMI9aGFRx8rQ1QUDGRSRiJmSP0JcU8i80M57hpOZBAIaF5aPoZtLTmhf1cjd3IuXpKoCARwbnpquqlhbdm7k2O3soq26wAABHR+lpLq3XmF8dezh9/axvMnP',
  colour25:
    'GAAAGQMAGgsOAAAQZGiLOkNiTVNjamtjBwMADggAFRQAAAcAg6CmXYy4Xpzxd6/qAA0AAwoAAwkAAwgAGgkAGg0ADwwTAAAZYW6YRVR9S1lzWGNlFhsEFRoAEBgAAAsAf6StZJnFWZztYJ3eJUVCLT4cJzcdJDMcAAIAAAIAAAIXAAIrVnOrV3ewYH+rZ4ObCCIfABkGABkBACUYeKy6ervlcb//brX/ABhJACVMEzhlIkZ2ABYTABghACA/AyhcMVyhO2qyS3m1VYKsHEpaF0VDFkg/I1xWYJ+wa7Xaarv6bLfxLmaBSHaFXIeaXImgMWBoOml7O2yVMmaiADGBADCEATyIDkyHYKDEX6KyXaKnXKapN4CPOIWhOYe1RoyYhrhzpcxhud53vuR/RICLUoyiWZK9W5PQABxrACR3ADSCA0iJdcDod8jdfMzTiNjZKXJ5O3+MR4WeX4t+wcto1c9D2NJK19FJR4WSTYqdWpC2d6vdACJkD0SKGleYH2WZbbzdabzMcsPEoOvkOXZub56YhaWkoZ+K/+qr/8Zy8plHyXAebqizZ5ysaZWwk7ndBilTLlWAKVqCGlp2itbjdcfFdsK1tfTfTXVdl6eNqKCLtYVx739x41dKvS8jqR0QABEZABMbFDA7ITM9qbfAoLO5p8rGlsi9aKyXLndZb7GNfaqD3ei+y7SK5auFnTwzlwc4rglVvRdhwx9oAA0ZABAWIC8sMDIlubeesLSPt82eo8yUdLF2SIxPgryCfZpisqJvoWQ11Gs+pSEVqBtQsiN1wzKByDqGAAofAA0WKiwhPDIPyLh9wbloxNJxrtNsdrJOYaRHl8p7hpdTjGUuhicA0jwXvCQNrUVEpllfuWtrwHVyAAgfAAwWLiscQzIG0bpuyrtUzdZfttlZcq01brBCoNF2oKphjVohmywA6j0d4UAjs11CpnlYuo5pxZpw',
  colour80:
    'AAQAAAEAEwAFAQAPI1RyGFmBNFyPRl2GAAMJAAQACAwAAAUAY4a+VIPRZZTacpbGAAUUAAAFAAASAAAXAAMAAQEDEAAMAAATNmmGJWaOOWebTGuXABEgAxINDRcMAA0UcpzOYpfbcaPefqfTDSM4GCQ0ISpJFR9DAAAMCQgYFwkjAAIgQHOSKW2SPHCpUn2wBShGECxBGy9HDShGcKXNZqXRdbDYhrjdHUFjFTFYGzRqNk6KAAUYAAAZAAAgBxU4QHOQTIusV4u7WoW4EDpiDC5TFi9YKUx2aKbNfcfsiMzviMXYMmhbTXxoTXdzSnN1QmV7UnKLYXiYU3CQACtIACQ/BS5OFzpgdpjFg6TRlbLeh7HbJ2uYF2qWKHakOod/gsxbnOJDn99NpeRYSHeVSHWWUXecYoitASdLFztbI0JeJENiiq3Xh6vPkrfAns3XOnujRI69TJe0VZl0qt9JuuMdze85xOAzUoKyWoq6YpDCbpjKDi1cHzhhLERoNVJ0lb3hlcXJoNKTotefW4yqXpK6aqCQgqNe8uZu8clF/spakVgAYomqbJe6bZnGbZXIJD5xKUBpMk9hPWRzkcbmks7OltR/lshvh6GYiZeakp5srJ9Z/8WQiy0Hp0ImmS8ZAAgAABcUACQ3EzdbmrLiob/Zl8irkdG3NoKiSpiubLF4ZpE33tqR5b9+/9WPfDMSdRJBihlrnipxqjZ1AAQAChgLCicvGDpGm7i0oMahks52i9qJRqGYWbWyUqFghKZP9cuDn0UJjh8AqjQ0nCt7njKfqUCVrUONAQAFDhceEyk2IUMroMljpddCnNs1mOdWV7xgPaRVasFYrMNxjDUspREp2zhNwS5IsEt1qV2EtWt8unJ2AAAOEBYmGSw7J0ogqNQ/ruUYqekgp/hEQqwmXstWetZZrcBvoDRL1iZn3SBW3T1jr1Fpqm9zwod10Zh7',
}

describe('throughJpeg', () => {
  test.each([
    [1, 25, pillow.grey25],
    [3, 25, pillow.colour25],
    [3, 80, pillow.colour80],
  ])(
    'gives what Pillow gives for %i channels at quality %i, within a grey level',
    async (channels, quality, base64) => {
      const expected = Buffer.from(base64, 'base64')
      const image = await codec.throughJpeg(picture(channels), quality)
      expect(image).toMatchObject({ width: 20, height: 12, channels })
      expect(image.data.length).toBe(expected.length)
      const worst = image.data.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0)
      expect(worst).toBeLessThanOrEqual(1)
    },
  )

  test('loses more at lower quality', async () => {
    const image = picture(3)
    const errorAt = async (quality: number) => {
      const { data } = await codec.throughJpeg(image, quality)
      return data.reduce((sum, value, i) => sum + (value - image.data[i]!) ** 2, 0)
    }
    expect(await errorAt(10)).toBeGreaterThan(await errorAt(90))
  })

  test('refuses a quality or a number of channels that JPEG does not have', async () => {
    await expect(codec.throughJpeg(picture(3), 0)).rejects.toThrow(RangeError)
    await expect(codec.throughJpeg(picture(3), 101)).rejects.toThrow(RangeError)
    await expect(codec.throughJpeg(picture(4), 50)).rejects.toThrow(RangeError)
  })
})

describe('encodePng', () => {
  test.each([1, 3, 4])(
    'keeps every pixel of %i channels, the same bytes each time, and no metadata',
    async (channels) => {
      const image = picture(channels)
      const bytes = await codec.encodePng(image)
      expect(await codec.encodePng(image)).toEqual(bytes)
      const sharp = await loadSharp()
      const decoder = sharp(bytes)
      const facts = await decoder.metadata()
      expect(facts).toMatchObject({
        format: 'png',
        width: 20,
        height: 12,
        channels,
        hasProfile: false,
        isPalette: false,
      })
      expect(facts.exif ?? facts.icc ?? facts.xmp ?? facts.comments).toBeUndefined()
      const decoded = channels === 1 ? decoder.toColourspace('b-w') : decoder
      expect(new Uint8Array(await decoded.raw().toBuffer())).toEqual(image.data)
    },
  )

  test('refuses data that do not fit the size', async () => {
    await expect(codec.encodePng({ ...picture(1), width: 21 })).rejects.toThrow(
      /21 x 12 x 1 needs 252 bytes, got 240/,
    )
    await expect(codec.encodePng({ ...picture(1), channels: 2 })).rejects.toThrow(RangeError)
  })
})

test('a machine without sharp gets a typed error that says what to install', async () => {
  const error = await loadSharp(async () => {
    throw new Error('no native code here')
  }).catch((cause) => cause)
  expect(error).toBeInstanceOf(FailmodeError)
  expect(error).toMatchObject({ code: 'runtime-missing', hint: expect.stringContaining('npm install sharp') })
})

test('a codec loads sharp once, with its first picture', async () => {
  let loads = 0
  const counted = createImageCodec(() => {
    loads++
    return loadSharp()
  })
  expect(loads).toBe(0)
  await Promise.all([counted.encodePng(picture(1)), counted.throughJpeg(picture(3), 50)])
  await counted.encodePng(picture(3))
  expect(loads).toBe(1)
})
