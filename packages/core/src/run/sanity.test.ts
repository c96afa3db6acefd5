import { describe, expect, it } from 'vitest'
import { doubtsAbout, mergeSanity } from './sanity.ts'

const fired = { id: 'drift', fired: true, meaning: 'It changed.' }

describe('sanity entries', () => {
  it('are put together where several checks say the same, and kept apart where they do not', () => {
    const merged = mergeSanity([
      { ...fired, check: 'a/one' },
      { ...fired, check: 'a/two' },
      { ...fired, check: 'a/two' },
      { ...fired, check: 'a/three', meaning: 'It changed twice.' },
      { ...fired, check: 'a/four', fired: false },
    ])
    expect(merged.map(({ check, concerns, fired: on }) => [check, concerns, on])).toEqual([
      ['a/one', ['a/one', 'a/two'], true],
      ['a/three', ['a/three'], true],
      ['a/four', ['a/four'], false],
    ])
  })

  it('doubt the checks they concern, when they fired and nothing settled them', () => {
    const entries = mergeSanity([
      { ...fired, check: 'a/one' },
      { ...fired, check: 'a/two', settledBy: 'another attack' },
      { ...fired, id: 'quiet', check: 'a/one', fired: false },
    ])
    expect(doubtsAbout('a/one', entries).map(({ id }) => id)).toEqual(['drift'])
    expect(doubtsAbout('a/two', entries)).toEqual([])
    // A run stored before entries named all their checks.
    expect(doubtsAbout('a/old', [{ ...fired, check: 'a/old' }])).toHaveLength(1)
  })
})
