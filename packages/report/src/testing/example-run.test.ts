import { outcomes, runDocumentSchema } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { exampleRun, hostileRun } from './example-run.ts'

describe('the example run', () => {
  it('is a valid run document, and so is the hostile one', () => {
    expect(runDocumentSchema.safeParse(exampleRun().run).error).toBeUndefined()
    expect(runDocumentSchema.safeParse(hostileRun().run).error).toBeUndefined()
  })

  it('has every outcome, both scales with every severity, and every kind of evidence', () => {
    const { run } = exampleRun()
    expect(new Set(run.modes.map((mode) => mode.outcome))).toEqual(new Set(outcomes))
    expect(new Set(run.findings.map(({ scale, severity }) => `${scale} ${severity}`))).toEqual(
      new Set([
        'sdl critical',
        'sdl important',
        'sdl moderate',
        'sdl low',
        'safety high',
        'safety medium',
        'safety low',
      ]),
    )
    const kinds = run.findings.flatMap((finding) => finding.evidence.map(({ kind }) => kind))
    expect(new Set(kinds)).toEqual(new Set(['images', 'table', 'curve', 'file']))
  })
})
