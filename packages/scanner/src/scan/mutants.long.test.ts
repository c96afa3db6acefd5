// Ten thousand mutants of each format go through the whole scanner, in the child process that users have: none may
// crash it, hang it for ten seconds or take more than 512 MB. A mutant is an honest file with bits turned, bytes
// replaced by telling values, pieces cut, doubled, moved or exchanged with another file's.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { allSamples } from '../formats/testing/all-samples.ts'
import { mutantRandom, mutate } from '../formats/testing/mutate.ts'
import { scanPaths } from './scan-paths.ts'

const mutants = 10_000
const batch = 500
const folder = mkdtempSync(join(tmpdir(), 'failmode-mutants-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(allSamples())('mutants of $format', ({ format, files }) => {
  it(`are ${mutants}, and none crashes, hangs or exhausts the scanner`, { timeout: 3_600_000 }, async () => {
    const random = mutantRandom(format)
    const crashed: string[] = []
    for (let from = 0; from < mutants; from += batch) {
      const paths: string[] = []
      for (let i = 0; i < batch; i++) {
        const path = join(folder, `${format}-${from + i}`)
        writeFileSync(path, mutate(files, random))
        paths.push(path)
      }
      const scan = await scanPaths(paths, { limits: { seconds: 5 }, memoryMb: 512 })
      expect(scan.files).toHaveLength(batch)
      for (const { path, findings } of scan.files) {
        const crash = findings.find(({ rule }) => rule === 'scan/crashed')
        if (crash === undefined) rmSync(path)
        else crashed.push(`${path}: ${crash.message}`)
      }
    }
    expect(crashed).toEqual([])
  })
})
