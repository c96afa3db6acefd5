import { FailmodeError } from '@failmode/core'
import { audiences } from '@failmode/report'
import pc from 'picocolors'
import { explain } from '../explain/explain.ts'
import { type Options, oneOf, text } from '../terminal/options.ts'
import { paragraph } from '../terminal/paragraph.ts'

/** Wide enough for a terminal of any age, and short enough to read. */
const columns = 80

export async function run(words: readonly string[], options: Options): Promise<number> {
  const explanation = explain(words.join(' '), audienceOf(options))
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(explanation, null, 2)}\n`)
    return 0
  }
  const width = Math.min(process.stdout.columns || columns, columns)
  const { title, kind, sections, sources } = explanation
  const out = [`${pc.bold(title)}  ${pc.dim(kind.replaceAll('-', ' '))}`]
  const all = [
    ...sections,
    {
      title: 'Sources',
      lines: sources.map((source) => `- ${source.title}${source.url === null ? '' : ` ${source.url}`}`),
    },
  ]
  for (const section of all) {
    if (section.lines.length === 0) continue
    out.push('', ...(section.title === null ? [] : [pc.bold(section.title)]))
    out.push(...section.lines.map((line) => paragraph(line, width)))
  }
  process.stdout.write(`${out.join('\n')}\n`)
  return 0
}

/** `--for`, or `--audience` as `report` calls it. */
function audienceOf(options: Options) {
  const [short, long] = [text(options, 'for'), text(options, 'audience')]
  if (short !== undefined && long !== undefined && short !== long) {
    throw new FailmodeError('usage', {
      message: `--for is "${short}" and --audience is "${long}"; they mean the same, so give one of them.`,
    })
  }
  return short === undefined
    ? oneOf(long ?? 'engineer', audiences, '--audience')
    : oneOf(short, audiences, '--for')
}
