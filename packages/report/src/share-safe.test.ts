import { runDocumentSchema } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { shareSafe, withoutAbsolutePaths, withoutDirectory } from './share-safe.ts'
import { exampleRun, hostileRun } from './testing/example-run.ts'

describe('a share-safe run', () => {
  it('is still a valid run with the same outcomes, numbers and findings', () => {
    const { run } = exampleRun()
    const safe = shareSafe(run)
    expect(runDocumentSchema.safeParse(safe).error).toBeUndefined()
    expect(safe.modes.map((mode) => mode.outcome)).toEqual(run.modes.map((mode) => mode.outcome))
    expect(safe.findings.map((finding) => finding.fingerprint)).toEqual(
      run.findings.map((finding) => finding.fingerprint),
    )
    const values = (document: typeof run) =>
      document.modes.flatMap((mode) => mode.checks.flatMap((check) => check.measurements.map((m) => m.value)))
    expect(values(safe)).toEqual(values(run))
  })

  it('has no picture of a sample, no table and no per-sample outcomes, and says so', () => {
    const { run } = exampleRun()
    const text = JSON.stringify(shareSafe(run))
    expect(text).not.toContain('"sample":true')
    expect(text).not.toContain('samples/perturbation.json')
    expect(text).not.toContain('Gemm_7')
    expect(text).toContain('2 pictures of samples left out')
    expect(text).toContain('cells may hold values of samples')
    // The difference picture shows no sample and stays.
    expect(text).toContain('evidence/difference.png')
  })

  it('has no directory of an absolute path left', () => {
    const text = JSON.stringify(shareSafe(hostileRun().run))
    expect(text).not.toContain('/home/dana')
    expect(text).not.toContain('secret project')
    expect(text).not.toContain('Users')
    expect(text).toContain('failmode.config.json')
  })
})

describe('taking directories out', () => {
  it('keeps the name of the file', () => {
    expect(withoutDirectory('/home/x/model.onnx')).toBe('model.onnx')
    expect(withoutDirectory('C:\\Users\\x\\model.onnx')).toBe('model.onnx')
    expect(withoutDirectory('../x/model.onnx')).toBe('model.onnx')
    expect(withoutDirectory('models/model.onnx')).toBe('models/model.onnx')
  })

  it('finds paths in sentences and commands', () => {
    expect(withoutAbsolutePaths('cannot read /home/x/y/model.onnx: gone')).toBe(
      'cannot read model.onnx: gone',
    )
    expect(withoutAbsolutePaths('--config "/home/Jane Doe/a b.json" --seed 7')).toBe(
      '--config "a b.json" --seed 7',
    )
    expect(withoutAbsolutePaths('file:///tmp/x/y.npy and D:\\data\\x.npy')).toBe('y.npy and x.npy')
    expect(withoutAbsolutePaths('--data=/srv/data/x.npz')).toBe('--data=x.npz')
  })

  it('leaves addresses, fractions and words with a slash alone', () => {
    const text = 'see https://example.org/a/b, 10/f negatives, and/or, perturbation/pgd'
    expect(withoutAbsolutePaths(text)).toBe(text)
  })
})
