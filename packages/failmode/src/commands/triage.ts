// `triage` takes an incident responder from a complaint to the modes that could explain it. Answers come from a
// file or, where a person sits at a terminal, from questions; without either the open questions are printed, so
// that a script never hangs.
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { catalogue } from '@failmode/catalogue'
import { FailmodeError, parseTriageFile, type TriageFile, type TriageResult, triage } from '@failmode/core'
import pc from 'picocolors'
import { registry } from '../registry.ts'
import { type Options, oneOf, text } from '../terminal/options.ts'
import { interview } from '../triage/interview.ts'
import { terminalAsker } from '../triage/terminal-asker.ts'
import { triageMarkdown } from '../triage/triage-markdown.ts'
import { triageText } from '../triage/triage-text.ts'

const formats = ['text', 'md', 'json'] as const
type Format = (typeof formats)[number]

export async function run(words: readonly string[], options: Options): Promise<number> {
  const output = text(options, 'output')
  const format = formatOf(options, output)
  const complaint = words.join(' ').trim()
  const file = await fileOf(text(options, 'answers'))
  const given = complaint === '' ? file : { ...file, complaint }
  const asks = text(options, 'answers') === undefined && format !== 'json' && isAttended()
  const said = asks
    ? await interview(
        catalogue,
        await terminalAsker({ width: widthOf(process.stderr), color: colored }),
        given,
      )
    : given
  const result = triage({ catalogue, ...said, checks: checksByMode() })
  const written = render(result, format, {
    width: widthOf(process.stdout),
    color: colored && output === undefined,
  })
  if (output === undefined) process.stdout.write(written)
  else {
    const { writeWhole } = await import('@failmode/system')
    await writeWhole(resolve(output), written)
    process.stdout.write(`${resolve(output)}\n`)
  }
  return 0
}

function formatOf(options: Options, output: string | undefined): Format {
  if (options.json === true) return 'json'
  return oneOf(text(options, 'format') ?? (output === undefined ? 'text' : 'md'), formats, '--format')
}

function render(
  result: TriageResult,
  format: Format,
  options: { readonly width: number; readonly color: boolean },
): string {
  if (format === 'json') return `${JSON.stringify(result, null, 2)}\n`
  return format === 'md' ? triageMarkdown(result) : triageText(result, options)
}

async function fileOf(path: string | undefined): Promise<TriageFile> {
  if (path === undefined) return { complaint: null, answers: {}, facts: {} }
  let content: string
  try {
    content = await readFile(resolve(path), 'utf8')
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    throw new FailmodeError(missing ? 'file-not-found' : 'file-unreadable', {
      message: missing
        ? `there is no answers file ${path}.`
        : `the answers file ${path} cannot be read: ${(cause as Error).message}.`,
      hint: 'Without --answers the questions are asked, or printed where nobody can be asked.',
      cause,
    })
  }
  const { parse } = await import('yaml')
  let data: unknown
  try {
    data = parse(content, { logLevel: 'error' })
  } catch (cause) {
    throw new FailmodeError('usage', {
      message: `${path} is neither JSON nor YAML: ${(cause as Error).message.split('\n')[0]}`,
      hint: 'See docs/triage.md for an example.',
      cause,
    })
  }
  const file = parseTriageFile(catalogue, data, { name: path })
  return file.complaint?.trim() === '' ? { ...file, complaint: null } : file
}

function checksByMode(): Readonly<Record<string, readonly string[]>> {
  const modes = new Map<string, readonly string[]>()
  for (const { meta, checks } of registry)
    modes.set(meta.mode, [...(modes.get(meta.mode) ?? []), ...checks.map((check) => check.meta.id)])
  return Object.fromEntries(modes)
}

/** Somebody reads the prompts and can answer them. */
function isAttended(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true && process.env.CI === undefined
}

const colored = pc.isColorSupported

function widthOf(stream: NodeJS.WriteStream): number {
  return Math.min(stream.columns || 80, 100)
}
