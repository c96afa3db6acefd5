import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { libraryVersions, toolVersion } from './versions.ts'

it('gives the version of the published package', () => {
  const path = new URL('../../failmode/package.json', import.meta.url)
  expect(toolVersion).toBe((JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version)
})

it('gives the versions of the libraries that numbers depend on, whatever they export', () => {
  const wanted = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    dependencies: Record<string, string>
  }
  expect(libraryVersions()).toMatchObject({ sharp: wanted.dependencies.sharp, 'onnxruntime-node': '1.30.0' })
})
