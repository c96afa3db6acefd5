// Which pictures a one-file report carries. All are wanted, but a file that holds them all may be too large to
// mail or to open, so there is a rule: pictures of findings before those of measurements, and within each the
// first eight of every strip before the rest; in that order each picture goes in if it still fits. What does not
// go in is counted and named, with the reason.
import type { Blob, Evidence, RunDocument } from '@failmode/core'
import { base64 } from './base64.ts'
import { byRating } from './wording.ts'

export interface Pictures {
  /** The picture as a data URI; undefined when the report does not carry it. */
  readonly uri: (blob: Blob) => string | undefined
  readonly embedded: number
  readonly leftOut: readonly {
    readonly path: string
    readonly bytes: number
    readonly reason: LeftOutReason
  }[]
}

export type LeftOutReason = 'budget' | 'unreadable' | 'not a picture'

export const leftOutWords: Readonly<Record<LeftOutReason, string>> = {
  budget: 'over the size a report may have',
  unreadable: 'not in the run folder',
  'not a picture': 'of a type that a page does not show',
}

const mediaTypes = ['image/png', 'image/jpeg', 'image/webp', 'image/gif']
const stripHead = 8

/** `budget` counts characters of base64, because that is what the file grows by. */
export function choosePictures(
  run: RunDocument,
  readBlob: ((path: string) => Uint8Array | undefined) | undefined,
  budget: number,
): Pictures {
  const strips = [
    ...[...run.findings].sort(byRating).flatMap((finding) => imagesOf(finding.evidence, 0)),
    ...run.modes.flatMap((mode) =>
      [...mode.measurements, ...mode.checks.flatMap((check) => check.measurements)].flatMap((measurement) =>
        imagesOf(measurement.evidence ?? [], 1),
      ),
    ),
  ]
  const uris = new Map<string, string>()
  const leftOut = new Map<string, Pictures['leftOut'][number]>()
  let room = budget
  for (const { blob } of strips.sort((a, b) => a.rank - b.rank)) {
    if (uris.has(blob.sha256) || leftOut.has(blob.sha256)) continue
    const leave = (reason: LeftOutReason) =>
      leftOut.set(blob.sha256, { path: blob.path, bytes: blob.bytes, reason })
    if (!mediaTypes.includes(blob.mediaType)) {
      leave('not a picture')
      continue
    }
    if (base64Size(blob.bytes) > room) {
      leave('budget')
      continue
    }
    const bytes = readBlob?.(blob.path)
    if (bytes === undefined) {
      leave('unreadable')
      continue
    }
    const size = base64Size(bytes.length)
    if (size > room) {
      leave('budget')
      continue
    }
    room -= size
    uris.set(blob.sha256, `data:${blob.mediaType};base64,${base64(bytes)}`)
  }
  return { uri: (blob) => uris.get(blob.sha256), embedded: uris.size, leftOut: [...leftOut.values()] }
}

function imagesOf(evidence: readonly Evidence[], group: number): readonly { blob: Blob; rank: number }[] {
  return evidence.flatMap((item) =>
    item.kind === 'images'
      ? item.images.map(({ blob }, index) => ({ blob, rank: group * 2 + (index < stripHead ? 0 : 1) }))
      : [],
  )
}

function base64Size(bytes: number): number {
  return Math.ceil(bytes / 3) * 4
}
