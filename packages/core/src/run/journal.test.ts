import { describe, expect, it } from 'vitest'
import { parseJournal } from './journal.ts'

const header = JSON.stringify({
  journal: 1,
  runId: 'r',
  createdAt: '2026-01-01T00:00:00.000Z',
  planDigest: 'p',
})
const entry = (key: string) =>
  JSON.stringify({
    key,
    handler: 'h',
    version: 1,
    output: { key },
    cost: { queries: 1, gradients: 0 },
    blobs: [],
  })
const text = `${header}\n${entry('a')}\n${entry('b')}\n`

describe('the journal', () => {
  it('is read back entry by entry', () => {
    const journal = parseJournal(text, 'journal.jsonl')
    expect(journal.header.runId).toBe('r')
    expect([...journal.entries.keys()]).toEqual(['a', 'b'])
    expect(journal.wholeBytes).toBe(text.length)
  })

  it('drops a torn last line wherever a killed process left it, and nothing else', () => {
    for (let cut = header.length + 1; cut <= text.length; cut++) {
      const journal = parseJournal(text.slice(0, cut), 'journal.jsonl')
      const whole = text.slice(0, cut).split('\n').length - 2
      expect(journal.entries.size).toBe(whole)
      expect(text.slice(0, journal.wholeBytes).endsWith('\n')).toBe(true)
    }
  })

  it('says so when nothing was written, or a line in the middle is damaged', () => {
    expect(() => parseJournal('', 'journal.jsonl')).toThrow(/no finished line/)
    expect(() => parseJournal(header.slice(0, 20), 'journal.jsonl')).toThrow(/no finished line/)
    expect(() => parseJournal(`${header}\n{"key":\n${entry('b')}\n`, 'journal.jsonl')).toThrow(/line 2/)
    expect(() => parseJournal(`{"journal":2}\n`, 'journal.jsonl')).toThrow(/line 1/)
  })
})
