import { describe, expect, it } from 'vitest'
import { suite, suiteLabel } from './suites.ts'

const ten = { norm: 'linf', classes: 10 } as const

describe('suites', () => {
  it('are called AutoAttack only where they are exactly that', () => {
    const standard = suite('autoattack-standard', 'linf')
    expect(standard.map(({ attack, effort, times }) => [attack, effort, times])).toEqual([
      ['apgd-ce', 100, 1],
      ['apgd-t', 100, 9],
      ['fab-t', 100, 9],
      ['square', 5001, 1],
    ])
    expect(suiteLabel(standard, ten)).toBe('autoattack-standard')
    const other = (change: (plans: typeof standard) => typeof standard) => suiteLabel(change(standard), ten)
    expect(other((plans) => plans.slice(0, 3))).toBe('apgd-ce + apgd-t + fab-t')
    expect(other((plans) => [...plans].reverse())).toBe('square + fab-t + apgd-t + apgd-ce')
    expect(other(([first, ...rest]) => [{ ...first!, effort: 99 }, ...rest])).not.toContain('autoattack')
    // Without DLR's four classes other losses run in its place.
    expect(suiteLabel(standard, { norm: 'linf', classes: 3 })).not.toContain('autoattack')
    // L1 has a standard of its own.
    expect(suiteLabel(standard, { norm: 'l1', classes: 10 })).not.toContain('autoattack')
    expect(suiteLabel(suite('autoattack-standard', 'l1'), { norm: 'l1', classes: 10 })).toBe(
      'autoattack-standard',
    )
  })
})
