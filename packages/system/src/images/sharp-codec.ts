// Pictures in and out through sharp. The package is optional and loaded on first use, because it brings native
// code that not every machine can install. JPEG here is libjpeg's own: standard quantisation tables scaled by quality, 4:2:0
// chroma, no trellis, so that the pixels that come back are those that other libjpeg-turbo programs give.
import { FailmodeError, type Image8, type ImageCodec } from '@failmode/core'
import type sharpModule from 'sharp'

type Sharp = typeof sharpModule

/** sharp itself. @throws FailmodeError `runtime-missing` when it cannot be loaded here */
export async function loadSharp(
  load: () => Promise<{ default: Sharp }> = () => import('sharp'),
): Promise<Sharp> {
  try {
    return (await load()).default
  } catch (cause) {
    throw new FailmodeError('runtime-missing', {
      message: 'pictures need the package sharp, which cannot be loaded here.',
      hint: 'Install it with npm install sharp; failmode doctor shows why it does not load.',
      cause,
    })
  }
}

/**
 * Loads sharp with its first picture.
 * @throws RangeError (from its methods) for a picture whose data do not fit its size, or a quality outside 1..100
 */
export function createImageCodec(load: () => Promise<Sharp> = loadSharp): ImageCodec {
  let loading: Promise<Sharp> | undefined
  const sharpOnce = () => {
    loading ??= load()
    return loading
  }
  const open = async ({ width, height, channels, data }: Image8) => {
    if (channels !== 1 && channels !== 3 && channels !== 4) {
      throw new RangeError(`a picture has 1, 3 or 4 channels, got ${channels}`)
    }
    if (data.length !== width * height * channels) {
      throw new RangeError(
        `${width} x ${height} x ${channels} needs ${width * height * channels} bytes, got ${data.length}`,
      )
    }
    const sharp = await sharpOnce()
    return sharp(data, { raw: { width, height, channels } })
  }
  return {
    async encodePng(image) {
      const sharp = await open(image)
      const grey = image.channels === 1
      return sharp
        .toColourspace(grey ? 'b-w' : 'srgb')
        .png({ compressionLevel: 9, adaptiveFiltering: false, palette: false })
        .toBuffer()
    },
    async throughJpeg(image, quality) {
      if (!(Number.isInteger(quality) && quality >= 1 && quality <= 100)) {
        throw new RangeError(`JPEG quality is an integer from 1 to 100, got ${quality}`)
      }
      if (image.channels !== 1 && image.channels !== 3) {
        throw new RangeError(`JPEG holds 1 or 3 channels, got ${image.channels}`)
      }
      const space = image.channels === 1 ? 'b-w' : 'srgb'
      const encoded = await (await open(image))
        .toColourspace(space)
        .jpeg({ quality, chromaSubsampling: '4:2:0', mozjpeg: false })
        .toBuffer()
      const sharp = await sharpOnce()
      const { data } = await sharp(encoded).toColourspace(space).raw().toBuffer({ resolveWithObject: true })
      return { ...image, data: new Uint8Array(data.buffer, data.byteOffset, data.length) }
    },
  }
}
