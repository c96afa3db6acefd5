import { describe, expect, it } from 'vitest'
import {
  type Archive,
  type ArchiveEntry,
  type Format,
  type Layout,
  Malformed,
  NotThisFormat,
} from '../formats/format.ts'
import { memorySource, type Source, slice } from '../source/source.ts'
import { examine, examineFolder, type Knowledge } from './examine.ts'
import { defineRules } from './rule.ts'

// Formats made for these tests: `[N]` plus N bytes, of which `!` is dangerous; `B` bags other files; `?` only maybe.
const rules = defineRules('test', {
  bang: {
    title: 'A bang',
    verdict: 'malicious',
    severity: 'critical',
    why: 'It bangs.',
    advice: 'Run.',
    references: ['CWE-1'],
  },
})
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')
const textOf = (source: Source): string =>
  Buffer.from(source.read(0, Math.min(source.size, 1 << 20))).toString('latin1')

const block: Format = {
  id: 'block',
  title: 'Block',
  signatures: [bytes('BLK')],
  recognise: (head) => (Buffer.from(head).toString('latin1').startsWith('BLK') ? 'sure' : 'no'),
  async examine(source, context) {
    const match = /^BLK(\d)/.exec(textOf(source))
    if (match === null) throw new Malformed('no length', 3)
    const end = 4 + Number(match[1])
    const at = textOf(slice(source, 0, end)).indexOf('!')
    if (at !== -1) context.report(rules.bang, { message: 'There.', offset: at, call: 'bang()' })
    if (source.size < end) throw new Malformed('cut off', source.size)
    return { end }
  },
}
const entry = (path: string, source: Source): ArchiveEntry => ({
  path,
  bytes: source.size,
  kind: 'file',
  open: async () => source,
})
const bag: Format = {
  id: 'bag',
  title: 'Bag',
  recognise: (head) => (head[0] === 0x28 ? 'sure' : 'no'),
  async examine(source, context) {
    // (name=content;name=content): contents end at the matching parenthesis.
    const text = textOf(source)
    let depth = 0
    let end = 0
    let start = 1
    const entries: ArchiveEntry[] = []
    for (; end < text.length; end++) {
      if (text[end] === '(') depth += 1
      if (text[end] === ')') depth -= 1
      if ((text[end] === ';' && depth === 1) || (text[end] === ')' && depth === 0)) {
        const equals = text.indexOf('=', start)
        entries.push(entry(text.slice(start, equals), slice(source, equals + 1, end - equals - 1)))
        start = end + 1
      }
      if (depth === 0) break
    }
    if (depth !== 0) throw new Malformed('not closed')
    const archive: Archive = {
      entries,
      find: (path) => entries.find((one) => one.path === path) ?? null,
    }
    await context.scanMembers(archive)
    return { end: end + 1 }
  },
}
const guess: Format = {
  id: 'guess',
  title: 'Guess',
  recognise: (head) => (head[0] === 0x3f ? 'maybe' : 'no'),
  async examine(source) {
    if (!textOf(source).startsWith('?yes')) throw new NotThisFormat('no')
    return { end: source.size }
  },
}
/** Sure of the same bytes as `block`. */
const twin: Format = {
  ...block,
  id: 'twin',
  title: 'Twin',
  signatures: [],
  recognise: (head) => (Buffer.from(head).toString('latin1').startsWith('BLK2tw') ? 'sure' : 'no'),
  examine: async (source) => ({ end: source.size }),
}
const rawLayout: Layout = {
  id: 'raw-layout',
  title: 'Raw layout',
  recognise: (archive) => archive.find('index') !== null,
  async examine(_, context) {
    context.fact('seen', true)
    return { claimed: new Set(['raw']) }
  },
}
const knowledge: Knowledge = {
  formats: [block, twin, bag, guess],
  layouts: [rawLayout],
  findPickles: () => [],
  executable: (head) => (head[0] === 0x7f ? 'an ELF program' : null),
  mayFollow: new Map([['guess', ['block']]]),
}
const scan = (text: string, limits = {}) => examine(memorySource(bytes(text)), 'f', knowledge, { limits })
const rulesOf = ({ findings }: { findings: readonly { rule: string; part: string }[] }): string[] =>
  findings.map(({ rule, part }) => `${part} ${rule}`)

describe('the examination of a file', () => {
  it('finds an honest file clean, with its format', async () => {
    const result = await scan('BLK3abc')
    expect(result).toMatchObject({
      verdict: 'clean',
      findings: [],
      parts: [{ format: 'block', verdict: 'clean' }],
    })
  })

  it('names the part, the byte, the call and the reason of a finding', async () => {
    const result = await scan('(a=BLK1x;b=(c=BLK2a!))')
    expect(result.verdict).toBe('malicious')
    expect(result.findings).toMatchObject([
      {
        rule: 'test/bang',
        part: 'f!b!c',
        offset: 5,
        call: 'bang()',
        why: 'It bangs.',
        references: ['CWE-1'],
      },
    ])
    expect(result.parts.map(({ path, verdict }) => [path, verdict])).toEqual([
      ['f', 'malicious'],
      ['f!a', 'clean'],
      ['f!b', 'malicious'],
      ['f!b!c', 'malicious'],
    ])
  })

  it('never calls bytes of no known format clean, and shows what they begin with', async () => {
    const result = await scan('zzz')
    expect(result).toMatchObject({ verdict: 'not-examined', parts: [{ format: null }] })
    expect(result.findings[0]?.message).toContain('7a 7a 7a')
  })

  it('finds a file hidden behind junk, behind filler, behind another file, and inside bytes of no format', async () => {
    expect(rulesOf(await scan('junkBLK2a!junk'))).toEqual([
      'f!at 4 test/bang',
      'f scan/hidden',
      'f scan/unknown-format',
    ])
    expect(rulesOf(await scan('\0\0\0BLK2a!'))).toEqual(['f!at 3 test/bang', 'f scan/leading-data'])
    expect(rulesOf(await scan('BLK1x\0\0BLK2a!'))).toEqual(['f!at 7 test/bang', 'f scan/appended-data'])
    expect(rulesOf(await scan('BLK1xrest'))).toEqual(['f scan/appended-data', 'f!at 5 scan/unknown-format'])
  })

  it('lets zeros follow a format, and what the format is known to be followed by', async () => {
    expect(await scan('BLK1x\0\0\0')).toMatchObject({
      verdict: 'clean',
      findings: [{ rule: 'scan/padding' }],
    })
    const short: Format = { ...guess, examine: async () => ({ end: 4 }) }
    const known = { ...knowledge, formats: [block, short] }
    const result = await examine(memorySource(bytes('?yesBLK1x')), 'f', known)
    expect(result).toMatchObject({ verdict: 'clean', findings: [] })
  })

  it('keeps what was found before a format broke, and looks for more', async () => {
    const result = await scan('BLK9a!')
    expect(rulesOf(result)).toEqual(['f test/bang', 'f scan/malformed'])
    expect(result.verdict).toBe('malicious')
    expect(rulesOf(await scan('(a=BLK1x'))).toContain('f scan/malformed')
  })

  it('tries guesses in turn and keeps nothing of a wrong one', async () => {
    expect(await scan('?yes')).toMatchObject({ verdict: 'clean', parts: [{ format: 'guess' }] })
    expect(await scan('?no')).toMatchObject({ verdict: 'not-examined', parts: [{ format: null }] })
  })

  it('calls bytes that are two formats at once a polyglot', async () => {
    expect(rulesOf(await scan('BLK2tw'))).toEqual(['f scan/polyglot'])
  })

  it('stops at each limit with a finding, and the file is not clean', async () => {
    const nested = `${'(a='.repeat(20)}BLK1x${')'.repeat(20)}`
    const deep = await scan(nested)
    expect(deep.verdict).toBe('not-examined')
    expect(deep.findings[0]?.message).toContain('16 containers')
    const many = await scan(`(${Array.from({ length: 50 }, (_, i) => `n${i}=BLK1x`).join(';')})`, {
      members: 10,
    })
    expect(many.verdict).toBe('not-examined')
    expect(many.findings).toHaveLength(1)
    expect(rulesOf(await scan('(a=BLK1x)', { seconds: -1 }))).toEqual(['f!a scan/limit'])
  })

  it('lists at most a hundred findings of a kind and counts the rest', async () => {
    const result = await scan(`(${Array.from({ length: 250 }, (_, i) => `n${i}=BLK1!`).join(';')})`)
    expect(result.findings).toHaveLength(100)
    expect(result.findings.at(-1)?.message).toContain('150 more')
    expect(result.parts).toHaveLength(251)
    expect(result.parts.filter(({ verdict }) => verdict === 'malicious')).toHaveLength(251)
  })

  it('takes the word of a layout for raw members, but not for native code', async () => {
    const honest = await scan('(index=BLK1x;raw=....)')
    expect(honest).toMatchObject({
      verdict: 'clean',
      parts: [{ facts: { layout: 'raw-layout', seen: true } }, {}],
    })
    expect(rulesOf(await scan('(index=BLK1x;raw=\x7fELF)'))).toEqual(['f!raw scan/hidden'])
    expect((await scan('(other=BLK1x;raw=....)')).verdict).toBe('not-examined')
  })

  it('finds secrets and does not repeat them', async () => {
    const key = `AKIA${'ABCDEFGH12345678'}`
    const result = await scan(`?yes ${key} `)
    expect(result).toMatchObject({ verdict: 'suspicious', findings: [{ rule: 'strings/secret', offset: 5 }] })
    expect(JSON.stringify(result)).not.toContain(key)
  })

  it('says of an empty file that it is empty', async () => {
    expect(await scan('')).toMatchObject({ verdict: 'clean', findings: [{ rule: 'scan/empty' }] })
  })

  it('examines a folder only where a layout fits', async () => {
    const entries = [entry('index', memorySource(bytes('x'))), entry('raw', memorySource(bytes('y')))]
    const folder: Archive = { entries, find: (path) => entries.find((one) => one.path === path) ?? null }
    const result = await examineFolder(folder, 'dir', knowledge)
    expect([...(result?.claimed ?? [])]).toEqual(['raw'])
    expect(result?.scan.parts[0]).toMatchObject({ format: 'raw-layout', bytes: 2 })
    expect(await examineFolder({ entries: [], find: () => null }, 'dir', knowledge)).toBeNull()
  })
})
