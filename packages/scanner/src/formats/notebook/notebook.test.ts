import { describe, expect, it } from 'vitest'
import { scanned } from '../testing/scanned.ts'

const cell = (source: string, outputs: readonly unknown[] = []) => ({ cell_type: 'code', source, outputs })
const notebook = (...cells: readonly unknown[]) =>
  scanned(JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }))

describe('a notebook', () => {
  it('that trains and plots is clean', async () => {
    const { verdict, rules, facts } = await notebook(
      { cell_type: 'markdown', source: ['# Training\n', 'It takes a minute.'] },
      cell('%matplotlib inline\nimport numpy as np\nx = np.zeros(3)\n', [
        { output_type: 'display_data', data: { 'image/png': 'iVBORw0KGgo=', 'text/plain': '<Figure>' } },
      ]),
      cell('!pip install torch==2.6'),
    )
    expect({ verdict, rules }).toEqual({ verdict: 'suspicious', rules: ['python/code'] })
    expect(facts).toMatchObject({ cells: 3 })
  })

  it.each([
    ['notebook/shell-command', cell('!wget https://example.invalid/x')],
    ['notebook/shell-command', cell('%%bash\ntrue')],
    ['python/runs-on-import', cell("import os as o\no.system('true')")],
    ['notebook/script-output', cell('1', [{ data: { 'text/html': '<img src=x onerror=alert(1)>' } }])],
    ['notebook/script-output', cell('1', [{ data: { 'application/javascript': '1' } }])],
    ['notebook/script-output', { cell_type: 'markdown', source: '<script>1</script>' }],
  ])('is told by %s', async (rule, one) => {
    expect((await notebook(one)).rules).toContain(rule)
  })

  it('of version 3 has its cells in sheets', async () => {
    const cells = [{ cell_type: 'code', input: "import os\nos.system('true')", outputs: [] }]
    const { verdict } = await scanned(JSON.stringify({ nbformat: 3, worksheets: [{ cells }] }))
    expect(verdict).toBe('malicious')
  })
})
