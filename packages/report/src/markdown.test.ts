import { catalogue } from '@failmode/catalogue'
import { describe, expect, it } from 'vitest'
import { code, inline, renderMarkdown } from './markdown.ts'
import { exampleRun, hostileNames, hostileRun } from './testing/example-run.ts'

/** Number of cells by GitHub's rule: a pipe splits unless a backslash that is not itself escaped stands before it. */
function cells(line: string): number {
  return [...line.replace(/\\./g, '').matchAll(/\|/g)].length - 1
}

describe('Markdown', () => {
  const text = renderMarkdown(exampleRun().run, { catalogue })

  it('opens with the verdict and a row per mode', () => {
    expect(text.split('\n')[2]).toMatch(/^\*\*Gate failed, and incomplete\.\*\*/)
    expect(text).toContain(
      '| 1 | Perturbation attacks | **▲ Finding** | robust-accuracy 4.5 % \\[2.4, 8.3\\] (n 200) | important (bug bar) |',
    )
    expect(text.match(/^\| (\d+|\+) \| /gm)).toHaveLength(18)
  })

  it('gives severity with rule, evidence, how to reproduce and mitigations in the words of the catalogue', () => {
    expect(text).toContain('rule `perturbation-important`: Random misclassification without lasting damage')
    expect(text).toContain('- clean: 7 (99.8 %): `evidence/clean.png`')
    expect(text).toContain(
      '```sh\nfailmode run --config failmode.config.json --only perturbation/pgd --seed 7\n```',
    )
    const advice = catalogue.mitigations.find(({ id }) => id === '5-m3')
    expect(text).toContain(`- \`5-m3\` **${advice?.title}**`)
    expect(text).toContain('Waived')
  })

  it('names the licence of the taxonomy and what was not covered', () => {
    expect(text).toContain('CC BY 4.0')
    expect(text).toContain('Smallest detectable effect: a trigger of up to 12 pixels for one class')
    expect(text).toContain('- Triggers that are not a patch')
  })

  it('keeps every table whole and every tag closed whatever things are called', () => {
    const hostile = renderMarkdown(hostileRun().run, { catalogue })
    const lines = hostile.split('\n')
    lines.forEach((line, i) => {
      if (!/^\|( --- \|)+$/.test(line)) return
      const wanted = cells(line)
      expect(cells(lines[i - 1] as string), lines[i - 1]).toBe(wanted)
      for (let j = i + 1; lines[j]?.startsWith('|'); j++)
        expect(cells(lines[j] as string), lines[j]).toBe(wanted)
    })
    const prose = hostile.replace(/^(`{3,})sh\n[\s\S]*?\n\1$/gm, '').replace(/(`+)(?!`).*?[^`]\1(?!`)/g, '')
    const ours = ['<!-- -->', '<code>', '</code>', '<details>', '</details>', '<summary>', '</summary>']
    for (const tag of prose.match(/<[^>]*>/g) ?? []) expect(ours).toContain(tag)
    expect(prose).not.toMatch(/@octocat|[^\\]\[link|!\[/)
  })
})

describe('escaping', () => {
  it('leaves no markup in text', () => {
    expect(inline(hostileNames.script)).toBe('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(inline('a|b *c* _d_ `e` [f](g) ~h~ $i$')).toBe(
      'a\\|b \\*c\\* \\_d\\_ \\`e\\` \\[f\\](g) \\~h\\~ \\$i\\$',
    )
    expect(inline('# no heading')).toBe('\\# no heading')
    expect(inline('1. no list')).toBe('1\\. no list')
    expect(inline('4.5 %')).toBe('4.5 %')
    expect(inline('two\nlines')).toBe('two lines')
    expect(inline('ask @octocat')).not.toContain('@octocat')
    expect(inline('www.evil.example https://evil.example')).not.toMatch(/www\.|:\/\//)
  })

  it('fences code with more backticks than it holds', () => {
    expect(code('plain')).toBe('`plain`')
    expect(code('a ``b`` c')).toBe('```a ``b`` c```')
    expect(code('`')).toBe('`` ` ``')
    expect(code('a|b')).toBe('<code>a\\|b</code>')
  })
})
