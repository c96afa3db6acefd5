import type { RunDocument } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { choosePictures } from './picture-budget.ts'
import { exampleRun, sha256 } from './testing/example-run.ts'

function runWith(strips: readonly (readonly string[])[], mediaType = 'image/png'): RunDocument {
  const { run } = exampleRun()
  const findings = strips.map((names) => ({
    ...(run.findings[0] as RunDocument['findings'][number]),
    evidence: [
      {
        kind: 'images' as const,
        title: 'strip',
        images: names.map((name) => ({
          label: name,
          blob: { path: name, sha256: sha256(name), bytes: 300, mediaType },
          width: 10,
          height: 10,
          sample: true,
        })),
      },
    ],
  }))
  return { ...run, findings, modes: [] }
}
const read = () => new Uint8Array(300)
const names = (count: number, prefix: string) => Array.from({ length: count }, (_, i) => `${prefix}${i}`)

describe('choosing pictures', () => {
  it('carries all of them when they fit', () => {
    const chosen = choosePictures(runWith([names(3, 'a'), names(2, 'b')]), read, 2000)
    expect(chosen).toMatchObject({ embedded: 5, leftOut: [] })
  })

  it('takes the first eight of every strip before the rest of any', () => {
    const chosen = choosePictures(runWith([names(20, 'a'), names(2, 'b')]), read, 400 * 11)
    const left = chosen.leftOut.map(({ path }) => path)
    expect(chosen.embedded).toBe(11)
    expect(left).toEqual(names(20, 'a').slice(9))
    expect(chosen.leftOut.every(({ reason }) => reason === 'budget')).toBe(true)
  })

  it('never goes over its budget, also when a file is larger than it said', () => {
    const chosen = choosePictures(runWith([names(10, 'a')]), () => new Uint8Array(600), 1700)
    expect(chosen.embedded).toBe(2)
  })

  it('counts a picture once that is shown twice', () => {
    expect(choosePictures(runWith([['a'], ['a']]), read, 400)).toMatchObject({ embedded: 1, leftOut: [] })
  })

  it('says which pictures are not there, and carries no type that could hold a program', () => {
    expect(choosePictures(runWith([['a']]), () => undefined, 4000).leftOut[0]?.reason).toBe('unreadable')
    expect(choosePictures(runWith([['a']]), undefined, 4000).leftOut[0]?.reason).toBe('unreadable')
    expect(choosePictures(runWith([['a']], 'image/svg+xml'), read, 4000).leftOut[0]?.reason).toBe(
      'not a picture',
    )
  })
})
