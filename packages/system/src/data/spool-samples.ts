// Pictures that are too many for memory. They are decoded once, in order, into a file, and read from there row by row, so what
// a run needs does not grow with the number of pictures. The file has no name: it is taken off its folder as soon as it is
// open, so that nothing is left behind however the process ends, and all threads of the process read it by its descriptor.
import { open, statfs, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FailmodeError, sizeOf } from '@failmode/core'
import { arrangeSamples } from './arrange-samples.ts'
import type { ImageFolder } from './image-folder.ts'
import { dataInvalid } from './raw-array.ts'
import type { RawSamples } from './read-samples.ts'
import { resolveLabels } from './resolve-labels.ts'
import {
  factsOf,
  orderOf,
  type StoredSamples,
  type StoreOptions,
  sampleHash,
  sharedLabels,
} from './stored-samples.ts'

/**
 * Writes pictures to a file and gives samples that read from it; the same facts as `storeSamples` of the same pictures.
 * @throws FailmodeError `file-unreadable` when there is no room for the file, and those of the decoder and of `storeSamples`
 */
export async function spoolSamples(
  raw: RawSamples & { readonly pictures: ImageFolder },
  options: StoreOptions,
): Promise<StoredSamples> {
  const { name, inputs, pictures } = raw
  const layout = options.layout ?? raw.layout
  const arrangement = arrangeSamples(inputs.shape, { name, layout, sampleShape: options.sampleShape })
  const labels = resolveLabels(raw, options.labels)
  const range = options.valueRange ?? ([0, 255] as const)
  await needRoom(sizeOf(inputs.shape), name)

  const path = join(tmpdir(), `failmode-${crypto.randomUUID()}`)
  const file = await open(path, 'wx+', 0o600)
  try {
    await unlink(path)
    const move = orderOf(arrangement)
    const hash = sampleHash({
      bytes: true,
      range,
      shape: [inputs.shape[0]!, ...arrangement.sampleShape],
      labels,
    })
    const moved = new Uint8Array(sizeOf(arrangement.sampleShape))
    let number = 0
    for await (const picture of pictures.decode()) {
      options.signal?.throwIfAborted()
      const outside = picture.findIndex((value) => value < range[0] || value > range[1])
      if (outside >= 0) {
        throw dataInvalid(
          `${name}/${pictures.files[number]}`,
          `holds ${picture[outside]}, outside "valueRange" [${range[0]}, ${range[1]}]`,
        )
      }
      if (move !== null) for (let j = 0; j < moved.length; j++) moved[j] = picture[move[j]!]!
      const row = move === null ? picture : moved
      hash.update(row)
      await file.write(row, 0, row.length, number * row.length)
      number += 1
    }
    return {
      facts: factsOf(raw, { hash, sampleShape: arrangement.sampleShape, labels }),
      storage: { kind: 'file', descriptor: keep(file), range },
      labels: labels === null ? null : sharedLabels(labels),
      metadata: raw.metadata ?? {},
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Handles that are not referred to are closed when they are collected; these live as long as the process. */
const kept: { readonly fd: number }[] = []

function keep(file: { readonly fd: number }): number {
  kept.push(file)
  return file.fd
}

async function needRoom(bytes: number, name: string): Promise<void> {
  const { bavail, bsize } = await statfs(tmpdir())
  if (bytes <= bavail * bsize) return
  const gib = (count: number) => `${(count / 2 ** 30).toFixed(1)} GiB`
  throw new FailmodeError('file-unreadable', {
    message: `${name} holds ${gib(bytes)} of pixels, which are put into a file for the time of the run, but only ${gib(bavail * bsize)} are free for temporary files.`,
    hint: 'Make room, or name a folder with room in the environment variable TMPDIR.',
  })
}
