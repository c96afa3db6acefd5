import { catalogue } from '@failmode/catalogue'
import { runDocumentSchema } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { renderers, shareSafe } from './index.ts'
import { exampleRun, hostileRun } from './testing/example-run.ts'

describe.each(Object.entries(renderers))('the %s renderer', (name, renderer) => {
  it('is found by its own name and renders the same run to the same text', () => {
    const { run, blobs } = exampleRun()
    expect(renderer.format).toBe(name)
    const options = { catalogue, readBlob: (path: string) => blobs.get(path) }
    const text = renderer.render(run, options)
    expect(text.length).toBeGreaterThan(1000)
    expect(renderer.render(structuredClone(run), options)).toBe(text)
  })

  it('takes hostile names, and leaves the run as it was', () => {
    const { run } = hostileRun()
    const before = JSON.stringify(run)
    expect(renderer.render(run, { catalogue })).not.toBe('')
    expect(JSON.stringify(run)).toBe(before)
  })

  it('takes a run with nothing in it', () => {
    const { run } = exampleRun()
    const bare = {
      ...run,
      modes: [],
      findings: [],
      sanity: [],
      gate: null,
      system: { ...run.system, model: null, data: {}, artifacts: [], config: null, authorized: null },
    }
    expect(renderer.render(bare, { catalogue })).not.toBe('')
  })

  it('leaves out samples and home directories when it is share-safe', () => {
    const { run, blobs } = hostileRun()
    const options = { catalogue, readBlob: (path: string) => blobs.get(path) }
    const text = renderer.render(run, { ...options, shareSafe: true })
    expect(text).not.toMatch(/\/home\/dana|evidence\/clean\.png|evidence\/inverted\.png/)
    const usual = renderer.render(run, options)
    expect(usual === renderer.render(run, { ...options, shareSafe: renderer.shareSafeByDefault })).toBe(true)
  })
})

it('makes SARIF and JUnit share-safe by default and nothing else', () => {
  const safe = Object.values(renderers).filter((renderer) => renderer.shareSafeByDefault)
  expect(safe.map((renderer) => renderer.format)).toEqual(['sarif', 'junit'])
})

it('gives the run back as JSON, with sorted keys', () => {
  const { run } = exampleRun()
  const text = renderers.json.render(run, { catalogue })
  expect(runDocumentSchema.parse(JSON.parse(text))).toEqual(JSON.parse(JSON.stringify(run)))
  expect(Object.keys(JSON.parse(text))).toEqual(Object.keys(run).sort())
  expect(JSON.parse(renderers.json.render(run, { catalogue, shareSafe: true }))).toEqual(
    JSON.parse(JSON.stringify(shareSafe(run))),
  )
})
