import { describe, expect, it } from 'vitest'
import { Budget, defaultLimits, LimitReached } from '../../scan/limits.ts'
import { memorySource } from '../../source/source.ts'
import { Malformed, NotThisFormat } from '../format.ts'
import { expectRobust } from '../testing/expect-robust.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { json } from './json.ts'
import { readJson } from './read-json.ts'
import { samples } from './samples.ts'

const read = (text: string | Uint8Array) =>
  readJson(memorySource(Buffer.from(text as string)), new Budget(defaultLimits))
const valuesOf = (text: string) => [...read(text).values]

async function examined(text: string) {
  const context = fakeContext()
  await json.examine(memorySource(Buffer.from(text)), context)
  return context
}

describe('json', () => {
  it('reads what JSON.parse reads', () => {
    for (const text of ['{}', '[]', ' {"a": [1, -2.5e3, true, null, "x\\"]y"]} \n', '"only text"', '7']) {
      expect(valuesOf(text)).toEqual([JSON.parse(text)])
    }
  })

  it('reads JSON Lines value by value', () => {
    expect(valuesOf('{"a": 1}\n{"a": 2}\n[3]\n')).toEqual([{ a: 1 }, { a: 2 }, [3]])
  })

  it('takes what Python and people write beyond the standard, and says so', async () => {
    const text = '{"loss": NaN, // bad\n "best": -Infinity, /* , } */ "list": [1, 2, ],}'
    expect(valuesOf(text)).toEqual([{ loss: null, best: null, list: [1, 2] }])
    const { reports } = await examined(text)
    expect(reports).toMatchObject([{ rule: 'json/not-standard', verdict: 'clean' }])
  })

  it('leaves such words alone inside strings', () => {
    expect(valuesOf('{"a": "NaN, // } ,]"}')).toEqual([{ a: 'NaN, // } ,]' }])
  })

  it('finds a key that stands twice, also when it is written with escapes', async () => {
    const { reports } = await examined(
      '{"class_name": "Dense", "x": {"class_name": 1}, "cl\\u0061ss_name": "Lambda"}',
    )
    expect(reports).toMatchObject([{ rule: 'json/duplicate-key', verdict: 'malformed', offset: 48 }])
  })

  it('refuses nesting beyond 200 before it parses, at any depth', () => {
    expect(() => valuesOf(`${'['.repeat(200)}${']'.repeat(200)}`)).not.toThrow()
    expect(() => valuesOf(`${'['.repeat(201)}${']'.repeat(201)}`)).toThrow(LimitReached)
    expect(() => valuesOf('[{"a":'.repeat(3_000_000))).toThrow(LimitReached)
  })

  it('refuses more than the size limit', () => {
    const budget = new Budget({ ...defaultLimits, headerBytes: 10 })
    expect(() => readJson(memorySource(Buffer.from('{"a": "0123456789"}')), budget)).toThrow(LimitReached)
  })

  it('calls broken JSON malformed', () => {
    for (const text of [
      '{"a": 1',
      '{"a": 1]',
      '{"a" 1}',
      '{"a": "\\x"}',
      '{"a": 01}',
      '{"a": tru}',
      '{"a": }',
    ]) {
      expect(() => valuesOf(text)).toThrow(Malformed)
    }
    expect(() => read(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d))).toThrow(Malformed)
  })

  it('reads UTF-16 with a mark', () => {
    const wide = Buffer.from('\ufeff{"a": "ü"}', 'utf16le')
    expect(json.recognise(wide, memorySource(wide))).toBe('sure')
    expect([...readJson(memorySource(wide), new Budget(defaultLimits)).values]).toEqual([{ a: 'ü' }])
  })

  it('is sure of an object with a key, and leaves prose and templates to others', async () => {
    const recognised = (text: string) => json.recognise(Buffer.from(text), memorySource(Buffer.from(text)))
    expect(recognised('{"a": 1}')).toBe('sure')
    expect(recognised('[1, 2]')).toBe('maybe')
    expect(recognised('hello')).toBe('no')
    for (const text of ['{% if a %}', '[section]\nkey=1', '{{ x }}']) {
      await expect(examined(text)).rejects.toThrow(NotThisFormat)
    }
  })

  it('opens a pickle that a string holds in base64', async () => {
    const pickle = Buffer.from(
      '80049520000000000000008c05706f736978948c0673797374656d9493948c04747275659485945294 2e'.replace(
        ' ',
        '',
      ),
      'hex',
    )
    const { scanned } = await examined(JSON.stringify({ model: [pickle.toString('base64')] }))
    expect(scanned.map(({ source }) => Buffer.from(source.read(0, source.size)).equals(pickle))).toEqual([
      true,
    ])
  })

  it('takes linear time on text made of backslashes and quotes', () => {
    const text = `{"a": "${'\\"'.repeat(500_000)}${'\\\\'.repeat(500_000)}"}`
    const before = performance.now()
    expect(valuesOf(text)).toHaveLength(1)
    expect(performance.now() - before).toBeLessThan(2000)
  })

  it('survives mutants of honest texts', async () => {
    await expectRobust(json, samples())
  })
})
