// A Jupyter notebook is JSON with code in its cells and, in the saved results, HTML that a browser runs. Opening it
// runs nothing of the code; the people who follow a model's example run all of it.
import { quoted } from '../../scan/quoted.ts'
import { defineRules } from '../../scan/rule.ts'
import type { JsonKind, ScanContext } from '../format.ts'
import { examinePython, readPython } from '../python/examine-python.ts'

const notebookRules = defineRules('notebook', {
  'shell-command': {
    title: 'A cell runs a command of the system',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'The line runs in a shell, with the rights of whoever runs the notebook.',
    advice: 'Read the line before running the cell.',
    references: ['CWE-78'],
  },
  'script-output': {
    title: 'A saved result or a text holds a script',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'A trusted notebook shows its saved results in the browser, and the script runs there.',
    advice: 'Clear the results before opening the notebook as trusted.',
    references: ['CWE-79', 'CVE-2021-32797'],
  },
})

interface Cell {
  readonly cell_type?: unknown
  readonly source?: unknown
  readonly outputs?: unknown
}

const cellsRead = 5_000
const codeRead = 2 * 2 ** 20

export const notebook: JsonKind = {
  id: 'notebook',
  title: 'Jupyter notebook',
  recognise: (value) =>
    isObject(value) &&
    typeof value.nbformat === 'number' &&
    (Array.isArray(value.cells) || Array.isArray(value.worksheets)),
  async examine(value, context) {
    const { cells, worksheets } = value as { readonly cells?: unknown; readonly worksheets?: unknown }
    // Notebooks of version 3 keep their cells in sheets, and the source of a cell under `input`.
    const all = (
      Array.isArray(cells)
        ? cells
        : (worksheets as unknown[]).flatMap((sheet) =>
            isObject(sheet) && Array.isArray(sheet.cells) ? sheet.cells : [],
          )
    ) as unknown[]
    let read = 0
    for (const [index, cell] of all.slice(0, cellsRead).entries()) {
      context.budget.checkTime()
      if (!isObject(cell)) continue
      const { cell_type: type, source = (cell as { input?: unknown }).input, outputs } = cell as Cell
      const code = textOf(source)
      read += code.length
      if (type === 'code' && read <= codeRead) examineCell(code, index, context)
      if (type === 'markdown' || type === 'heading' || type === 'html') examineHtml(code, index, context)
      if (Array.isArray(outputs)) examineOutputs(outputs, index, context)
    }
    context.fact('cells', all.length)
  },
}

function examineCell(code: string, index: number, context: ScanContext): void {
  const where = `Cell ${index + 1}: `
  const lines = code.split('\n')
  const magic = /^\s*%%(\w+)/.exec(lines[0] ?? '')
  if (magic !== null && ['bash', 'sh', 'script', 'system', 'sx', 'perl', 'ruby', 'cmd'].includes(magic[1]!)) {
    context.report(notebookRules['shell-command'], { message: `${where}${quoted(code)}.` })
    return
  }
  for (const line of lines) {
    if (!/^\s*(?:!|%sx\b|%system\b)/.test(line) || /^\s*!\s*pip3? install [\w\s.=<>[\]-]*$/.test(line))
      continue
    context.report(notebookRules['shell-command'], {
      message: `${where}${quoted(line.trim())}.`,
      call: line.trim(),
    })
  }
  const plain = lines.map((line) => (/^\s*[!%?]/.test(line) ? '' : line)).join('\n')
  examinePython(readPython(plain, context.budget), context, { where })
}

function examineOutputs(outputs: readonly unknown[], index: number, context: ScanContext): void {
  for (const output of outputs) {
    const data = isObject(output) ? output.data : null
    if (!isObject(data)) continue
    for (const [kind, value] of Object.entries(data).slice(0, 20)) {
      if (/javascript|ecmascript/.test(kind)) {
        context.report(notebookRules['script-output'], { message: `Cell ${index + 1}: ${quoted(kind)}.` })
      } else if (/^text\/|svg|xml|html/.test(kind) && kind !== 'text/plain')
        examineHtml(textOf(value), index, context)
    }
  }
}

const script = /<script\b|javascript:|\bon(?:error|load|click|mouse\w{1,8}|focus)\s{0,8}=/i

function examineHtml(html: string, index: number, context: ScanContext): void {
  const found = script.exec(html)
  if (found === null) return
  context.report(notebookRules['script-output'], {
    message: `Cell ${index + 1}: ${quoted(html.slice(found.index, found.index + 80))}.`,
  })
}

function textOf(source: unknown): string {
  if (typeof source === 'string') return source
  return Array.isArray(source) ? source.filter((line) => typeof line === 'string').join('') : ''
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
