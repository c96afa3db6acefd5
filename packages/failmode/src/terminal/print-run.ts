// The table of the 17 modes on stdout, and under it the findings with the rule that rated them.
import type { RunDocument } from '@failmode/core'
import { modesTable, outcomeWords, ratingText, verdict } from '@failmode/report'
import pc from 'picocolors'
import { printable } from './printable.ts'
import { duration } from './reporter.ts'

type Paint = (text: string) => string

const outcomePaint: Readonly<Record<string, Paint>> = {
  found: pc.red,
  clean: pc.green,
  unobserved: pc.yellow,
  outside: pc.dim,
}

export function printRun(
  run: RunDocument,
  { folder, written }: { readonly folder: string; readonly written: readonly string[] },
): void {
  const out = (line = '') => process.stdout.write(`${line}\n`)
  const { name, model } = run.system
  out()
  out(
    `${pc.bold(printable(name))}  ${pc.dim(`${run.system.task}${model === null ? '' : `, ${model.classes} classes, access: ${model.access.join(', ')}`}`)}`,
  )
  out()
  const rows = modesTable(run)
  const width = process.stdout.columns || 120
  const nameWidth = Math.max(...rows.map((row) => row.name.length))
  const outcomeWidth = Math.max(...rows.map((row) => outcomeWords[row.outcome].word.length)) + 2
  for (const row of rows) {
    const words = outcomeWords[row.outcome]
    const paint = outcomePaint[words.reading] ?? ((text: string) => text)
    const number = String(row.number ?? '').padStart(3)
    const outcome = paint(`${words.mark} ${words.word}`.padEnd(outcomeWidth))
    const measured = row.measurement !== null
    const detail = measured
      ? printable(row.headline)
      : pc.dim(clip(printable(row.meaning), Math.max(20, width - nameWidth - outcomeWidth - 9)))
    const rating = row.rating === null ? '' : `  ${pc.bold(ratingText(row.rating))}`
    out(`${pc.dim(number)}  ${row.name.padEnd(nameWidth)}  ${outcome}  ${detail}${rating}`)
  }
  if (run.findings.length > 0) {
    out()
    for (const finding of run.findings) {
      out(`${pc.red('▲')} ${pc.bold(printable(finding.title))}  ${ratingText(finding)}`)
      out(`  ${pc.dim(`${finding.rule.bar}, ${finding.rule.id}: ${printable(finding.rule.text)}`)}`)
      for (const { fact, question, effect } of finding.rule.open) {
        out(`  ${pc.dim(`assets.${fact}: ${question} ${effect}`)}`)
      }
      out(`  ${pc.dim('again:')} ${printable(finding.reproduce)}`)
    }
  }
  const { title, text, reasons } = verdict(run)
  out()
  out(`${pc.bold(title)}. ${text}`)
  if (run.gate !== null) for (const reason of reasons) out(`  ${printable(reason)}`)
  if (!run.complete) out(`Go on with: failmode run --resume ${printable(folder)}`)
  out()
  out(
    pc.dim(
      `${run.timing.steps} steps in ${duration(run.timing.seconds)}, seed ${run.seed}; run.json in ${printable(folder)}`,
    ),
  )
  for (const path of written) out(printable(path))
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}
