// Puts measured figures into docs/benchmarks.md: `npm run --silent bench -- AREA --json | npx tsx
// bench/src/write-figures.ts [FILE]`. Each area's table stands between the marks <!-- bench:AREA --> and
// <!-- /bench:AREA -->, and only the areas that were measured are rewritten; what people wrote around the marks stays.
// The tables carry no date, so that the same figures give the same file.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { BarResult } from './bar.ts'
import { repositoryRoot } from './shared-data.ts'
import { metText, valueText } from './text-table.ts'

const opening = '# Benchmarks\n\nWhat `npm run bench` measures, area by area.\n'

/** The results in the bench's JSON lines; lines that are no JSON objects, such as a script runner's, are passed over. */
export function parseResults(lines: string): BarResult[] {
  return lines
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as BarResult)
}

function cell(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').trim()
}

/** The results of one area as a Markdown table, a row for each bar, columns aligned as the formatter wants them. */
export function figureTable(results: readonly BarResult[]): string {
  const headings = ['bar', 'target', 'value', 'met', 'n', 'detail']
  const rows = results.map((result) =>
    [
      result.bar,
      result.target,
      valueText(result),
      metText(result),
      result.met === null ? '' : String(result.n),
      result.detail,
    ].map(cell),
  )
  const widths = headings.map((heading, column) =>
    Math.max(3, heading.length, ...rows.map((row) => row[column]!.length)),
  )
  const lines = [headings, widths.map((width) => '-'.repeat(width)), ...rows]
  return lines
    .map((line) => `| ${line.map((text, column) => text.padEnd(widths[column]!)).join(' | ')} |`)
    .join('\n')
}

/**
 * The document with one area's table put between its marks. An area without marks gets a section at the end.
 * Throws when the opening mark has no closing one after it.
 */
export function withFigures(document: string, area: string, results: readonly BarResult[]): string {
  const begin = `<!-- bench:${area} -->`
  const end = `<!-- /bench:${area} -->`
  const block = `${begin}\n${figureTable(results)}\n${end}`
  const from = document.indexOf(begin)
  if (from < 0) return `${document.trimEnd()}\n\n## ${area}\n\n${block}\n`
  const to = document.indexOf(end, from)
  if (to < 0) throw new Error(`${begin} has no ${end} after it`)
  return document.slice(0, from) + block + document.slice(to + end.length)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = process.argv[2] ?? join(repositoryRoot, 'docs', 'benchmarks.md')
  const byArea = new Map<string, BarResult[]>()
  for (const result of parseResults(await text(process.stdin))) {
    byArea.set(result.area, [...(byArea.get(result.area) ?? []), result])
  }
  if (byArea.size === 0) {
    console.error('no figures on standard input; pipe `npm run --silent bench -- --json` into this')
    process.exitCode = 2
  } else {
    let document = existsSync(file) ? readFileSync(file, 'utf8') : opening
    for (const [area, results] of byArea) document = withFigures(document, area, results)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, document)
    console.log(`${file}: ${[...byArea.keys()].join(', ')}`)
  }
}
