// A folder of pictures with one sub-folder a class. Pictures are taken as they are stored: not turned, not resized,
// not cropped, because all of these change what is measured. The order is that of the names, class by class, so
// that an index means the same picture everywhere.
import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { FailmodeError } from '@failmode/core'
import { loadSharp } from '../images/sharp-codec.ts'
import { dataInvalid, type RawArray } from './raw-array.ts'
import { fileError, type ReadOptions } from './read-bytes.ts'

/** What is known of a folder of pictures before they are decoded. */
export interface ImageFolder {
  readonly height: number
  readonly width: number
  /** 1 when all pictures are grey, else 3. */
  readonly channels: 1 | 3
  /** Class of each picture, by the name of its folder. */
  readonly labels: readonly string[]
  /** Names of the folders, sorted. */
  readonly classNames: readonly string[]
  /** Path of each picture below the folder, forward slashes. */
  readonly files: readonly string[]
  /** The pictures in the order of `files`, each [H, W, C]. */
  decode(): AsyncGenerator<Uint8Array>
}

const pictures = /\.(?:png|jpe?g|webp|gif|tiff?|avif)$/i
/** What file managers leave behind. */
const litter = /^(?:\..*|Thumbs\.db|desktop\.ini)$/i

/** How many pictures are looked at or decoded at a time: sharp has threads of its own, which this keeps busy. */
const atOnce = 8

/**
 * Looks at all pictures of the folder without decoding them; they are decoded one by one, 8 bits a channel.
 * @throws FailmodeError `data-invalid` (a file that is no picture, or broken, or transparent), `data-mismatch`
 * (another size than the first), `data-empty`, `file-not-found`, `runtime-missing`
 */
export async function openImageFolder(folder: string, { name, signal }: ReadOptions): Promise<ImageFolder> {
  const { classNames, files } = await listPictures(folder, name)
  const sharp = await loadSharp()
  const open = (file: string) => sharp(join(folder, file), { failOn: 'warning', limitInputPixels: 2 ** 26 })
  const broken = (file: string, cause: unknown) =>
    dataInvalid(
      `${name}/${file}`,
      `cannot be decoded: ${cause instanceof Error ? cause.message.trim() : String(cause)}`,
      {
        cause,
      },
    )
  /** `look` at all files, a few at a time, in their order. */
  async function* each<T>(look: (file: string) => Promise<T>): AsyncGenerator<readonly [string, T]> {
    for (let i = 0; i < files.length; i += atOnce) {
      signal?.throwIfAborted()
      const part = files.slice(i, i + atOnce)
      const seen = await Promise.all(
        part.map((file) =>
          look(file).catch((cause) => {
            throw cause instanceof FailmodeError ? cause : broken(file, cause)
          }),
        ),
      )
      for (const [at, file] of part.entries()) yield [file, seen[at]!]
    }
  }

  let width = 0
  let height = 0
  let colour = false
  for await (const [file, facts] of each((file) => open(file).metadata())) {
    if (width === 0) [width, height] = [facts.width, facts.height]
    if (facts.width !== width || facts.height !== height) {
      throw new FailmodeError('data-mismatch', {
        message: `${name}/${file} is ${facts.width} x ${facts.height} pixels, expected ${width} x ${height} as ${files[0]} has.`,
        hint: 'Bring all pictures to one size first; failmode does not resize, because that changes what it measures.',
      })
    }
    colour ||= !['b-w', 'grey16'].includes(facts.space ?? '')
  }
  const channels = colour ? 3 : 1

  const decode = async (file: string): Promise<Uint8Array> => {
    const { data: pixels, info } = await open(file)
      .toColourspace(colour ? 'srgb' : 'b-w')
      .raw()
      .toBuffer({ resolveWithObject: true })
    // The last channel is transparency when there is one more than the colours need.
    if (info.channels > channels) {
      for (let i = info.channels - 1; i < pixels.length; i += info.channels) {
        if (pixels[i] !== 255) {
          throw dataInvalid(
            `${name}/${file}`,
            'is partly transparent, expected a picture that shows every pixel',
            {
              hint: 'Put the picture on a background first.',
            },
          )
        }
      }
    }
    if (info.channels === channels) return pixels
    const data = new Uint8Array(width * height * channels)
    for (let p = 0; p < width * height; p++) {
      for (let c = 0; c < channels; c++) data[p * channels + c] = pixels[p * info.channels + c]!
    }
    return data
  }
  return {
    height,
    width,
    channels,
    labels: files.map((file) => file.slice(0, file.indexOf('/'))),
    classNames,
    files,
    async *decode() {
      for await (const [, picture] of each(decode)) yield picture
    },
  }
}

/** All pictures at once, [N, H, W, C]. */
export async function decodeAll(folder: ImageFolder): Promise<RawArray> {
  const { height, width, channels, files } = folder
  const size = width * height * channels
  const data = new Uint8Array(size * files.length)
  let at = 0
  for await (const picture of folder.decode()) {
    data.set(picture, at)
    at += size
  }
  return { dtype: 'uint8', shape: [files.length, height, width, channels], data }
}

async function listPictures(
  folder: string,
  name: string,
): Promise<{ readonly classNames: readonly string[]; readonly files: readonly string[] }> {
  const classNames: string[] = []
  const files: string[] = []
  for (const entry of await list(folder, name)) {
    if (!entry.isDirectory()) {
      throw dataInvalid(`${name}/${entry.name}`, 'is not a folder, expected one folder a class', {
        hint: 'Put each picture into the folder of its class.',
      })
    }
    classNames.push(entry.name)
    for (const file of await list(join(folder, entry.name), `${name}/${entry.name}`)) {
      if (file.isDirectory() || !pictures.test(file.name)) {
        throw dataInvalid(
          `${name}/${entry.name}/${file.name}`,
          'is not a picture, expected PNG, JPEG, WebP, GIF, TIFF or AVIF',
          {
            hint: 'Take it out of the folder.',
          },
        )
      }
      files.push(`${entry.name}/${file.name}`)
    }
  }
  if (files.length > 0) return { classNames, files }
  throw new FailmodeError('data-empty', {
    message: `${name} holds no pictures.`,
    hint: 'Give a folder with one sub-folder a class and the pictures of the class inside.',
  })
}

/** Entries by name, by code unit: the order of a locale would differ between machines. */
async function list(folder: string, name: string): Promise<readonly Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause) => {
    throw fileError(cause, name)
  })
  return entries
    .filter((entry) => !litter.test(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}
