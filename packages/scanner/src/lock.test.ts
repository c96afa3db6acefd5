import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { duplicateKey } from './duplicate-key.ts'
import {
  compareLock,
  createLock,
  type FileToLock,
  formatLock,
  type Lock,
  lockPath,
  parseLock,
} from './lock.ts'
import { ScannerError } from './scanner-error.ts'

const a = 'a'.repeat(64)
const b = 'b'.repeat(64)
const tool = 'failmode 0.1.0'

const lockText = (artifacts: string): string => `{"lockVersion":1,"tool":"t","artifacts":${artifacts}}`

function refusal(text: string): string {
  try {
    parseLock(text)
  } catch (error) {
    expect(error).toBeInstanceOf(ScannerError)
    expect((error as ScannerError).code).toBe('lock-invalid')
    return (error as ScannerError).message
  }
  throw new Error('the lock was accepted')
}

const part = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'a',
    'Z',
    '0',
    '模型',
    'e\u0301',
    '\u{1F600}',
    'con "quoted"',
  ),
  fc.string({ minLength: 1, maxLength: 8 }).filter((text) => lockPath(text) === text),
)
const path = fc
  .array(
    part.filter((text) => !text.includes('/')),
    { minLength: 1, maxLength: 3 },
  )
  .map((parts) => parts.join('/'))
  .filter((text) => lockPath(text) === text)
const hex = fc.stringMatching(/^[0-9a-f]{64}$/)
const files: fc.Arbitrary<FileToLock[]> = fc.uniqueArray(
  fc.record(
    { path, bytes: fc.maxSafeNat(), sha256: hex, source: fc.string(), licence: fc.string() },
    { requiredKeys: ['path', 'bytes', 'sha256'] },
  ),
  { selector: (file) => file.path, maxLength: 6 },
)

describe('formatLock and parseLock', () => {
  it('give the text of the documented format', () => {
    const lock = createLock(
      [
        { path: 'b/model.onnx', bytes: 5, sha256: b, licence: 'MIT' },
        { path: './a.npz', bytes: 0, sha256: a.toUpperCase() },
      ],
      { tool },
    )
    expect(formatLock(lock)).toBe(
      [
        '{',
        '  "lockVersion": 2,',
        '  "tool": "failmode 0.1.0",',
        '  "artifacts": {',
        '    "a.npz": {',
        '      "bytes": 0,',
        `      "sha256": "${a}"`,
        '    },',
        '    "b/model.onnx": {',
        '      "bytes": 5,',
        `      "sha256": "${b}",`,
        '      "licence": "MIT"',
        '    }',
        '  }',
        '}',
        '',
      ].join('\n'),
    )
    expect(formatLock(createLock([], { tool }))).toBe(
      '{\n  "lockVersion": 2,\n  "tool": "failmode 0.1.0",\n  "artifacts": {}\n}\n',
    )
  })

  it('are inverse to each other, whatever the order and the names', () => {
    fc.assert(
      fc.property(files, (list) => {
        const lock = createLock(list, { tool })
        expect(parseLock(formatLock(lock))).toEqual(lock)
        expect(formatLock(createLock([...list].reverse(), { tool }))).toBe(formatLock(lock))
        // Standard tools read the same.
        const plain = JSON.parse(formatLock(lock)) as { artifacts: Record<string, unknown> }
        expect(Object.keys(plain.artifacts).sort()).toEqual(list.map((file) => file.path).sort())
      }),
    )
  })

  it('keep weak digests apart and in lower case', () => {
    const lock = parseLock(
      lockText(`{"zoo.caffemodel":{"sha1":"${'AB'.repeat(20)}","md5":"${'cd'.repeat(16)}"}}`),
    )
    expect(lock.artifacts).toEqual([
      { path: 'zoo.caffemodel', weak: { sha1: 'ab'.repeat(20), md5: 'cd'.repeat(16) } },
    ])
    expect(parseLock(formatLock(lock))).toEqual(lock)
  })

  it('never throw anything but a ScannerError, whatever the text', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map((value) => lockText(JSON.stringify(value))),
      fc.dictionary(fc.string(), fc.jsonValue()).map((value) => lockText(JSON.stringify(value))),
    )
    fc.assert(
      fc.property(anything, (text) => {
        try {
          parseLock(text)
        } catch (error) {
          expect(error).toBeInstanceOf(ScannerError)
        }
      }),
      { numRuns: 500 },
    )
    expect(refusal('['.repeat(200_000))).toContain('not JSON')
  })

  it('treat __proto__ as a name and leave every prototype alone', () => {
    const text = lockText(`{"__proto__":{"bytes":1,"sha256":"${a}"},"constructor":{"sha256":"${b}"}}`)
    const lock = parseLock(text)
    expect(lock.artifacts.map((artifact) => artifact.path)).toEqual(['__proto__', 'constructor'])
    expect(({} as { bytes?: number }).bytes).toBeUndefined()
    expect(compareLock(lock, [{ state: 'present', path: 'toString', bytes: 1, sha256: a }])[0]?.state).toBe(
      'missing-digest',
    )
    expect(refusal(`{"lockVersion":1,"tool":"t","artifacts":{},"__proto__":{"x":1}}`)).toContain('__proto__')
    expect(refusal(lockText(`{"m":{"__proto__":{"sha256":"${a}"}}}`))).toContain('__proto__')
  })

  it('refuse a key given twice, also when one is written with an escape', () => {
    expect(refusal(lockText(`{"m":{"sha256":"${a}"},"m":{"sha256":"${b}"}}`))).toContain('twice')
    expect(refusal(lockText(`{"m":{"sha256":"${a}","sha25\\u0036":"${b}"}}`))).toContain('twice')
    expect(refusal(`{"lockVersion":1,"lockVersion":1,"tool":"t","artifacts":{}}`)).toContain('twice')
  })

  it.each([
    ['an unknown version', '{"lockVersion":3,"tool":"t","artifacts":{}}'],
    ['no version', '{"tool":"t","artifacts":{}}'],
    ['a version as text', '{"lockVersion":"1","tool":"t","artifacts":{}}'],
    ['a list of artifacts', '{"lockVersion":1,"tool":"t","artifacts":[]}'],
    ['no tool', '{"lockVersion":1,"artifacts":{}}'],
    ['an unknown key', '{"lockVersion":1,"tool":"t","artifacts":{},"extra":1}'],
    ['an entry that is a digest', lockText(`{"m":"${a}"}`)],
    ['a misspelt digest', lockText(`{"m":{"sha265":"${a}"}}`)],
    ['a digest cut short', lockText(`{"m":{"sha256":"${a.slice(1)}"}}`)],
    ['a digest with a line end', lockText(`{"m":{"sha256":"${a.slice(1)}\\n"}}`)],
    ['a digest that is null', lockText('{"m":{"sha256":null}}')],
    ['a digest that is a list', lockText(`{"m":{"sha256":["${a}"]}}`)],
    ['a SHA-1 in the place of SHA-256', lockText(`{"m":{"sha256":"${'a'.repeat(40)}"}}`)],
    ['a negative size', lockText('{"m":{"bytes":-1}}')],
    ['a size with a fraction', lockText('{"m":{"bytes":1.5}}')],
    ['an absolute path', lockText('{"/etc/passwd":{}}')],
    ['a path upwards', lockText('{"a/../../m":{}}')],
    ['a path with a dot', lockText('{"./m":{}}')],
    ['a path with a drive', lockText('{"C:/m":{}}')],
    ['a path with backslashes', lockText('{"..\\\\m":{}}')],
    ['a path with an empty part', lockText('{"a//m":{}}')],
    ['an empty path', lockText('{"":{}}')],
    ['a path with a null character', lockText('{"m\\u0000.onnx":{}}')],
  ])('refuse %s', (_, text) => {
    expect(refusal(text).length).toBeGreaterThan(10)
  })
})

describe('duplicateKey', () => {
  it('agrees with a reviver-free reading of the object: the count of keys written and kept', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.json()), { maxLength: 8 }), (members) => {
        const text = `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`
        const kept = Object.keys(JSON.parse(text) as object).length
        if (kept < members.length) expect(duplicateKey(text)).not.toBeNull()
        else expect(duplicateKey(text)).toBeNull()
      }),
    )
  })

  it('takes long texts without running out of stack or patience', () => {
    for (const long of ['x'.repeat(3e6), '\\n'.repeat(2e6), '\\"'.repeat(2e6), '\\\\'.repeat(2e6)]) {
      expect(duplicateKey(`{"a":"${long}","b":"${long}","a" \n:1}`)).toBe('a')
    }
  })

  it('is not misled by braces and colons inside texts', () => {
    expect(duplicateKey('{"a":"} {\\"a\\":1","b":{"a":1}, "c":["a","a"]}')).toBeNull()
    expect(duplicateKey('{"a":[{"x":1},{"x":2}],"a" :2}')).toBe('a')
  })
})

describe('createLock', () => {
  it.each(['../model.onnx', '/model.onnx', 'a/../b', 'C:\\m', ''])('refuses the path %j', (path) => {
    expect(() => createLock([{ path, bytes: 1, sha256: a }], { tool })).toThrow(ScannerError)
  })

  it('refuses one file under two spellings', () => {
    const twice = [
      { path: 'm', bytes: 1, sha256: a },
      { path: './m', bytes: 1, sha256: b },
    ]
    expect(() => createLock(twice, { tool })).toThrow(/twice/)
  })
})

describe('compareLock', () => {
  const lock: Lock = {
    tool,
    artifacts: [
      { path: 'gone', sha256: a },
      { path: 'grown', bytes: 9, weak: { sha1: 'c'.repeat(40) } },
      { path: 'named-only', bytes: 1 },
      { path: 'old', weak: { md5: 'd'.repeat(32) } },
      { path: 'other', sha256: b },
      { path: 'same', bytes: 1, sha256: a, weak: { sha1: 'c'.repeat(40) } },
      { path: 'swapped', bytes: 1, sha256: b },
    ],
  }
  const present = (path: string) => ({ state: 'present', path, bytes: 1, sha256: a }) as const

  it('tells every state apart', () => {
    const measured = [
      present('./same'),
      present('swapped'),
      present('grown'),
      present('old'),
      present('named-only'),
      present('new'),
      present('../outside'),
      { state: 'missing', path: 'gone' } as const,
    ]
    expect(compareLock(lock, measured).map(({ path, state }) => [path, state])).toEqual([
      ['./same', 'match'],
      ['swapped', 'mismatch'],
      ['grown', 'mismatch'],
      ['old', 'weak-digest'],
      ['named-only', 'missing-digest'],
      ['new', 'missing-digest'],
      ['../outside', 'missing-digest'],
      ['gone', 'missing-file'],
      ['other', 'not-measured'],
    ])
  })

  it('says what was expected, what is there and what differs', () => {
    expect(compareLock(lock, [present('swapped')])[0]).toEqual({
      path: 'swapped',
      state: 'mismatch',
      expected: b,
      actual: a,
      difference: 'another SHA-256 than recorded',
    })
    expect(compareLock(lock, [present('grown')])[0]?.difference).toBe('1 bytes where 9 are recorded')
    expect(compareLock(lock, [present('old')])[0]?.expected).toBe(`md5:${'d'.repeat(32)}`)
  })

  it('finds no digest at all where there is no lock', () => {
    const states = compareLock(null, [present('a'), { state: 'missing', path: 'b' }])
    expect(states.map(({ state }) => state)).toEqual(['missing-digest', 'missing-file'])
  })

  it('matches exactly the files that were locked, and no other digest ever matches', () => {
    fc.assert(
      fc.property(files, hex, (list, other) => {
        const whole = createLock(list, { tool })
        const asNow = list.map(
          ({ path, bytes, sha256 }) => ({ state: 'present', path, bytes, sha256 }) as const,
        )
        expect(compareLock(whole, asNow).every(({ state }) => state === 'match')).toBe(true)
        const changed = asNow.map((file) => ({ ...file, sha256: other }))
        for (const [i, { state }] of compareLock(whole, changed).entries()) {
          expect(state).toBe(list[i]?.sha256 === other ? 'match' : 'mismatch')
        }
      }),
    )
  })
})
