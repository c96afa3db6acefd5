import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readJson } from './read-json.ts'

describe('readJson', () => {
  test('reads whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        expect(readJson(text)).toEqual({ value: JSON.parse(text) })
      }),
    )
  })

  test('accepts exactly the texts that JSON.parse accepts', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"b"',
      '1',
      '-0.5e3',
      '01',
      'true',
      'nul',
      ' ',
      '\n',
      '"\\x"',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 9 }), (parts) => {
        const text = parts.join('')
        let right: unknown
        try {
          right = { value: JSON.parse(text) }
        } catch {
          right = 'refused'
        }
        const read = readJson(text)
        // Ours alone refuses a key that is there twice.
        if ('problem' in read && read.problem.includes('twice')) return
        expect('problem' in read ? 'refused' : read).toEqual(right)
      }),
      { numRuns: 2000 },
    )
  })

  test('says the line and column of what is wrong and what was expected there', () => {
    expect(readJson('{\n  "a": 1,\n}')).toEqual({
      problem: 'found "}", expected a key in double quotes',
      line: 3,
      column: 1,
    })
    expect(readJson('{"a" 1}')).toEqual({ problem: 'found "1", expected ":"', line: 1, column: 6 })
    expect(readJson('[1, 2')).toEqual({
      problem: 'found the end of the file, expected "," or "]"',
      line: 1,
      column: 6,
    })
    expect(readJson('// no\n{}')).toMatchObject({ line: 1, column: 1 })
    expect(readJson('')).toEqual({
      problem: 'found the end of the file, expected a value',
      line: 1,
      column: 1,
    })
  })

  test('refuses a key that is there twice and nesting that would exhaust the stack', () => {
    expect(readJson('{"a": 1,\n "a": 2}')).toEqual({
      problem: 'the key "a" is there twice',
      line: 2,
      column: 2,
    })
    expect(readJson('['.repeat(100_000))).toMatchObject({ problem: 'values are nested deeper than 64' })
  })

  test('keeps __proto__ an ordinary key, so that it can be refused by name', () => {
    const read = readJson('{"__proto__": {"x": 1}}') as { value: object }
    expect(Object.keys(read.value)).toEqual(['__proto__'])
    expect((read.value as { x?: number }).x).toBeUndefined()
  })
})
