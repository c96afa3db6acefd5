import { describe, expect, it } from 'vitest'
import { isBeyond } from './beyond.ts'

const logits = (...data: number[]) => ({ kind: 'logits' as const, data: Float32Array.from(data), classes: 3 })

describe('a point beyond the border', () => {
  it('is one whose margin rounding cannot undo', () => {
    const labels = Int32Array.of(0, 0, 0, 0)
    const scores = logits(1, 1.1, 0, 1, 1, 0, 1, 1.000001, 0, 100, 100.0005, 0)
    expect(isBeyond(scores, { labels }, [0, 1, 2, 3])).toEqual([true, false, false, false])
  })

  it('belongs to the class that is asked for, where one is', () => {
    const batch = { labels: Int32Array.of(0, 0, 0), targets: Int32Array.of(1, 2, 2) }
    expect(isBeyond(logits(0, 1, 2, 0, 1, 2), batch, [0, 2])).toEqual([false, true])
  })

  it('is told from probabilities as well, also where they are tiny', () => {
    const data = Float32Array.of(1e-30, 2e-30, 1, 0.5, 0.5, 0)
    const scores = { kind: 'probabilities' as const, data, classes: 3 }
    expect(isBeyond(scores, { labels: Int32Array.of(1, 0) }, [0, 1])).toEqual([true, false])
    expect(isBeyond(scores, { labels: Int32Array.of(2, 0) }, [0, 1])).toEqual([false, false])
  })
})
