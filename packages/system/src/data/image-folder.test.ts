import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { rejectionOf } from '../testing/arrays.ts'
import { decodeAll, openImageFolder } from './image-folder.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failmode-images-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function put(path: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), bytes)
}

/** A 2 x 1 picture with these bytes. */
function png(bytes: readonly number[], size: readonly [number, number] = [2, 1]): Promise<Uint8Array> {
  const channels = (bytes.length / size[0] / size[1]) as 1 | 3 | 4
  const image = sharp(Uint8Array.from(bytes), { raw: { width: size[0], height: size[1], channels } })
  return image
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png()
    .toBuffer()
}

async function read() {
  const opened = await openImageFolder(folder, { name: 'pictures' })
  const { labels, classNames, files } = opened
  return { images: await decodeAll(opened), labels, classNames, files }
}

describe('a folder of pictures', () => {
  test('reads grey pictures class by class, in the order of the names', async () => {
    await put('dog/b.png', await png([5, 6]))
    await put('cat/2.png', await png([3, 4]))
    await put('cat/10.png', await png([1, 2]))
    await put('.DS_Store', 'litter')
    await put('dog/Thumbs.db', 'litter')
    expect(await read()).toEqual({
      images: { dtype: 'uint8', shape: [3, 1, 2, 1], data: Uint8Array.of(1, 2, 3, 4, 5, 6) },
      labels: ['cat', 'cat', 'dog'],
      classNames: ['cat', 'dog'],
      files: ['cat/10.png', 'cat/2.png', 'dog/b.png'],
    })
  })

  test('turns grey pictures to colour where one of them has colour, and drops a full alpha channel', async () => {
    await put('a/1.png', await png([7, 9]))
    await put('a/2.png', await png([1, 2, 3, 255, 4, 5, 6, 255]))
    const { images } = await read()
    expect(images.shape).toEqual([2, 1, 2, 3])
    expect([...images.data]).toEqual([7, 7, 7, 9, 9, 9, 1, 2, 3, 4, 5, 6])
  })

  test('refuses pictures of different sizes, and does not resize', async () => {
    await put('a/1.png', await png([1, 2]))
    await put('b/2.png', await png([1, 2], [1, 2]))
    const error = await rejectionOf(read())
    expect(error.code).toBe('data-mismatch')
    expect(error.message).toBe('pictures/b/2.png is 1 x 2 pixels, expected 2 x 1 as a/1.png has.')
  })

  test('refuses transparency, broken pictures and files that are no pictures, and names them', async () => {
    await put('a/1.png', await png([1, 2, 3, 128, 4, 5, 6, 255]))
    expect(await rejectionOf(read())).toMatchObject({
      code: 'data-invalid',
      message: expect.stringContaining('a/1.png is partly transparent'),
    })
    const whole = await png(
      Array.from({ length: 3000 }, (_, i) => (i * 7919) % 256),
      [25, 40],
    )
    await put('a/1.png', whole.slice(0, whole.length - 400))
    expect(await rejectionOf(read())).toMatchObject({
      code: 'data-invalid',
      message: expect.stringContaining('pictures/a/1.png cannot be decoded'),
    })
    await put('a/1.png', 'text')
    expect(await rejectionOf(read())).toMatchObject({ code: 'data-invalid' })
    await put('a/readme.txt', 'text')
    expect((await rejectionOf(read())).message).toContain('pictures/a/readme.txt is not a picture')
    await put('Loose.png', await png([1, 2]))
    expect((await rejectionOf(read())).message).toContain('pictures/Loose.png is not a folder')
  })

  test('refuses a folder without pictures and one that is not there', async () => {
    expect((await rejectionOf(read())).code).toBe('data-empty')
    await mkdir(join(folder, 'cat'))
    expect((await rejectionOf(read())).code).toBe('data-empty')
    expect((await rejectionOf(openImageFolder(join(folder, 'no'), { name: 'no' }))).code).toBe(
      'file-not-found',
    )
  })
})
