import type { DiffSide, RunDiff } from '@failmode/core'
import { diffRuns } from '@failmode/core'
import pc from 'picocolors'
import { readRun } from '../read-run.ts'
import { runSamples } from '../run-samples.ts'
import type { Options } from '../terminal/options.ts'
import { printable } from '../terminal/printable.ts'

export async function run([first, second]: readonly string[], options: Options): Promise<number> {
  const diff = await diffRuns(await sideOf(first as string), await sideOf(second as string))
  if (options.json === true) process.stdout.write(`${JSON.stringify(diff, null, 2)}\n`)
  else print(diff)
  return 0
}

async function sideOf(name: string): Promise<DiffSide> {
  const { run: stored, folder } = await readRun(name)
  return { run: stored, readSamples: runSamples(folder) }
}

/** A difference with a corrected p-value below this is called one. */
const level = 0.05

function print(diff: RunDiff): void {
  const out = (line = '') => process.stdout.write(`${line}\n`)
  out(`${printable(diff.from)} ${pc.dim('then')} ${printable(diff.to)}`)
  for (const difference of diff.differences) out(pc.yellow(`  ${printable(difference)}`))
  const changed = diff.measurements.filter(({ from, to }) => from !== to)
  out()
  if (changed.length === 0) out(`All ${diff.measurements.length} measurements are the same.`)
  for (const { check, mode, name, slice, from, to, paired, p, unpaired } of changed) {
    const where = `${check ?? mode}  ${name}${slice === null ? '' : ` ${sliceText(slice)}`}`
    const test =
      paired === null
        ? pc.dim(`not tested: ${unpaired}`)
        : `${signed(paired.difference)} [${signed(paired.interval.low)}, ${signed(paired.interval.high)}], n = ${paired.n}, p = ${(p as number).toPrecision(2)}`
    const mark = p !== null && p < level ? pc.red('▲') : ' '
    out(`${mark} ${printable(where)}: ${short(from)} → ${short(to)}  ${test}`)
    if (paired !== null && paired.changed.length > 0) out(pc.dim(`    ${changedText(paired.changed)}`))
  }
  for (const { check, from, to } of diff.outcomes) {
    out(`  ${printable(check)}: ${from ?? 'not there'} → ${to ?? 'not there'}`)
  }
  for (const finding of diff.appeared) out(`${pc.red('+')} ${printable(finding.title)}`)
  for (const finding of diff.gone) out(`${pc.green('-')} ${printable(finding.title)}`)
}

function changedText(
  changed: readonly { readonly index: number; readonly from: number; readonly to: number }[],
) {
  const shown = changed.slice(0, 12).map(({ index, from, to }) => `${index} (${short(from)} → ${short(to)})`)
  const more = changed.length - shown.length
  return `${changed.length} samples changed: ${shown.join(', ')}${more > 0 ? ` and ${more} more; --json lists all` : ''}`
}

function sliceText(slice: Readonly<Record<string, string | number>>): string {
  return Object.entries(slice)
    .map(([key, value]) => `${key} ${typeof value === 'number' ? short(value) : value}`)
    .join(', ')
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)))
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${short(value)}`
}
