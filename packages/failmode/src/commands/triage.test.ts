import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { catalogue } from '@failmode/catalogue'
import { type TriageResult, triageResultSchema } from '@failmode/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failmode } from '../testing/command-line.ts'

let cwd: string
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'failmode-triage-'))
})
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const command = (...args: readonly string[]) => failmode(['triage', ...args], { cwd })
const file = (name: string, content: string): string => {
  writeFileSync(join(cwd, name), content)
  return name
}

const answers = `
complaint: a rival sells our model
answers:
  copy-appeared: yes
  many-queries: yes
  data-came-out: no
  acts-for-reward: no
facts:
  modelIsSecurityControl: false
`

describe.concurrent('triage', () => {
  it('prints candidates and questions where nobody can be asked, and does not wait', async () => {
    const { status, stdout, stderr } = await command('the', 'spam', 'filter', 'lets', 'junk', 'through')
    expect(status, stderr).toBe(0)
    expect(stdout).toMatch(/^Complaint\nthe spam filter lets junk through\n/)
    expect(stdout).toContain('Nothing is decided: the words of the complaint only order the list.')
    for (const { slug } of catalogue.modes) expect(stdout).toMatch(new RegExp(`${slug} +possible`))
    expect(stdout).toMatch(/perturbation +possible +words: [^\n]*\n?[^\n]*junk/i)
    expect(stdout).not.toContain('supported')
    expect(stdout).toContain('Questions that tell them apart')
    expect(stdout).toContain('--answers')
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })

  it('still asks when no word of the complaint is known, and without any complaint', async () => {
    expect((await command('xyzzy')).stdout).toContain('no word of the complaint')
    const { status, stdout } = await command()
    expect(status).toBe(0)
    expect(stdout).toContain('there is neither a complaint nor an answer')
  })

  it('reads answers from YAML and rates, names and preserves', async () => {
    const { status, stdout, stderr } = await command('--answers', file('a.yaml', answers))
    expect(status, stderr).toBe(0)
    expect(stdout).toContain('The answers point to one mode: Model Stealing.')
    expect(stdout).toMatch(/reward-hacking +ruled out +acts-for-reward: no/)
    for (const words of [
      'SDL bug bar for AI/ML, 2019: critical.',
      'Ratings in the threat-modelling document, 2019: moderate.',
      'security response leads',
      'Evidence to preserve',
      'Record of each disputed decision',
      'failmode run --only model-stealing',
      'dataSensitivity: public, internal',
    ])
      expect(stdout).toContain(words)
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })

  it('prints JSON by its schema, which is an answers file itself', async () => {
    const { stdout } = await command('--answers', file('b.yaml', answers), '--json')
    const result = triageResultSchema.parse(JSON.parse(stdout)) satisfies TriageResult
    expect(result.candidates).toHaveLength(17)
    expect(result.candidates[0]).toMatchObject({ mode: 'model-stealing', status: 'supported' })
    const again = await command('--answers', file('c.json', stdout), '--json')
    expect(again.stdout).toBe(stdout)
  })

  it('lets words on the command line stand in for the complaint of the file, and names the checks there are', async () => {
    const { stdout } = await command('fog', '--answers', file('d.yaml', answers), '--json')
    const result = JSON.parse(stdout) as TriageResult
    expect(result).toMatchObject({ complaint: 'fog', answers: { 'copy-appeared': 'yes' } })
    const perturbation = result.candidates.find(({ mode }) => mode === 'perturbation')
    expect(perturbation?.checks.ids).toContain('perturbation/score-untargeted')
  })

  it('writes Markdown in which a hostile complaint is only text', async () => {
    const hostile =
      '@octocat <img src=x onerror=alert(1)> ![x](http://evil.example/a.png) | `# copy`\u202e\u001b[31m\n# Heading'
    const { status, stdout } = await command(hostile, '--output', 'report.md')
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${join(cwd, 'report.md')}\n` })
    const text = readFileSync(join(cwd, 'report.md'), 'utf8')
    expect(text).toMatch(/^# Incident triage\n\n> @<!-- -->octocat &lt;img/)
    expect(text).not.toMatch(/<img|!\[x\]|@octocat|http:\/\/evil|^# Heading/m)
    for (const character of ['\u202e', '\u001b']) expect(text).not.toContain(character)
    expect(text).toContain('## Questions that tell them apart')
    for (const { summaryName } of catalogue.modes) expect(text).toContain(`| ${summaryName} |`)
  })

  it('shows a hostile complaint on a terminal without what moves its cursor', async () => {
    const { stdout } = await command('copy \u001b[2J\u202e of our model')
    expect(stdout).toContain('[U+001B][2J[U+202E]')
    for (const character of ['\u202e', '\u001b']) expect(stdout).not.toContain(character)
  })

  it.each([
    [
      'an unknown question',
      'answers: { copy-apeared: yes }',
      /^error usage: .*"copy-apeared"[\s\S]*"copy-appeared"/,
    ],
    ['broken YAML', 'answers: [', /neither JSON nor YAML/],
  ])('refuses %s with one error and status 2', async (name, content, words) => {
    const { status, stdout, stderr } = await command('--answers', file(`${name}.yaml`, content))
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/^error usage: /)
    expect(stderr).toMatch(words)
  })

  it('says that a file is missing or no file, and which forms there are', async () => {
    const missing = await command('--answers', 'gone.yaml')
    expect(missing).toMatchObject({ status: 2, stdout: '' })
    expect(missing.stderr).toMatch(/^error file-not-found: there is no answers file gone.yaml/)
    const folder = await command('--answers', '.')
    expect(folder.status).toBe(2)
    expect(folder.stderr).toMatch(/^error file-unreadable: /)
    const form = await command('--format', 'mdd')
    expect(form.status).toBe(2)
    expect(form.stderr).toMatch(/--format is "mdd", expected one of text, md, json/)
  })
})
