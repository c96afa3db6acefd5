import { describe, expect, it } from 'vitest'
import type { BarResult } from './bar.ts'
import { textTable, valueText } from './text-table.ts'
import { figureTable, parseResults, withFigures } from './write-figures.ts'

const result = (over: Partial<BarResult>): BarResult => ({
  area: 'engine',
  bar: 'pgd-step',
  target: '>= 1.0',
  value: 1.23456,
  met: true,
  unit: 'x',
  n: 5,
  detail: '5 rounds',
  ...over,
})

const table = `\
| bar      | target | value   | met | n   | detail   |
| -------- | ------ | ------- | --- | --- | -------- |
| pgd-step | >= 1.0 | 1.235 x | yes | 5   | 5 rounds |`

describe('figures in Markdown', () => {
  it('gives one row for each bar, values with four significant digits', () => {
    expect(
      figureTable([result({}), result({ bar: 'gradient', value: 6.789e-7, unit: '', met: false })]),
    ).toBe(
      [
        '| bar      | target | value    | met | n   | detail   |',
        '| -------- | ------ | -------- | --- | --- | -------- |',
        '| pgd-step | >= 1.0 | 1.235 x  | yes | 5   | 5 rounds |',
        '| gradient | >= 1.0 | 6.789e-7 | no  | 5   | 5 rounds |',
      ].join('\n'),
    )
  })

  it('says of a bar that could not be measured that it was not, and why', () => {
    const missing = result({ value: null, met: null, n: 0, detail: 'torch is absent' })
    expect(figureTable([missing]).split('\n')[2]).toBe(
      '| pgd-step | >= 1.0 | not measured | not measured |     | torch is absent |',
    )
  })

  it('keeps a detail with bars and line breaks inside its cell', () => {
    expect(figureTable([result({ detail: 'a | b\nc' })])).toContain('| a \\| b c |')
  })

  it('rewrites what stands between the marks and nothing else', () => {
    const before = 'Words.\n\n<!-- bench:engine -->\nold | table\n<!-- /bench:engine -->\n\nMore words.\n'
    const after = withFigures(before, 'engine', [result({})])
    expect(after).toBe(`Words.\n\n<!-- bench:engine -->\n${table}\n<!-- /bench:engine -->\n\nMore words.\n`)
    expect(withFigures(after, 'engine', [result({})])).toBe(after)
  })

  it('leaves another area alone and gives an area without marks a section of its own', () => {
    const before = 'Words.\n\n<!-- bench:engine -->\nold\n<!-- /bench:engine -->\n'
    const after = withFigures(before, 'evasion', [result({ area: 'evasion' })])
    expect(after.startsWith(before.trimEnd())).toBe(true)
    expect(after).toContain('\n\n## evasion\n\n<!-- bench:evasion -->\n')
    expect(withFigures(after, 'evasion', [result({ area: 'evasion' })])).toBe(after)
  })

  it('refuses a document whose mark is never closed', () => {
    expect(() => withFigures('<!-- bench:engine -->\n', 'engine', [result({})])).toThrow('/bench:engine')
  })

  it("passes over a script runner's lines when it reads the bench's output", () => {
    const line = JSON.stringify(result({}))
    expect(parseResults(`\n> bench\n> tsx bench/src/main.ts\n\n${line}\n`)).toEqual([result({})])
  })
})

describe('figures on the terminal', () => {
  it('aligns the columns', () => {
    const lines = textTable([result({}), result({ bar: 'x', value: 12345.678, met: null })]).split('\n')
    const column = lines[0]!.indexOf('target')
    expect(lines.map((line) => line.slice(column, column + 6))).toEqual(['target', '>= 1.0', '>= 1.0'])
    expect(lines[2]).toContain('12346 x')
    expect(lines[2]).toContain('not measured')
  })

  it('shows no digits that were not measured', () => {
    expect(valueText({ value: 0.5, unit: '' })).toBe('0.5')
    expect(valueText({ value: 2000, unit: 'images' })).toBe('2000 images')
    expect(valueText({ value: 0, unit: 'ms' })).toBe('0 ms')
  })
})
